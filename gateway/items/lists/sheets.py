"""Lines of a table: CSV and TSV as a stream, a worksheet of a workbook."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from gateway.items.lists.cells import cell_of
from gateway.items.lists.line import TOLD_EVERY, Done, Line, Listed, line_of
from gateway.items.lists.problems import BrokenFile, SeveralSheets, UnknownSheet, WrongCharset

LONGEST_CELL = 1 << 24
SEPARATORS = ",\t;|"
csv.field_size_limit(LONGEST_CELL)


def csv_lines(listed: Listed, done: Done) -> Iterator[Line]:
    place = 1
    try:
        with listed.path.open("rb") as raw, _text(raw, listed.charset) as text:
            first = text.readline()
            text.seek(0)
            separator = max(SEPARATORS, key=first.count)
            rows = csv.reader(text, delimiter=separator)
            headings = tuple(next(rows, ()))
            for place, cells in enumerate(rows, 2):
                if place % TOLD_EVERY == 0:
                    done(raw.tell())
                yield Line(place, headings, cells)
    except UnicodeDecodeError as error:
        raise WrongCharset(file=listed.path.name, row=place, charset=listed.charset) from error
    except csv.Error as error:
        raise BrokenFile(file=listed.path.name, row=place) from error


def _text(raw: io.BufferedReader, charset: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding="utf-8-sig" if charset == "utf-8" else charset, newline="")


def workbook_lines(listed: Listed, done: Done) -> Iterator[Line]:
    """XLSX row by row; of XLS and ODS the whole sheet is in memory while it is read."""
    from gateway.items.lists.workbook import BROKEN, is_xlsx  # only where it is needed

    try:
        yield from (_xlsx_lines if is_xlsx(listed.path) else _other_lines)(listed, done)
    except BROKEN as error:
        raise BrokenFile(file=listed.path.name, row=1) from error


def _xlsx_lines(listed: Listed, done: Done) -> Iterator[Line]:
    from gateway.items.lists.workbook import Book

    with closing(Book(listed.path)) as book:
        size = listed.path.stat().st_size
        sheet = _sheet(listed, book.names, book.shown)
        height, rows = book.height(sheet), enumerate(book.rows(sheet), 1)
        headings = _headings(rows)
        width = len(headings)
        for place, values in rows:
            if place % TOLD_EVERY == 0:
                done(size * min(place, height) // height)
            yield line_of(place, headings, [*values[:width], *[None] * (width - len(values))])
        done(size)


def _other_lines(listed: Listed, done: Done) -> Iterator[Line]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(listed.path) as book:
            shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
            sheet = book.get_sheet_by_name(_sheet(listed, book.sheet_names, shown))
            rows = enumerate(_from_the_corner(sheet), 1)
            headings = _headings(rows)
            for place, values in rows:
                yield line_of(place, headings, values)
            done(listed.path.stat().st_size)
    except (CalamineError, IndexError) as error:
        raise BrokenFile(file=listed.path.name, row=1) from error


def _sheet(listed: Listed, names: Sequence[str], shown: Sequence[str]) -> str:
    """The sheet that was named, or the only one that is shown. Raises UnknownSheet, SeveralSheets."""
    if listed.sheet and listed.sheet not in names:
        raise UnknownSheet(file=listed.path.name, sheet=listed.sheet, sheets=", ".join(shown))
    if not listed.sheet and len(shown) > 1:
        raise SeveralSheets(file=listed.path.name, sheets=", ".join(shown))
    if not (listed.sheet or shown):
        raise BrokenFile(file=listed.path.name, row=1)
    return listed.sheet or shown[0]


def _headings(rows: Iterator[tuple[int, Sequence[Any]]]) -> tuple[str, ...]:
    """The first row with more than one text: a title often stands above."""
    for _, values in rows:
        texts = tuple(cell_of(value).text for value in values)
        if sum(map(bool, texts)) > 1:
            return texts
    return ()


def _from_the_corner(sheet: Any) -> Iterator[list[Any]]:
    """calamine leaves out empty rows and columns before the first cell; places count from the sheet's corner."""
    above, before = sheet.start or (0, 0)
    for _ in range(above):
        yield []
    for values in sheet.iter_rows():
        yield [""] * before + values
