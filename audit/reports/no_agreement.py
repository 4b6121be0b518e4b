"""Without agreement: cases that were handed over though no agreement is named as the ground."""

from collections.abc import Iterable

from audit.order import START
from audit.records import Record
from audit.reports.question import Ask, Found, Question, Terms, facts_of, texts_of


class NoAgreement(Ask):
    kinds = frozenset({START, "agreements.changed"})

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._declared = 0

    def take(self, position: int, record: Record) -> Iterable[Found]:
        if record.kind == "agreements.changed":
            self._declared = len(texts_of(record, "agreements"))
        elif (
            record.kind == START
            and record.text("operation") == "case.submit"
            and not record.text("agreement")
        ):
            names = ("exchange", "case", "platform", "from", "to", "basic_code")
            yield Found(position, facts_of(record, *names, declared=self._declared))


QUESTION = Question(
    name="no_agreement",
    title=("没有协议依据的移交", "Cases that no agreement covers"),
    shows=(
        "登记时没有写明通办协议的申请；declared 为当时所声明的协议数",
        "cases that were admitted without naming an agreement; `declared`: how many there were then",
    ),
    cannot=(
        "协议本身是否有效，日志中只有其文号与摘要",
        "whether an agreement was valid: of it the log has the number of the document and a digest",
    ),
    said=(
        "交换 {exchange}：{from} 至 {to}，事项 {basic_code}，无协议（当时声明 {declared} 份）",
        "exchange {exchange} from {from} to {to}, item {basic_code}: no agreement ({declared} declared)",
    ),
    ask=NoAgreement,
)
