"""No end: exchanges that were admitted long ago and are still open."""

from collections.abc import Iterable

from audit.reports.question import DAY_MS, Ask, Found, Question, china
from audit.stories import Story


class NoEnd(Ask):
    stories = True

    def tell(self, story: Story, now_ms: int) -> Iterable[Found]:
        days = (now_ms - story.at_ms) // DAY_MS
        if story.exchange is not None and story.end is None and days >= self.terms.open_days:
            since = china(story.at_ms).isoformat(timespec="seconds")
            yield Found(story.position, {"exchange": story.exchange, "since": since, "days": days})


QUESTION = Question(
    name="no_end",
    title=("没有终结的交换", "Exchanges without an end"),
    shows=(
        "已登记而至日志末条仍无终结、且已逾所定天数的交换",
        "what was admitted, has no end up to the last entry, and is older than the days that are allowed",
    ),
    cannot=(
        "不能说明对方是否已收；逾期未办见 overdue",
        "whether the other side has it; that an authority is late is another question (overdue)",
    ),
    said=(
        "交换 {exchange} 自 {since} 起 {days} 天未终结",
        "exchange {exchange} is open since {since}: {days} days",
    ),
    ask=NoEnd,
)
