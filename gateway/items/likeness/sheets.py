"""Suggestions and coverage as lists that offices work with: CSV and XLSX, every cell text."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gateway.items.files import read_csv

DECISION = "decision"
HEADINGS = {  # column -> what stands above it
    "here_code": "here_code 本地编码", "here_name": "here_name 本地事项", "there_code": "there_code 对方编码",
    "there_name": "there_name 对方事项", "probability": "probability 把握", "why_zh": "why_zh 理由",
    "why_en": "why_en reasons", "first_by": "first_by 第一确认人", DECISION: "decision 决定（y/n）",
}  # fmt: skip
COVERED = (
    "code 编码",
    "name 事项",
    "standing 状况",
    "there_code 对方编码",
    "there_name 对方事项",
    "lacks 所缺",
    "lacks",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Decided(NamedTuple):
    """One row of a list that came back. decision: y, n, empty for not decided; row as a spreadsheet counts."""

    row: int
    here_code: str
    there_code: str
    decision: str


def write_rows(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """By the file's ending, .xlsx or CSV in UTF-8 with a mark (so that spreadsheets read it); how many rows."""
    return (_write_book if path.suffix.lower() == ".xlsx" else _write_csv)(path, headings, rows)


def read_decisions(path: Path) -> list[Decided]:
    """The rows of an exported list, decided or not; other columns are not looked at.

    Raises KeyError with the heading that is missing, UnreadableFile.
    """
    rows = _read_book(path) if path.suffix.lower() == ".xlsx" else read_csv(path)
    return [
        Decided(number, *(_cell(row, HEADINGS[name]) for name in ("here_code", "there_code", DECISION)))
        for number, row in enumerate(rows, 2)
        if any(row.values())
    ]


def _cell(row: Mapping[str, str], heading: str) -> str:
    return row[heading].strip().removeprefix("'")


def _write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
            count += 1
    return count


def _write_book(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    count = -1  # the headings are no row
    for row in chain([headings], rows):
        page.append([_text(page, cell) for cell in row])
        count += 1
    book.save(path)
    return count


def _text(page: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _read_book(path: Path) -> list[dict[str, str]]:
    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    headings = [str(cell or "") for cell in next(rows, ())]
    return [
        {name: "" if cell is None else str(cell) for name, cell in zip(headings, row, strict=False)}
        for row in rows
    ]
