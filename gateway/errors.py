"""Every refusal that a caller can meet, by stable code: what it says, who must act, and at which stage.

`docs/errors.md` is printed from this table and a test provokes every row. A refusal never holds a value
of a personal field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.model import Problem

Party = Literal["caller", "gateway", "platform"]
Texts = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table. status: of HTTP.

    title: what happened, always the same sentence. action: what to do, what to tell the person, whom to ask.
    detail: what was seen; `{name}` is filled from the refusal's facts. Empty if there is nothing to add.
    """

    status: int
    party: Party
    stage: str
    title: Texts
    action: Texts
    detail: Texts = ("", "")


class Refusal(Exception):
    """A request that is answered with a problem document. `facts` fill texts and are shown as they are."""

    def __init__(
        self,
        code: str,
        /,
        *,
        problems: Sequence[Problem] = (),
        retry_after_s: int | None = None,
        **facts: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)
        self.retry_after_s = retry_after_s
        self.facts: Mapping[str, str | int] = facts


class NotActive(Exception):
    """There is no active release that holds what was asked for."""


_MEND = (
    "请按 problems 逐项改正，用同一 Idempotency-Key 重新提交；尚未受托，也未发送任何内容。",
    "Mend every entry of `problems` and send again under the same key. Nothing was admitted or sent.",
)
_SEE = ("请对照 /docs 或 /openapi.json 改正请求。", "See /docs or /openapi.json, and mend the request.")
_ASK_US = (
    "请联系本网关运维人员（contact），并提供时间。",
    "Ring the operators (contact); say when it happened.",
)
_LATER = (
    "请在 Retry-After 之后以同一 Idempotency-Key 重试；已受托的办件不会丢失，也不会重复。",
    "Try again after Retry-After, under the same key. Nothing that was admitted is lost or doubled.",
)
_RIGHTS = ("请向本网关运维人员（contact）申请权限。", "Ask the operators (contact) for the right.")
_CHECK = ("请核对编号。", "Check the number.")
_PLATFORMS = ("请查询 GET /v1/platforms。", "See GET /v1/platforms.")
_ASK_ITEMS = (
    "请查询 GET /v1/items 核对编码与日期；仍有疑问，请联系运维人员（contact）。",
    "See GET /v1/items for codes and dates; if in doubt, ask the operators (contact).",
)
_AGREED = (
    "请查询 GET /v1/agreements；请告知申请人目前不能在此办理，不要改用其他区划或编码。",
    "See GET /v1/agreements. Tell the person that it cannot be done here yet; no other place or code will do.",
)
_ASK_LISTS = (
    "请联系运维人员（contact）更正对码（tongban item findings）；此前请告知申请人暂不能跨省办理。",
    "Ask the operators (contact) to mend the alignments (tongban item findings); till then, tell the person that "
    "it cannot be done here.",
)

