"""Reading the days of a place from a list: columns day, works, note."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from gateway.calendars.store import Day

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORKS = {
    "1": True,
    "班": True,
    "上班": True,
    "work": True,
    "0": False,
    "休": False,
    "放假": False,
    "off": False,
}
MOST_NOTE = 100


class BadDays(Exception):
    """Rows that are no days; nothing was kept. Each says its row and, in both languages, what to write."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("\n".join(rows))
        self.rows = rows


def read_days(rows: Iterable[Mapping[str, str]], year: int | None) -> list[Day]:
    """Days of a list, all or none; year: the only one that they may be of. Raises BadDays."""
    found, wrong, seen = list[Day](), list[str](), dict[date, int]()
    for number, row in enumerate(rows, 2):  # as a spreadsheet counts
        cells = {name: cell.strip() for name, cell in row.items()}
        if not any(cells.values()):
            continue
        day, works = _day(cells.get("day", "")), WORKS.get(cells.get("works", ""))
        if day is None or (year is not None and day.year != year):
            wrong.append(f"{number}: day 须写作 YYYY-MM-DD，且属于该年 / a day of that year, YYYY-MM-DD")
        elif works is None:
            wrong.append(f"{number}: works 须为 班 或 休 / works is one of {', '.join(WORKS)}")
        elif day in seen:
            wrong.append(f"{number}: 与第 {seen[day]} 行同日 / the same day as row {seen[day]}")
        else:
            seen[day] = number
            found.append(Day(day, works, cells.get("note", "")[:MOST_NOTE]))
    if wrong:
        raise BadDays(wrong)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
