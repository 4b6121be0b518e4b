"""Without authorisation: somebody acted for a person, or asked for their data, and named no authorisation."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from audit.order import START
from audit.records import Record
from audit.reports.question import Ask, Found, Question, facts_of

ASKED = ("data.query", "licence.*")
DRAWN = frozenset({"licence", "data"})
ENTRIES = frozenset({START, "exchange.read"})


def asks_of_a_person(record: Record) -> bool:
    """Whether it is the first entry of a question for what an authority knows of a person."""
    operation = record.text("operation") or ""
    return record.kind in ENTRIES and any(fnmatchcase(operation, each) for each in ASKED)


def is_drawn_on(record: Record) -> bool:
    """Whether it is the first entry of a case for which a licence or data of a person stand in place of papers."""
    stands = record.facts.get("instead")
    return is_new_case(record) and isinstance(stands, list) and not DRAWN.isdisjoint(stands)


def is_new_case(record: Record) -> bool:
    return record.kind == START and record.text("operation") == "case.submit"


class NoAuthorisation(Ask):
    kinds = ENTRIES

    def take(self, position: int, record: Record) -> Iterable[Found]:
        acted = is_new_case(record) and record.text("mode") == "collect_for"
        asked = asks_of_a_person(record) or is_drawn_on(record)
        if (acted or asked) and not record.text("authorisation"):
            names = ("exchange", "case", "operation", "platform", "from", "from_unit", "actor")
            yield Found(position, facts_of(record, *names))


QUESTION = Question(
    name="no_authorisation",
    title=("没有授权的代办与取数", "Acting or asking without an authorisation"),
    shows=(
        "异地代收代办的申请，以电子证照、数据核验代替材料的申请，或数据、证照查询，未写明授权编号",
        "cases that one place collected for another, cases in which licences or data stand for papers, and "
        "questions for data or licences, that name none",
    ),
    cannot=(
        "授权书是否真实、是否涵盖此事，须看原件；本人当场办理的可不需授权",
        "whether an authorisation that is named is genuine and covers it: that takes the paper; who came in "
        "person may need none",
    ),
    said=(
        "交换 {exchange}：{operation}，{from} 单位 {from_unit}，无授权",
        "exchange {exchange}: {operation} by unit {from_unit} in {from}: no authorisation",
    ),
    ask=NoAuthorisation,
)
