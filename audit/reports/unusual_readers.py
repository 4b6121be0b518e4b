"""Unusual readers: people who read much in one day, and cases that many people read."""

from collections.abc import Iterable
from datetime import date

from audit.records import Record
from audit.reports.question import Ask, Found, Question, Seen, Terms, day_of

READINGS = frozenset({
    "account.viewed", "account.searched", "account.exported", "bundle.made", "values.shown", "result.read",
    "notice.read", "print.made",
})  # fmt: skip


def reader_of(record: Record) -> str | None:
    """Who read, if it was a reading: an account, a staff number, a caller's key with its staff."""
    return (record.text("account") or record.text("actor")) if record.kind in READINGS else None


class UnusualReaders(Ask):
    kinds = READINGS

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._day: date | None = None
        self._today: dict[str, Seen] = {}
        self._cases: dict[str, Seen] = {}

    def take(self, position: int, record: Record) -> Iterable[Found]:
        reader = reader_of(record)
        if reader is None:
            return
        day = day_of(record.at_ms)
        if day != self._day:
            yield from self._over()
            self._day = day
        seen = self._today.setdefault(reader, Seen(position))
        seen.count += 1
        if case := record.text("case"):
            read = self._cases.setdefault(case, Seen(position))
            read.whom.add(reader)

    def close(self, now_ms: int) -> Iterable[Found]:
        yield from self._over()
        for case, read in self._cases.items():
            if len(read.whom) > self.terms.readers:
                yield Found(read.position, {"case": case, "readers": len(read.whom), "who": "-"})

    def _over(self) -> Iterable[Found]:
        for reader, seen in self._today.items():
            if seen.count > self.terms.readings_a_day:
                day = self._day.isoformat() if self._day else "-"
                yield Found(seen.position, {"who": reader, "day": day, "readings": seen.count})
        self._today = {}


QUESTION = Question(
    name="unusual_readers",
    title=("异常的查看者", "Unusual readers"),
    shows=(
        "一人一日查看、查询超过所定次数；一个办件被超过所定人数查看",
        "more readings by one person in a China day, or more persons reading one case, than is allowed",
    ),
    cannot=(
        "查看是否正当、屏幕前是谁；直接读数据库与密钥的人不留条目",
        "whether a reading was justified, or who sat there; whoever reads database and keys leaves no entry",
    ),
    said=(
        "{who} {day} 查看 {readings} 次；办件 {case} 有 {readers} 人查看",
        "{who} read {readings} times on {day}; case {case} was read by {readers} persons",
    ),
    ask=UnusualReaders,
)
