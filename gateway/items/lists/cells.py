"""What stands in a cell as text, and what a spreadsheet did to it on the way. Nothing of that is undone."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

MOST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_QUOTED = re.compile(r'="(.*)"', re.DOTALL)  # how people keep a spreadsheet from making numbers of digits


class Cell(NamedTuple):
    """A text. mark: the code of what became of it, as cell_number, cell_digits_lost, cell_nested."""

    text: str
    mark: str = ""


def cell_of(value: Any) -> Cell:
    """A value of a workbook or of JSON. 29.0 is the text 29, and it is said that it came as a number."""
    if isinstance(value, str):
        return Cell(unquoted(value))
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("1" if value else "0")
    if isinstance(value, int):
        return Cell(str(value), "cell_number")
    if isinstance(value, float | Decimal):
        return _of_number(Decimal(value))
    if isinstance(value, datetime):
        return Cell(value.isoformat(" ") if value.time() != time() else value.date().isoformat())
    if isinstance(value, date | time | timedelta):
        return Cell(str(value))
    if isinstance(value, list) and not any(isinstance(each, list | dict) for each in value):
        return Cell("^".join(cell_of(each).text for each in value))
    return Cell("", "cell_nested")


def unquoted(text: str) -> str:
    """`="0105"` is 0105: it was written so that a spreadsheet keeps the zero."""
    if text.startswith('="') and (quoted := _QUOTED.fullmatch(text.strip())):
        return quoted[1]
    return text


def _of_number(value: Decimal) -> Cell:
    if not value.is_finite() or abs(value) >= MOST_EXACT:
        return Cell(str(value), "cell_digits_lost")
    whole = int(value)
    return Cell(str(whole), "cell_number") if value == whole else Cell(str(value), "cell_fraction")
