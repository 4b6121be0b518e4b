"""What the pages of accounts and of a unit's own work say, in Chinese and English."""

from collections.abc import Mapping

from gateway.errors import Texts

PEOPLE_WORDS: Mapping[str, Texts] = {
    "of_people": ("人员", "People"),
    "work": ("本单位待办", "Work of the unit"),
    "work_means": (
        "无接口单位的工作清单：先到的在前。办理结果在此登记，收件地随即可见。",
        "The work list of a unit without an interface, the oldest first. What is recorded here is seen at once "
        "where the papers were received.",
    ),
    "placed_at": ("到达", "Came"),
    "due_on": ("截止日", "Until"),
    "record_it": ("登记", "Record"),
    "what_was_done": ("办理", "What was done"),
    "words_to_applicant": ("告知申请人的理由（加密保存）", "Why, for the applicant (kept sealed)"),
    "reason_code": ("办结理由", "Reason of the ending"),
    "done_at": ("办理时间，默认现在", "When it was done; now by default"),
    "material_name": ("材料", "Material"),
    "what_is_wrong": ("原因", "What is wrong"),
    "document_kind": ("文书", "Document"),
    "document_number": ("文号", "Its number"),
    "print_receipt": ("打印收件凭证", "Print the receipt"),
    "print_handover": ("打印材料交接清单", "Print the list of materials"),
    "seen_it": ("已阅", "I have read it"),
    "nothing_possible": ("该件已办结，无可登记。", "The case is over: nothing can be recorded."),
    "told_recorded": ("已登记。", "Recorded."),
    "told_seen": ("已阅，已从清单移除。", "Read: it has left the list."),
    "also_say": (
        "还须写明：理由、材料或截止日（视办理而定）",
        "Also say, as what was done asks for: why, which materials, until when",
    ),
    "no_moment": (
        "时间写作 2026-12-01T09:30，北京时间",
        "A moment is written as 2026-12-01T09:30, China time",
    ),
    "accounts": ("账号", "Accounts"),
    "accounts_means": (
        "所见不超出您自己范围的账号。新建、停用、改口令均计入存证；停用与改口令使其会话立即失效。",
        "Accounts that see no more than you do. Making and ending one and giving it a password are on record; the "
        "latter two end all of its sessions at once.",
    ),
    "account_new": ("新建账号", "New account"),
    "account_name": ("账号或工号，不写姓名", "An account or a staff number, no name"),
    "account_places": (
        "行政区划代码，含其下级，以空格分隔；* 为全部",
        "Codes of places with all that lies in them, separated by blanks; * is all",
    ),
    "account_units": (
        "只限由此单位办理的（统一社会信用代码，可空）",
        "Only what these units decide (USCC, may be empty)",
    ),
    "account_until": ("最后有效日（可空）", "Last day (may be empty)"),
    "account_subject": (
        "统一身份认证的 sub（有则不设口令）",
        "sub at the identity provider (then no password)",
    ),
    "password_again": ("再次输入口令", "Password again"),
    "make": ("新建", "Make"),
    "places": ("地域", "Places"),
    "units": ("单位", "Units"),
    "until_day": ("最后有效日", "Last day"),
    "signs_in_by": ("登录方式", "Signs in by"),
    "made_at": ("新建于", "Made"),
    "end_it": ("停用", "End"),
    "change_password": ("改口令", "Change password"),
    "told_added": ("已新建。", "Made."),
    "told_disabled": ("已停用，其会话已失效。", "Ended, with all its sessions."),
    "told_password_changed": (
        "口令已改，其会话已失效。",
        "The password is another one; all sessions have ended.",
    ),
    "no_account_name": (
        "账号为字母、数字与 . _ @ -，至多 64 个，不得含证件号码",
        "An account has letters, digits and . _ @ -, 64 at most, and no person's number",
    ),
    "no_role": ("没有这个角色", "There is no such role"),
    "no_places": ("行政区划代码为 6、9 或 12 位，或 *", "The code of a place has 6, 9 or 12 digits, or is *"),
    "no_units": ("统一社会信用代码为 18 位", "A USCC has 18 characters"),
    "no_last_day": ("日期写作 2099-12-31", "A day is written as 2099-12-31"),
    "unfit_password": (
        "口令须 12 至 200 个字符，两次相同",
        "A password has 12 to 200 characters, the same both times",
    ),
    "subject_or_password": (
        "口令与 sub 只取其一；sub 为可打印 ASCII，至多 255 个字符",
        "Either a password or a sub, which is printable ASCII, 255 characters at most",
    ),
    "account_is_there": ("账号或 sub 已有", "There is an account of that name, or of that sub"),
    "beyond_scope": ("超出您自己的范围", "That is more than you may see yourself"),
    "not_oneself": ("不能停用自己的账号", "Nobody ends their own account"),
}
