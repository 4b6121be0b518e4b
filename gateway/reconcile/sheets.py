"""A list that people bring (CSV, XLSX) as rows of text cells. What a spreadsheet did to a number is not undone."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from gateway.items.lists.charset import decoded
from gateway.items.problems import UnreadableFile
from gateway.reconcile.texts import CannotReconcile

MOST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS; XLS
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?[Ee]\+?[0-9]+")
_QUOTED = re.compile(
    r'="(.*)"|\'(.*)', re.DOTALL
)  # how people keep a spreadsheet from making numbers of digits
_INVISIBLE = "\ufeff\u200b\u200e\u200f \t\r\n\u00a0\u3000"


class Cell(NamedTuple):
    """A text, and the code of what was wrong with what stood there."""

    text: str = ""
    fault: str = ""


class Row(NamedTuple):
    """`place` counts from 1, as the file's reader sees it."""

    place: int
    cells: list[Cell]

    @property
    def is_blank(self) -> bool:
        return not any(cell.text or cell.fault for cell in self.cells)


def read_rows(path: Path) -> list[Row]:
    """All rows that are not blank. Raises CannotReconcile for what is no list, OSError for what is no file."""
    content = path.read_bytes()
    cells = _workbook(content) if content.startswith(_WORKBOOKS) else _csv(content, path.name)
    rows = (Row(place, each) for place, each in enumerate(cells, 1))
    return [row for row in rows if not row.is_blank]


def _csv(content: bytes, name: str) -> Iterator[list[Cell]]:
    try:
        text = decoded(content, name)
        first = text[: text.find("\n") + 1] or text
        separator = max(",\t;", key=first.count)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield [_of_text(cell) for cell in row]
    except (UnreadableFile, csv.Error) as error:
        raise CannotReconcile("unreadable") from error


def _workbook(content: bytes) -> Iterator[list[Cell]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
        sheets = [
            rows for name in shown if (rows := book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        ]
    except CalamineError as error:
        raise CannotReconcile("unreadable") from error
    if len(sheets) > 1:
        raise CannotReconcile("several_sheets")
    return ([_of_value(value) for value in row] for rows in sheets for row in rows)


def _of_text(text: str) -> Cell:
    text = text.strip(_INVISIBLE)
    if quoted := _QUOTED.fullmatch(text):
        text = (quoted[1] if quoted[1] is not None else quoted[2]).strip(_INVISIBLE)
    return Cell(text, "digits_lost" if _EXPONENT.fullmatch(text) else "")


def _of_value(value: Any) -> Cell:
    """A cell of a workbook. 29.0 is the text 29; sixteen digits and more were cut to fifteen by the spreadsheet."""
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(fault="not_text")
    if abs(value) >= MOST_EXACT:
        return Cell(fault="digits_lost")
    return Cell(str(int(value))) if value == int(value) else Cell(fault="not_whole")
