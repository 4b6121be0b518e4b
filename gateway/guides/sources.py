"""Rows from a file: CSV, XLSX, JSON. Every cell becomes the text that it is; nothing is judged here."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from gateway.items.files import decoded
from gateway.items.problems import UnreadableFile

DIGITS_LOST = "#digits"  # stands as the text of a number that has more digits than a spreadsheet keeps
_MOST_EXACT = 10**15
_LISTS = ("guides", "rows", "data", "list", "items")
Cells = dict[str, Any]  # heading in lower case -> text; in a nested document also lists and objects


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, or one JSON document. where: the file, with the sheet in brackets.

    rows: each with its number as a spreadsheet counts it (the heading is 1), in JSON from 1.
    """

    where: str
    nested: bool = False
    rows: list[tuple[int, Cells]] = field(default_factory=list, repr=False)

    @property
    def headings(self) -> set[str]:
        return set(self.rows[0][1]) if self.rows else set()


def sheets_of(path: Path) -> list[Sheet]:
    """Everything in a file, by the ending of its name. Raises UnreadableFile."""
    ending = path.suffix.lower()
    try:
        if ending in (".xlsx", ".xls", ".ods"):
            return list(_workbook(path))
        if ending == ".json":
            return [_document(path)]
    except (CalamineError, ValueError, RecursionError) as error:
        raise UnreadableFile(file=path.name) from error
    lines = csv.reader(io.StringIO(decoded(path.read_bytes(), path.name), newline=""))
    return [_table(path.name, list(lines))]


def _workbook(path: Path) -> Iterator[Sheet]:
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield _table(f"{path.name}[{name}]", [[_text(cell) for cell in row] for row in rows])


def _table(where: str, rows: list[list[str]]) -> Sheet:
    headings = [heading.strip().lower() for heading in rows[0]] if rows else []
    found = [
        (number, dict(zip(headings, (cell.strip() for cell in cells), strict=False)))
        for number, cells in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in cells)
    ]
    return Sheet(where, rows=found)


def _document(path: Path) -> Sheet:
    """Numbers stay as they are written: a code of 31 digits is one."""
    text = decoded(path.read_bytes(), path.name)
    tree = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number)
    if isinstance(tree, dict):
        tree = next((tree[name] for name in _LISTS if isinstance(tree.get(name), list)), [tree])
    if not isinstance(tree, list) or not all(isinstance(each, dict) for each in tree):
        raise ValueError("no list of objects")
    return Sheet(path.name, True, [(number, lowered(each)) for number, each in enumerate(tree, 1)])


def lowered(tree: dict[str, Any]) -> Cells:
    """Keys in lower case, scalars as text; what is inside lists and objects stays for later."""
    return {key.strip().lower(): _plain(value) for key, value in tree.items()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | dict) else _text(value).strip()


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float() | int():
            if abs(cell) >= _MOST_EXACT:
                return DIGITS_LOST
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
    return str(cell)


def _no_number(text: str) -> str:
    raise ValueError(text)
