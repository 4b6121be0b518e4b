"""A list of aligned materials from a file: CSV in any charset that lists come in, or the first sheet of an XLSX."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from gateway.items.files import read_csv
from gateway.items.problems import UnreadableFile
from gateway.items.rows import UNEVEN


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows by heading, every cell text; row 1 is the heading. Raises UnreadableFile."""
    return list(_sheet(path)) if path.suffix.lower() in (".xlsx", ".xlsm") else read_csv(path)


def _sheet(path: Path) -> Iterator[dict[str, str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadableFile(file=path.name) from error
    lines = book.worksheets[0].iter_rows(values_only=True)
    headings = [_text(cell).strip() for cell in next(lines, ())]
    for cells in lines:
        texts = [_text(cell) for cell in cells]
        row = dict(zip(headings, texts, strict=False))
        if any(texts[len(headings) :]):
            row[UNEVEN] = str(len(texts))
        yield row


def _text(cell: object) -> str:
    """As it reads: a date without its midnight, a whole number without its point."""
    if cell is None:
        return ""
    text = str(cell)
    if hasattr(cell, "hour") and text.endswith(" 00:00:00"):
        return text[:10]
    return text.removesuffix(".0") if isinstance(cell, float) else text
