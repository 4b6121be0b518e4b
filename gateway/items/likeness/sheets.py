"""Suggestions and coverage as lists that offices work with: CSV and XLSX, every cell text."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gateway.items.likeness.coverage import Covered
from gateway.items.likeness.pages import newest
from gateway.items.likeness.stored import Kept
from gateway.items.lists.formats import read_csv
from gateway.store.connection import Connection

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


class Sheet(Protocol):
    """A list that is being written, row by row."""

    def put(self, rows: Iterable[Sequence[str]]) -> int: ...
    def close(self) -> None: ...


def open_sheet(path: Path, headings: Sequence[str]) -> Sheet:
    """By the file's ending: .xlsx, else CSV in UTF-8 with a mark, so that spreadsheets read it as it is."""
    sheet: Sheet = _Book(path) if path.suffix.lower() == ".xlsx" else _Table(path)
    sheet.put([headings])
    return sheet


def covered_row(covered: Covered) -> tuple[str, ...]:
    there = covered.there
    aligned = (there.local_code or there.code, there.name) if there else ("", "")
    item = covered.item
    return item.local_code or item.code, item.name, covered.standing, *aligned, *covered.lacks


def suggestion_rows(connection: Connection, found: Iterable[Kept]) -> Iterator[tuple[str, ...]]:
    """In the order of HEADINGS; the last cell is left for the decision."""
    for each in found:
        here = newest(connection, each.here_division, each.here_code)
        there = newest(connection, each.there_division, each.there_code)
        probability = f"{each.permille / 1000:.3f}"
        yield (
            here.code, here.name, there.code, there.name, probability, each.why_zh, each.why_en, each.first_by, "",
        )  # fmt: skip


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


class _Table:
    """A CSV; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def put(self, rows: Iterable[Sequence[str]]) -> int:
        count = 0
        for row in rows:
            self._writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
            count += 1
        return count

    def close(self) -> None:
        self._file.close()


class _Book:
    """An XLSX, streamed to a temporary file until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._page = self._book.create_sheet()

    def put(self, rows: Iterable[Sequence[str]]) -> int:
        count = 0
        for row in rows:
            self._page.append([_text(self._page, cell) for cell in row])
            count += 1
        return count

    def close(self) -> None:
        self._book.save(self._path)


def _text(page: Any, text: str) -> Any:
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