CODES: Mapping[str, Code] = {
    # the request itself
    "malformed_request": Code(400, "caller", "read",
        ("请求不是合法的 HTTP，或请求行、请求头过长",
         "This is no HTTP, or its request line or a header is too long"), _SEE),
    "too_large": Code(413, "caller", "read",
        ("请求过大", "The request is too large"),
        ("请压缩或拆分材料文件后重新提交。", "Make the files of the materials smaller, and send again."),
        ("上限为 {most} 字节", "At most {most} bytes are read")),
    "wrong_media_type": Code(415, "caller", "read",
        ("请求体须为 application/json", "The body must be application/json"),
        ("请设置 Content-Type: application/json。", "Set Content-Type: application/json.")),
    "wrong_charset": Code(400, "caller", "read",
        ("请求体不是 UTF-8", "The body is not UTF-8"),
        ("请以 UTF-8 编码发送（不要用 GBK）。", "Encode the body in UTF-8 (not in GBK).")),
    "body_unreadable": Code(400, "caller", "read",
        ("请求体不完整，或其压缩编码有误", "The body is cut off, or its Content-Encoding is broken"),
        ("请完整地重新发送，最好不压缩。", "Send it again, whole, and best without compression.")),
    "too_slow": Code(408, "caller", "read",
        ("请求体未在时限内到齐", "The body did not arrive in time"),
        ("请检查网络后以同一 Idempotency-Key 重新提交；尚未受托，也未发送任何内容。",
         "Look at the network and send again under the same key. Nothing was admitted or sent."),
        ("时限为 {most} 秒", "It is waited for at most {most} seconds")),
    "not_json": Code(400, "caller", "read",
        ("请求体不是 JSON", "The body is not JSON"),
        ("请检查该处语法。", "Check the syntax there."),
        ("第 {line} 行第 {column} 列", "At line {line}, column {column}")),
    "not_an_object": Code(400, "caller", "read",
        ("请求体须为一个 JSON 对象", "The body must be one JSON object"), _SEE),
    "duplicate_key": Code(400, "caller", "read",
        ("JSON 对象中有重复的键", "A key stands twice in one JSON object"),
        ("每个键只写一次；否则无法知道以哪个为准。", "Write each key once; else nobody knows which one is meant."),
        ("重复的键：{path}", "The key: {path}")),
    "too_deep": Code(400, "caller", "read",
        ("JSON 嵌套过深", "The JSON is nested too deeply"), _SEE,
        ("上限为 {most} 层", "At most {most} levels are read")),
    "number_inexact": Code(400, "caller", "read",
        ("JSON 数字的位数超出可精确表示的范围", "A number has more digits than can be carried exactly"),
        ("长数字请写作文本（加引号）。", "Write long numbers as text, in quotes.")),
    "bad_parameter": Code(400, "caller", "read",
        ("请求参数不正确", "A parameter is not right"), _SEE,
        ("参数 {name}", "The parameter {name}")),
    "idempotency_key_missing": Code(400, "caller", "read",
        ("缺少 Idempotency-Key 请求头", "The header Idempotency-Key is missing"),
        ("每件新业务用一个新键（如 UUID），重试时用同一键。",
         "Use a new key (a UUID, say) for each new case, and the same key to try again.")),
    "idempotency_key_bad": Code(400, "caller", "read",
        ("Idempotency-Key 须为 8 至 128 个可见 ASCII 字符",
         "Idempotency-Key must be 8 to 128 visible ASCII characters"),
        ("请使用 UUID。", "Use a UUID.")),
    "idempotency_conflict": Code(409, "caller", "admit",
        ("该 Idempotency-Key 已用于内容不同的请求", "This Idempotency-Key was used for other content"),
        ("新业务请用新键；若是重试，请原样发送。",
         "Use a new key for a new case; to try again, send the same content."),
        ("先前的交换：{exchange}", "The earlier exchange: {exchange}")),
    # who asks, and whether they may
    "unauthenticated": Code(401, "caller", "authenticate",
        ("未认证的接入方", "The caller is not authenticated"),
        ("请以 Authorization: Bearer 携带有效密钥；密钥由本网关运维人员（contact）发放。",
         "Send a valid key as Authorization: Bearer. The operators (contact) give out keys.")),
    "forbidden_operation": Code(403, "caller", "authorise",
        ("无权执行此操作", "No right to this operation"), _RIGHTS,
        ("操作：{operation}", "The operation: {operation}")),
    "forbidden_division": Code(403, "caller", "authorise",
        ("无权向该区划办理", "No right to have things done in this division"), _RIGHTS,
        ("区划：{division}", "The division: {division}")),
    "forbidden_item": Code(403, "caller", "authorise",
        ("无权办理该事项", "No right to this item"), _RIGHTS),
    "forbidden_sender": Code(403, "caller", "authorise",
        ("无权代表该收件地", "No right to speak for this receiving place"), _RIGHTS,
        ("收件地区划：{division}", "The receiving division: {division}")),
    "not_found": Code(404, "caller", "look_up",
        ("没有这一记录，或无权查看", "There is no such record, or it is not yours"), _CHECK),
    "cursor_of_lost_log": Code(409, "caller", "look_up",
        ("该游标属于恢复备份之前的存证日志", "The cursor is of the log before a backup was restored"),
        ("请从 after 所示游标起重新读取；事件可能重复，请按 case 与 exchange 去重，并核对各办件的现状。",
         "Read again from the cursor in `after`. Events may come twice: know them by case and exchange, and look at"
         " how each case stands now."),
        ("从 {after} 起", "From {after} on")),
    "no_route": Code(404, "caller", "read", ("没有这一地址", "There is no such address"), _SEE),
    "wrong_method": Code(405, "caller", "read",
        ("该地址不支持此方法", "This address does not take this method"),
        ("请改用 Allow 头所列的方法。", "Use one of the methods in the header Allow.")),
    "guide_unknown": Code(404, "caller", "look_up",
        ("没有该事项的有效办事指南", "No guide in force is known of this item"),
        ("请加 refresh=true 向办理地平台查询；平台不提供时，请联系运维人员（contact）导入。",
         "Ask the platform with refresh=true; if it offers none, ask the operators (contact) to import it."),
        ("区划 {division}，编码 {code}", "Division {division}, code {code}")),
    # what is asked
    "invalid_case": Code(422, "caller", "check",
        ("申请内容有误", "There are faults in the case"), _MEND, ("共 {count} 处", "{count} in all")),
    "unmappable": Code(422, "caller", "map",
        ("有内容不能按办理地平台的要求表达", "Some of it cannot be said in the other platform's terms"), _MEND,
        ("共 {count} 项", "{count} fields")),
    "item_unknown": Code(422, "caller", "align",
        ("事项目录中没有该编码", "The catalogue has no such item"), _ASK_ITEMS,
        ("区划 {division}，编码 {code}", "Division {division}, code {code}")),
    "item_not_aligned": Code(422, "caller", "align",
        ("该事项在办理地没有对应事项", "The item has no counterpart in the other place"),
        ("请联系运维人员（contact）登记对码；此前请告知申请人暂不能跨省办理。",
         "Ask the operators (contact) to declare an alignment; till then, tell the person it cannot be done here."),
        ("区划 {division}，编码 {code}，缺少 {lacking}", "Division {division}, code {code}, lacking {lacking}")),
    "item_cancelled": Code(422, "caller", "align",
        ("该事项已取消", "The item has been cancelled"),
        ("请按 superseded_by 改用新事项；为空则告知申请人该事项不再办理。",
         "Use the item in superseded_by; if that is empty, tell the person that it is no longer done."),
        ("区划 {division}，编码 {code}", "Division {division}, code {code}")),
    "item_suspended": Code(422, "caller", "align",
        ("该事项已暂停办理", "The item is suspended"),
        ("请告知申请人暂停办理，恢复时间请咨询办理地主管部门。",
         "Tell the person that it is suspended; the competent authority knows until when."),
        ("区划 {division}，编码 {code}", "Division {division}, code {code}")),
    "item_not_yet_valid": Code(422, "caller", "align",
        ("该事项尚未生效", "The item is not yet in force"),
        ("请在 from 所示日期起再收件提交。", "Receive and submit it from the day in `from` on."),
        ("区划 {division}，编码 {code}，自 {from} 起", "Division {division}, code {code}, from {from}")),
    "item_ambiguous": Code(422, "caller", "align",
        ("对应事项不止一个", "More than one item corresponds"),
        ("请按 candidates 补充 deciding_field 所指字段后重新提交。",
         "Look at candidates, give the field that deciding_field names, and send again."),
        ("有 {count} 个，须由 {deciding_field} 确定", "There are {count}; {deciding_field} decides")),
    "no_agreement": Code(422, "caller", "agree",
        ("两地之间没有有效的通办协议", "No agreement of the two places is in force"), _AGREED,
        ("收件地 {here}，办理地 {there}，自 {from} 起", "From {here} to {there}; agreed from: {from}")),
    "mode_not_agreed": Code(422, "caller", "agree",
        ("通办协议不含这一通办方式", "The agreement does not have this mode"), _AGREED,
        ("方式 {mode}，协议 {document}", "Mode {mode}, agreement {document}")),
    "item_not_open": Code(422, "caller", "agree",
        ("该事项尚未对两地开通", "The item is not open between the two places"), _AGREED,
        ("协议 {document}，自 {from} 起开通", "Agreement {document}; open from: {from}")),
    "power_not_delegated": Code(422, "caller", "agree",
        ("办理地未委托所用的权限", "A power that is made use of was not delegated"),
        ("请改为上传后由办理地核验（可信等级 C），或改用全程网办；委托权限须修订通办协议。",
         "Send the material as not verified (trust C) or have it done wholly online; to delegate the power is for"
         " the agreement."),
        ("权限 {powers}（receive 收件权，verify_originals 原件核验权），协议 {document}",
         "Powers {powers}, agreement {document}")),
    "batch_full": Code(429, "caller", "admit",
        ("该批次事项今日试运行件数已满", "The batch has had as many cases today as it is tried out with"),
        ("请在 Retry-After 之后以同一 Idempotency-Key 重试；尚未受托，也未发送任何内容。",
         "Try again after Retry-After, under the same key. Nothing was admitted or sent."),
        ("协议 {document}，批次 {batch}，每日 {per_day} 件",
         "Agreement {document}, batch {batch}, {per_day} a day")),
    "item_alignment_conflict": Code(422, "gateway", "align",
        ("对码互相矛盾，网关不作猜测", "Declared alignments contradict each other; the gateway does not guess"),
        _ASK_LISTS,
        ("区划 {division}，编码 {code}，对码 {alignments}", "Division {division}, code {code}, rows {alignments}")),
    "item_alignment_gap": Code(422, "gateway", "align",
        ("收件之日没有有效的对码", "No alignment holds on the day of receipt"), _ASK_LISTS,
        ("区划 {division}，编码 {code}，自 {from} 起至 {until} 前",
         "Division {division}, code {code}, from {from} until the day before {until}")),
    "item_alignment_ended": Code(422, "gateway", "align",
        ("该事项的对码已终止", "The alignment of the item has ended"), _ASK_LISTS,
        ("区划 {division}，编码 {code}，自 {since} 起", "Division {division}, code {code}, since {since}")),
    "item_target_missing": Code(422, "gateway", "align",
        ("对码指向的事项不在办理地目录中", "The alignment leads to an item that the other catalogue does not have"),
        _ASK_LISTS,
        ("区划 {division}，编码 {code}，对码 {alignment}", "Division {division}, code {code}, row {alignment}")),
    "item_target_cancelled": Code(422, "caller", "align",
        ("办理地已取消该事项", "The other place has cancelled the item"),
        ("请告知申请人办理地不再办理该事项；此前已受托的办件继续办理。",
         "Tell the person that the other place no longer does it; what was admitted before goes on to its end."),
        ("区划 {division}，编码 {code}", "Division {division}, code {code}")),
    "item_target_superseded": Code(422, "gateway", "align",
        ("办理地的事项已被另一事项取代，尚未重新对码", "The item over there was superseded by another one"),
        _ASK_LISTS,
        ("区划 {division}，编码 {code}，取代它的是 {superseded_by}",
         "Division {division}, code {code}, superseded by {superseded_by}")),
    "item_version_differs": Code(409, "caller", "align",
        ("办件所依据的事项版本不是收件时的现行版本", "The case was filled against a version that is not in force"),
        ("请看 problems 中的变化，按现行版本改正，并在 item.version 中写明现行版本后重新提交；尚未受托。",
         "See what changed in `problems`, mend the case, put the version in force into item.version, and send "
         "again. Nothing was admitted."),
        ("编码 {code}：填写版本 {stated}，现行版本 {version}，变化 {changed}",
         "Code {code}: filled against {stated}, in force is {version}, changed: {changed}")),
    "division_not_served": Code(422, "caller", "route",
        ("没有平台承办该区划的该事项", "No platform serves this item in this division"), _PLATFORMS,
        ("区划：{division}", "The division: {division}")),
    "route_ambiguous": Code(503, "gateway", "route",
        ("有多个平台声明承办该事项，网关不作猜测", "Several platforms claim this item; the gateway does not guess"),
        _ASK_US, ("区划 {division}：{platforms}", "Division {division}: {platforms}")),
    "operation_not_offered": Code(422, "caller", "route",
        ("办理地平台不提供此操作", "The other platform does not offer this operation"), _PLATFORMS,
        ("操作：{operation}", "The operation: {operation}")),
    "case_open": Code(409, "caller", "admit",
        ("同一申请人在该地已有同一事项的在办件", "The person has an open case for this item in that place"),
        ("请先查询该件；确需再办，请在 insist.reason 中写明理由。",
         "Look at that case first; to go on all the same, say why in insist.reason."),
        ("区划 {division}", "Division {division}")),
    "case_ended": Code(409, "caller", "admit",
        ("该交换已发出或已终结，不能再撤回", "The exchange has left or has ended; it cannot be taken back"),
        ("请查询办件状态；已送达的，请向办理地申请撤回。",
         "Look at its state; if it was delivered, ask the other place to withdraw it.")),
    # what the other platform said
    "platform_refused": Code(422, "platform", "send",
        ("办理地平台不予接收", "The other platform refused it"),
        ("请把办理地的答复（their_code、their_words）告知申请人；改正后请用新的 Idempotency-Key 提交。",
         "Tell the person what they answered (their_code, their_words). Once mended, submit under a new key.")),
    "not_delivered": Code(422, "platform", "send",
        ("未能送达办理地平台，已终止", "It could not be delivered to the other platform, and has ended"),
        ("办理地没有收到此件；请告知申请人，需要时用新的 Idempotency-Key 重新提交。",
         "The other place does not have it. Tell the person; to try anew, submit under a new key.")),
    "platform_unavailable": Code(503, "platform", "send",
        ("办理地平台暂时不能答复", "The other platform cannot answer now"),
        ("请在 Retry-After 之后再查询；办件本身不受影响。",
         "Ask again after Retry-After; the case is not affected.")),
    "platform_garbled": Code(502, "platform", "send",
        ("办理地平台的答复无法识别", "The answer of the other platform cannot be read"),
        ("请稍后再查询；仍然如此，请联系本网关运维人员（contact）。",
         "Ask again later; if it stays so, ring the operators (contact).")),
    # ourselves
    "numbers_exhausted": Code(503, "gateway", "admit",
        ("该事项当日的流水号已用完", "The serial numbers of the day are used up for this item"),
        ("尚未受托；请联系本网关运维人员（contact），或次日再提交。",
         "Nothing was admitted. Ring the operators (contact), or submit it tomorrow.")),
    "not_active": Code(503, "gateway", "route", ("尚无生效的发布", "No release is active"), _ASK_US),
    "overloaded": Code(429, "gateway", "read",
        ("同时处理的请求过多或过大", "Too many requests at once, or too large ones"),
        ("请减少同时发送的数量，在 Retry-After 之后以同一 Idempotency-Key 重试；此请求未受托，已受托的不受影响。",
         "Send fewer at once; try again after Retry-After, under the same key. This one was not admitted, and "
         "whatever was is not affected."),
        ("已满：{cause}", "Full: {cause}")),
    "stopping": Code(503, "gateway", "read", ("网关正在停止，不再受理", "The gateway is stopping"), _LATER),
    "storage_unavailable": Code(503, "gateway", "record",
        ("暂时不能记录，因而未受托任何内容", "Nothing can be recorded now, so nothing was admitted"), _LATER),
    "proof_not_ready": Code(404, "gateway", "look_up",
        ("存证证明尚未生成", "The proof is not ready yet"),
        ("请在 Retry-After 之后再取。", "Ask again after Retry-After.")),
    "erased": Code(410, "gateway", "look_up",
        ("该件的内容已按规定删除，仅存其存在的证明",
         "The content has been erased; only its existence can be proved"),
        ("需要办理进度，请直接向办理地查询。", "To learn how the case stands, ask the other place directly.")),
    "internal": Code(500, "gateway", "any", ("网关内部错误", "An error inside the gateway"),
        ("请联系本网关运维人员（contact）；不确定是否已受托时，用同一 Idempotency-Key 重试即可得知。",
         "Ring the operators (contact). To learn whether it was admitted, send it again under the same key.")),
}  # fmt: skip
