"""Maintenance windows (停机维护) in China time, and how gently work goes on after one. Pure.

A window is written `23:00-06:00` (every day, over midnight) or `sat,sun 00:00-24:00`; days are those on which it
begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE_MS = 60_000
DAY_MS = 1_440 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
_CHINA_MS = 8 * 60 * MINUTE_MS
_MONDAY_MS = 4 * DAY_MS  # the epoch was a Thursday
GENTLE_MS = 2_000
_WINDOW = re.compile(r"(?:([a-z,]+) )?(\d\d):(\d\d)-(\d\d):(\d\d)")


class NoWindow(ValueError):
    """Not a window: write times like 23:00-06:00, or days first, like sat,sun 00:00-24:00."""


@dataclass(frozen=True, slots=True)
class Window:
    """days: 0 (Monday) to 6 on which it begins; from_ms of the day (China), long_ms: how long it lasts."""

    days: frozenset[int]
    from_ms: int
    long_ms: int


def window(text: str) -> Window:
    """Raises NoWindow."""
    found = _WINDOW.fullmatch(text.strip().lower())
    if found is None:
        raise NoWindow
    names = found[1].split(",") if found[1] else list(DAYS)
    if not set(names) <= set(DAYS):
        raise NoWindow
    begin, end = (_minutes(found[i], found[i + 1]) for i in (2, 4))
    long = (end - begin) % 1_440 or 1_440
    return Window(frozenset(DAYS.index(name) for name in names), begin * MINUTE_MS, long * MINUTE_MS)


def closed_until_ms(windows: Sequence[Window], now_ms: int) -> int:
    """When the windows that now_ms lies in are over, those that follow without a gap included; 0 outside of all.

    All the week long means: in a week from now, to be looked at again.
    """
    until_ms = now_ms
    while until_ms < now_ms + WEEK_MS:
        ends = [end for each in windows for begin, end in _around(each, until_ms) if begin <= until_ms < end]
        if not ends:
            break
        until_ms = max(ends)
    return until_ms if until_ms > now_ms else 0


def opened_ms(windows: Sequence[Window], now_ms: int) -> int:
    """When the last window before now_ms was over; 0 if there is none."""
    return max((end for each in windows for _, end in _around(each, now_ms) if end <= now_ms), default=0)


def gentle(most: int, since_ms: int) -> int:
    """How many at one time, so long after it was opened: 1, then twice as many every GENTLE_MS, up to `most`."""
    doublings = min(max(since_ms, 0) // GENTLE_MS, most.bit_length())
    return int(min(most, 1 << doublings))


def _minutes(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > 1_440:
        raise NoWindow
    return minutes


def _around(each: Window, now_ms: int) -> list[tuple[int, int]]:
    """(begin, end) of the window in the weeks around now_ms."""
    local_ms = now_ms + _CHINA_MS - _MONDAY_MS
    monday_ms = local_ms - local_ms % WEEK_MS + _MONDAY_MS - _CHINA_MS
    begins = (
        monday_ms + week * WEEK_MS + day * DAY_MS + each.from_ms for week in (-1, 0, 1) for day in each.days
    )
    return [(begin, begin + each.long_ms) for begin in begins]
