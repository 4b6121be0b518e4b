"""What has run out or soon does, and what has no day: for a list on a screen, on the command line, in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase

from gateway.calendars.store import calendars_of
from gateway.cases.spans import TEXTS, Name
from gateway.clocks import Calendar, Unknown
from gateway.store import watched
from gateway.store.connection import Connection
from gateway.store.watched import Late

COLUMNS = {
    "colour": "状态", "case": "办件", "clock": "时限", "due_on": "届满日", "days_over": "逾期工作日",
    "platform": "平台", "unit": "办理单位", "division": "办理地", "item": "事项", "here": "收件地",
    "ours": "我方编号", "theirs": "对方编号", "why": "为何无届满日",
}  # fmt: skip
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which limits are asked for: globs over platform, division and item, empty for all.

    dayless: those whose last day nobody knows instead of those that have run out or soon do.
    """

    platform: str = ""
    division: str = ""
    item: str = ""
    dayless: bool = False

    def covers(self, late: Late) -> bool:
        said = ((self.platform, late.platform), (self.division, late.division), (self.item, late.item))
        return all(not pattern or fnmatchcase(value, pattern) for pattern, value in said)


def overdue(connection: Connection, today: date, wanted: Wanted) -> list[dict[str, str | int | None]]:
    """One row for each limit with the keys of COLUMNS, the first that ran out first. today: China day.

    days_over: working days of the deciding place since the last day; 0 before it; None where its calendar does not
    reach so far.
    """
    listed = watched.dayless(connection) if wanted.dayless else watched.late(connection, today.isoformat())
    return rows_of(connection, today, [each for each in listed if wanted.covers(each)])


def rows_of(connection: Connection, today: date, found: Sequence[Late]) -> list[dict[str, str | int | None]]:
    """As `overdue` answers them."""
    calendars = calendars_of(connection, {each.division for each in found if each.due_on})
    return [_row(each, today, calendars.get(each.division)) for each in found]


def clock_text(name: Name) -> str:
    return TEXTS[name][0]


def _row(late: Late, today: date, calendar: Calendar | None) -> dict[str, str | int | None]:
    on = date.fromisoformat(late.due_on) if late.due_on else None
    row: dict[str, str | int | None] = {
        name: value or None for name, value in late._asdict().items() if name in COLUMNS
    }
    colour = (
        "red"
        if on and today > on
        else "amber"
        if on
        else "suspended"
        if late.why == "suspended"
        else "unknown"
    )
    return {"colour": colour, "days_over": _days_over(calendar, on, today), **row}


def _days_over(calendar: Calendar | None, on: date | None, today: date) -> int | None:
    if calendar is None or on is None:
        return None
    try:
        return calendar.worked_between(on + _DAY, today + _DAY) if today > on else 0
    except Unknown:
        return None
