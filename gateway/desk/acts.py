"""What people at a desk record: each act by its word, the event that it is, and what must be said with it.

Source: domain.md 13.6–8; 行政许可法 art. 32 (correction, acceptance), 42 (extension), 44–45 (serving, suspension).
"""

from collections.abc import Mapping, Sized
from dataclasses import dataclass

from gateway.cases.reasons import REASONS as OF_ENDING
from gateway.cases.states import ALONG, CLOSES, STATES
from mappings.canonical.schema import schema

Texts = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Act:
    """kind: of the event.

    words:     it is to be said why, to the applicant.
    materials: it is to be said which materials, and what is wrong with each.
    due:       it is to be said until when.
    """

    kind: str
    text: Texts
    words: bool = False
    materials: bool = False
    due: bool = False


EXTENDED = "extended"
ACTS: Mapping[str, Act] = {
    "sign": Act("signed", ("签收", "sign for the papers")),
    "correct": Act("correction_needed", ("一次性告知补正", "tell at once all that must be corrected"),
                   materials=True, due=True),
    "corrected": Act("corrected", ("收到补正", "the corrections have come")),
    "accept": Act("accepted", ("受理", "accept")),
    "decline": Act("not_accepted", ("不予受理", "do not accept"), words=True),
    "owe": Act("supplement_owed", ("容缺受理，待后补", "accepted while something is still owed"), materials=True),
    "supplied": Act("supplied", ("收到后补材料", "what was owed has come")),
    "charge": Act("to_pay", ("告知缴费", "a fee is to be paid"), words=True),
    "paid": Act("paid", ("已缴费", "the fee has been paid")),
    "suspend": Act("suspended", ("转入特别程序，期限中止", "a special procedure: the clock stops"),
                   words=True),
    "resume": Act("resumed", ("特别程序结束", "the special procedure is over")),
    "extend": Act(EXTENDED, ("延长办理期限", "extend the time for the decision"), words=True, due=True),
    "grant": Act("granted", ("准予", "grant")),
    "refuse": Act("refused", ("不予许可", "refuse"), words=True),
    "serve": Act("served", ("送达", "the result was served")),
    "return": Act("returned", ("退件", "return the papers"), words=True),
    "withdraw": Act("withdrawn", ("准予撤回", "the applicant has withdrawn")),
    "lapse": Act("lapsed", ("逾期未补正，终止", "not corrected in time: the end")),
    "void": Act("voided", ("作废", "void"), words=True),
    "transfer": Act("transferred_up", ("转报上级", "handed to a higher authority"), words=True),
}  # fmt: skip
DOCUMENTS: Mapping[str, Texts] = {
    "receipt": ("收件凭证", "receipt"),
    "acceptance_notice": ("受理通知书", "notice of acceptance"),
    "correction_notice": ("补正通知书", "notice of correction"),
    "refusal_to_accept": ("不予受理通知书", "notice of non-acceptance"),
    "decision": ("准予决定书", "decision"),
    "refusal": ("不予许可决定书", "refusal"),
    "licence": ("证照", "licence"),
    "certificate": ("证明", "certificate"),
    "return_notice": ("退件通知书", "notice of return"),
    "withdrawal_notice": ("撤回通知书", "notice of withdrawal"),
    "void_notice": ("作废通知书", "notice of voidance"),
    "termination_notice": ("终止办理通知书", "notice of termination"),
    "transfer_notice": ("转报函", "letter of transfer"),
    "payment_notice": ("缴费通知书", "notice of payment"),
    "suspension_notice": ("特别程序告知书", "notice of suspension"),
    "service_record": ("送达回证", "record of service"),
    "other": ("其他", "other"),
}

NOT_RECORDED: Mapping[str, Texts] = {
    "other_unit": ("不是该单位的办件", "it stands on the list of another unit"),
    "in_the_future": ("时间在将来", "the time lies in the future"),
    "before_receipt": ("时间早于收件", "the time lies before the receipt of the papers"),
    "not_now": ("现在不能这样登记", "it cannot be recorded now"),
    "recorded": ("已有此登记", "it is recorded already"),
    "nothing_to_undo": ("没有所要更正的登记", "nothing of that number was recorded"),
    "over": ("该件已办结", "the case is over"),
    "other_reason": ("不是此项的理由", "that is no reason for it"),
}


REASONS: tuple[str, ...] = tuple(schema("canonical/result@1")["$defs"]["reason"]["enum"])


def reasons_of(kind: str) -> tuple[str, ...]:
    """The codes by which an ending may be explained (办结理由); none for what is no ending."""
    return next((reasons for state, reasons in OF_ENDING.items() if state == kind), ())


def reason_fits(kind: str, reason: str) -> bool:
    return not reason or reason in reasons_of(kind)


def lacking(act: Act, *, words: str, materials: Sized, due_on: str) -> list[str]:
    """What still has to be said with it: `words`, `materials`, `due_on`."""
    missing = {
        "words": act.words and not words.strip(),
        "materials": act.materials and not materials,
        "due_on": act.due and not due_on,
    }
    return [name for name, is_missing in missing.items() if is_missing]


def moves(kind: str) -> bool:
    """Whether it leads from one state to another, or settles what is owed; else it stands beside (延期)."""
    return kind in STATES or kind == "resumed" or kind in CLOSES


def is_step(kind: str) -> bool:
    """Whether it moves the case; what is no step of a life is kept beside it (延期)."""
    return kind in ALONG
