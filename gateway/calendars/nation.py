"""The nation's days off (国务院办公厅节假日安排): those that a library knows, and the years brought in since.

The library's years end (chinesecalendar 1.11: 2004 to 2026). What it does not know is imported, never assumed.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from chinese_calendar.constants import holidays, workdays


@cache
def known_years() -> frozenset[int]:
    """Years whose arrangement the library has, whole."""
    return frozenset(day.year for day in holidays)


@cache
def exceptions() -> Mapping[date, bool]:
    """Days that are otherwise than their weekday: False off (节假日), True worked at a weekend (调休)."""
    return {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
