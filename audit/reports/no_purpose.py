"""Licence without purpose: a licence or data of a person was asked for without saying what for."""

from collections.abc import Iterable

from audit.records import Record
from audit.reports.no_authorisation import ENTRIES, asks_of_a_person, is_drawn_on
from audit.reports.question import Ask, Found, Question, facts_of


class NoPurpose(Ask):
    kinds = ENTRIES

    def take(self, position: int, record: Record) -> Iterable[Found]:
        if (asks_of_a_person(record) or is_drawn_on(record)) and not record.text("purpose"):
            names = ("exchange", "case", "operation", "platform", "actor")
            yield Found(position, facts_of(record, *names))


QUESTION = Question(
    name="no_purpose",
    title=("未写明用途的证照与数据查询", "Licences and data without a purpose"),
    shows=(
        "证照、数据查询，或以电子证照、数据核验代替材料的申请，其条目没有用途（条目中为加密摘要）",
        "questions for licences or data, and cases in which these stand for papers, whose entry commits to no "
        "purpose",
    ),
    cannot=(
        "用途写得对不对：条目只有摘要，内容须披露；本网关拒收未写用途的申请，"
        "有所发现即为绕过受理而写入的条目",
        "whether the purpose was a good one: the entry has its keyed digest, the words must be disclosed. A "
        "gateway takes no case without one, so an answer is an entry that came in past its admission",
    ),
    said=(
        "交换 {exchange}：{operation}，经办 {actor}，未写用途",
        "exchange {exchange}: {operation} by {actor}: no purpose",
    ),
    ask=NoPurpose,
)
