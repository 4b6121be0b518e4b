"""Why a case ended (办结理由): a closed list for every ending, and the documents that go with it.

Source: 行政许可法 art. 32 (不予受理), 38 (不予许可), 50 (视为准予), 57 (数量限制), 69 and 78 (撤销, 隐瞒或虚假);
domain.md 13.7 (退件, 补正超时, 不来办结, 转报). What they say in their own words stands beside it and is personal.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from gateway.cases.states import DECISIONS, ENDS, State

Texts = tuple[str, str]  # Chinese, English
Fault = Literal["reason_missing", "reason_of_another_ending"]
DocumentKind = Literal[
    "receipt", "acceptance_notice", "correction_notice", "refusal_to_accept", "decision", "refusal", "licence",
    "certificate", "return_notice", "withdrawal_notice", "void_notice", "termination_notice", "transfer_notice",
    "payment_notice", "suspension_notice", "service_record", "other",
]  # fmt: skip

ENDINGS: frozenset[State] = DECISIONS | ENDS
TEXTS: Mapping[str, Texts] = {
    "in_part": ("部分准予", "granted in part"),
    "by_silence": ("逾期未作决定，视为准予", "deemed granted: not decided in time"),
    "conditions_not_met": ("不符合法定条件、标准", "the conditions of the law are not met"),
    "false_materials": ("隐瞒有关情况或者提供虚假材料", "facts were hidden, or materials are false"),
    "none_left": ("数量有限，已无名额", "the number that may be granted is used up"),
    "not_verified": ("信息核验不一致", "what was given does not agree with the records"),
    "not_required": ("依法不需要办理", "the law does not require it"),
    "not_competent": ("不属于本机关（本单位）职权范围", "this authority is not competent"),
    "applicant_barred": ("申请人依法不得申请", "the law bars the applicant from applying"),
    "not_mended": ("补正后仍不符合要求", "corrected, and still not as required"),
    "duplicate": ("重复申请", "applied for twice"),
    "wrong_item": ("事项选择错误", "the wrong item"),
    "wrong_division": ("不属于本地办理", "not to be handled in this division"),
    "materials_incomplete": ("材料不齐全", "materials are missing"),
    "materials_unreadable": ("材料不清晰或无法打开", "materials cannot be read"),
    "originals_missing": ("未提交原件", "originals were not handed in"),
    "applicant_asked": ("申请人要求", "the applicant asked for it"),
    "receiving_asked": ("收件地要求", "the receiving place asked for it"),
    "mistaken": ("误收或误录", "received or recorded by mistake"),
    "test": ("测试办件", "a test"),
    "decision_revoked": ("决定已被依法撤销", "the decision was revoked"),
    "pledge_broken": ("告知承诺不实", "what was pledged is not so"),
    "correction_overdue": ("逾期未补正", "not corrected in time"),
    "supplement_overdue": ("容缺材料逾期未补交", "owed materials were not supplied in time"),
    "payment_overdue": ("逾期未缴费", "not paid in time"),
    "not_present": ("申请人未到场", "the applicant did not come"),
    "unreachable": ("无法联系申请人", "the applicant cannot be reached"),
    "decided_above": ("由上级机关决定", "a higher authority decides"),
    "applicant_gone": ("申请人死亡、丧失行为能力或者依法终止", "the applicant died, or exists no more"),
    "item_gone": ("事项已取消或调整", "the item was cancelled or adjusted"),
    "other": ("其他，见原文", "other, as their words say"),
}
_EITHER = ("applicant_gone", "item_gone", "other")
# An ending whose list is empty needs no reason: it is what was asked for.
REASONS: Mapping[State, tuple[str, ...]] = {
    "granted": ("in_part", "by_silence"),
    "served": (),
    "refused": ("conditions_not_met", "false_materials", "none_left", "not_verified", "pledge_broken", *_EITHER),
    "not_accepted": (
        "not_required", "not_competent", "applicant_barred", "conditions_not_met", "not_mended", "duplicate",
        *_EITHER,
    ),
    "returned": (
        "not_competent", "wrong_item", "wrong_division", "materials_incomplete", "materials_unreadable",
        "originals_missing", "not_verified", "duplicate", "receiving_asked", *_EITHER,
    ),
    "withdrawn": ("applicant_asked", "receiving_asked", "duplicate", "wrong_item", *_EITHER),
    "voided": ("mistaken", "duplicate", "test", "decision_revoked", "false_materials", "pledge_broken", *_EITHER),
    "lapsed": ("correction_overdue", "supplement_overdue", "payment_overdue", "other"),
    "no_show": ("not_present", "unreachable", "originals_missing", "other"),
    "transferred_up": ("decided_above", "not_competent", "other"),
}  # fmt: skip
UNSTATED: Texts = ("未说明理由", "no reason was given")
# against the person: such an ending must say why (行政许可法 art. 38, 32(2))
_MUST_SAY: frozenset[State] = frozenset({"refused", "not_accepted", "returned", "voided", "lapsed"})

DOCUMENTS: Mapping[DocumentKind, Texts] = {
    "receipt": ("收件凭证", "receipt"),
    "acceptance_notice": ("受理通知书", "notice of acceptance"),
    "correction_notice": ("补正通知书", "notice to correct"),
    "refusal_to_accept": ("不予受理通知书", "notice of non-acceptance"),
    "decision": ("准予决定书", "decision"),
    "refusal": ("不予许可决定书", "decision of refusal"),
    "licence": ("证照", "licence"),
    "certificate": ("证明", "certificate"),
    "return_notice": ("退件通知书", "notice of return"),
    "withdrawal_notice": ("撤回通知书", "notice of withdrawal"),
    "void_notice": ("作废通知书", "notice of voiding"),
    "termination_notice": ("终止办理通知书", "notice of termination"),
    "transfer_notice": ("转报函", "letter of transfer"),
    "payment_notice": ("缴费通知书", "notice to pay"),
    "suspension_notice": ("特别程序告知书", "notice of suspension"),
    "service_record": ("送达回证", "record of service"),
    "other": ("其他文书", "another document"),
}
# The document by which an ending is told (domain.md 13.7).
TOLD_BY: Mapping[State, DocumentKind] = {
    "granted": "decision", "refused": "refusal", "not_accepted": "refusal_to_accept", "returned": "return_notice",
    "withdrawn": "withdrawal_notice", "voided": "void_notice", "lapsed": "termination_notice",
    "no_show": "termination_notice", "transferred_up": "transfer_notice", "served": "service_record",
}  # fmt: skip
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)


def reason_fault(state: State, reason: str, words: str) -> Fault | None:
    """What is wrong with why a case is said to have ended, if anything; told all the same, it is a finding.

    reason: of the closed list, or empty.  words: theirs, or empty.
    """
    if reason and reason not in REASONS[state]:
        return "reason_of_another_ending"
    if state in _MUST_SAY and not words and reason in ("", "other"):
        return "reason_missing"
    return None
