"""Retries beyond policy: messages that were sent more often than they may be."""

from collections.abc import Iterable

from audit.order import ENDS, START
from audit.records import Record
from audit.reports.question import Ask, Found, Question, Seen, Terms, facts_of


class Retries(Ask):
    kinds = ENDS | {START, "exchange.sending"}

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._open: dict[str, Seen] = {}

    def take(self, position: int, record: Record) -> Iterable[Found]:
        exchange = record.text("exchange")
        if exchange is None:
            return
        claimed = record.kind == START and record.text("state") == "sending"
        if claimed or (record.kind == "exchange.sending" and record.text("step") != "probe"):
            seen = self._open.setdefault(exchange, Seen(position))
            seen.count += 1
            if seen.count == self.terms.attempts + 1:  # told once, at the first that is too many
                yield Found(
                    position,
                    facts_of(record, "exchange", "case", "platform", "operation", attempts=seen.count),
                )
        elif record.kind in ENDS:
            self._open.pop(exchange, None)


QUESTION = Question(
    name="retries",
    title=("超出策略的重发", "Retries beyond policy"),
    shows=(
        "同一交换的发送次数超过所定次数（查问不计）",
        "exchanges that were sent more often than is allowed; asking what became of them does not count",
    ),
    cannot=(
        "平台所声明的策略在发布之中，不在条目之中；对方收到几次须看对方日志（compare --platform）",
        "the policy that a platform declares stands in the release; how often it arrived says the other log",
    ),
    said=(
        "交换 {exchange} 向 {platform} 发送已达 {attempts} 次",
        "exchange {exchange} was sent to {platform} {attempts} times",
    ),
    ask=Retries,
)
