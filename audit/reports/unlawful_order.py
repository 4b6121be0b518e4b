"""Unlawful order: entries that stand where they must not (docs/evidence.md, Lawful order)."""

from collections.abc import Iterable

from audit.reports.question import Ask, Found, Question
from audit.reports.two_ends import TWICE
from audit.stories import Story


class UnlawfulOrder(Ask):
    stories = True

    def tell(self, story: Story, now_ms: int) -> Iterable[Found]:
        for position, code in story.faults:
            if code not in TWICE:
                yield Found(position, {"exchange": story.exchange or "-", "code": code})


QUESTION = Question(
    name="unlawful_order",
    title=("次序不合规的条目", "Entries in an unlawful order"),
    shows=(
        "未登记即有记录、终结之后又有记录、种类不明或未写明交换的条目",
        "entries of what was never admitted, behind an end, of an unknown kind, or of no exchange",
    ),
    cannot=(
        "不能说明缺少的条目写了什么；日志是否被改动由 fsck 回答",
        "what a missing entry said; whether the log was altered is what fsck answers",
    ),
    said=("交换 {exchange}：{code}", "exchange {exchange}: {code}"),
    ask=UnlawfulOrder,
)
