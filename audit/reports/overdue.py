"""Overdue without extension: limits that ran out though nobody had extended them."""

from collections.abc import Iterable

from audit.records import Record
from audit.reports.question import Ask, Found, Question, Terms, facts_of


class Overdue(Ask):
    kinds = frozenset({"case.event", "case.overdue"})

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._extended: dict[str, str] = {}  # case -> the last day to which it was extended
        self._overdue: dict[str, list[Found]] = {}

    def take(self, position: int, record: Record) -> Iterable[Found]:
        case = record.text("case")
        if case is None:
            return
        day = record.text("due_on") or ""
        if record.text("event") == "extended":
            self._extended[case] = max(self._extended.get(case, ""), day)
            for found in self._overdue.pop(case, ()):  # too late for those that had run out
                yield Found(found.position, {**found.facts, "later": record.at})
        elif record.kind == "case.overdue" and day > self._extended.get(case, ""):
            facts = facts_of(record, "case", "clock", "start_on", "due_on")
            self._overdue.setdefault(case, []).append(Found(position, facts))

    def close(self, now_ms: int) -> Iterable[Found]:
        for each in self._overdue.values():
            yield from each


QUESTION = Question(
    name="overdue",
    title=("逾期而未经延期的时限", "Limits that ran out without an extension"),
    shows=(
        "记为逾期、而此前没有延期至该届满日的时限；later 为事后才记的延期",
        "limits told as overdue that no extension had moved to that day; `later`: one was recorded afterwards",
    ),
    cannot=(
        "延期是否合法、工作日历是否正确，日志中没有",
        "whether an extension was lawful, or the calendar of working days right",
    ),
    said=(
        "办件 {case} 的 {clock} 已于 {due_on} 届满（事后延期：{later}）",
        "case {case}: {clock} ran out on {due_on} (extended afterwards: {later})",
    ),
    ask=Overdue,
)
