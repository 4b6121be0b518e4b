"""Two ends: exchanges that ended twice, or were admitted twice."""

from collections.abc import Iterable

from audit.reports.question import Ask, Found, Question
from audit.stories import Story

TWICE = {"order.second_end", "order.second_start"}


class TwoEnds(Ask):
    stories = True

    def tell(self, story: Story, now_ms: int) -> Iterable[Found]:
        for position, code in story.faults:
            if code in TWICE:
                yield Found(position, {"exchange": story.exchange or "-", "code": code})


QUESTION = Question(
    name="two_ends",
    title=("终结或登记两次的交换", "Exchanges that ended or began twice"),
    shows=("同一交换有两个终结，或两次登记", "a second end, or a second admission, of one exchange"),
    cannot=(
        "不能说明哪一个终结属实，须问对方",
        "which of two ends is true: the other side has to be asked",
    ),
    said=("交换 {exchange}：{code}", "exchange {exchange}: {code}"),
    ask=TwoEnds,
)
