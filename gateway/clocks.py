"""Time limits (时限): working days of a place, days counted from the day after, what is due when. Pure.

Source: 行政许可法 art. 32, 42, 44, 45, 82; domain.md 2.4 and 13.16. A limit whose unit nobody stated is not
computed, and neither is one that runs into a year whose days off are not known: both are said, nothing is
guessed.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Unit = Literal["working_days", "calendar_days", "months", "hours", "unknown"]
Why = Literal["unit_unknown", "not_in_days", "year_unknown"]
MOST_DAYS = 3_660  # a limit of more than ten years is a mistake
_DAY = timedelta(days=1)
_WEEKEND = 5  # Saturday


class Unknown(Exception):
    """A day that cannot be computed; `why` says what is missing, `year` which year's days off, if it is that."""

    def __init__(self, why: Why, year: int = 0) -> None:
        super().__init__(why)
        self.why: Why = why
        self.year = year


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which the offices of a place work.

    years: those whose days off are known. exceptions: days that are otherwise than their weekday says: a holiday
    or a closure (False), a weekend day that is worked (调休, True).
    """

    years: frozenset[int]
    exceptions: Mapping[date, bool] = field(default_factory=dict, repr=False)

    def works(self, day: date) -> bool:
        """Whether the offices work that day. Raises Unknown for a year whose days off are not known."""
        if day.year not in self.years:
            raise Unknown("year_unknown", day.year)
        return self.exceptions.get(day, day.weekday() < _WEEKEND)

    def below(self, exceptions: Mapping[date, bool]) -> "Calendar":
        """The calendar of a place below: the same but for its own holidays and closures."""
        return Calendar(self.years, {**self.exceptions, **exceptions})

    def next_worked(self, day: date) -> date:
        """The day itself, or the first worked one after it. Raises Unknown."""
        while not self.works(day):
            day += _DAY
        return day

    def worked_between(self, begin: date, end: date) -> int:
        """How many days of [begin, end) are worked. Raises Unknown."""
        return sum(self.works(begin + _DAY * place) for place in range((end - begin).days))


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take, as law or promise says it; days: so many of the unit, whichever it is."""

    days: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Pause:
    """A special procedure (特别程序): its days do not count, from the first up to the last; None: it still runs."""

    begin: date
    end: date | None


def due_on(calendar: Calendar, start: date, limit: Limit, pauses: Iterable[Pause] = ()) -> date | None:
    """The last day of a limit; None while a pause still runs.

    Days count from the day after the start; a start on a day off counts from the next worked one (received on a
    Saturday). A limit in calendar days or months that ends on a day off ends on the next worked one. A limit of no
    days is due on the start itself. Raises Unknown, also for hours: nobody says whether nights count.
    """
    if limit.unit in ("unknown", "hours"):
        raise Unknown("unit_unknown" if limit.unit == "unknown" else "not_in_days")
    pauses = tuple(pauses)
    if any(pause.end is None for pause in pauses):
        return None
    day = calendar.next_worked(start)
    left = (_months_on(day, limit.days) - day).days if limit.unit == "months" else limit.days
    left = min(left, MOST_DAYS)
    while left:
        day += _DAY
        if not _paused(day, pauses) and (limit.unit != "working_days" or calendar.works(day)):
            left -= 1
    return calendar.next_worked(day)


def _months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month if it has none (民法典 art. 202)."""
    years, month = divmod(day.month - 1 + min(months, MOST_DAYS // 30), 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_used(calendar: Calendar, start: date, today: date, pauses: Iterable[Pause] = ()) -> int:
    """Working days used of a limit by the end of a day, those of pauses left out. Raises Unknown."""
    pauses, used, day = tuple(pauses), 0, calendar.next_worked(start)
    while day < today:
        day += _DAY
        used += calendar.works(day) and not _paused(day, pauses)
    return used


def _paused(day: date, pauses: Iterable[Pause]) -> bool:
    """Whether a day falls into a pause; the day on which it ends counts again."""
    return any(pause.begin <= day and (pause.end is None or day < pause.end) for pause in pauses)
