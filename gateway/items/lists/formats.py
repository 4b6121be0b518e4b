"""A list as lines of text cells, whatever file it stands in: CSV, TSV, XLSX, JSON, JSON lines."""

from collections.abc import Iterator
from pathlib import Path

from gateway.items.lists.charset import charset_of
from gateway.items.lists.line import Done, Line, Listed
from gateway.items.lists.sheets import csv_lines, workbook_lines

UNEVEN = "#cells"  # stands in a row that has more or fewer cells than the heading
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS; XLS


def recognised(path: Path, *, charset: str = "", sheet: str = "") -> Listed:
    """What kind of file it is, by its first bytes, and its charset by all of them. Raises UnreadableFile."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_WORKBOOKS):
        return Listed(path, "workbook", sheet=sheet)
    doubtful = ""
    if not charset:
        charset, doubtful = charset_of(path)
    with path.open(encoding=charset, errors="replace") as text:
        begin = text.read(4096).lstrip("\ufeff \t\r\n")
    if not begin.startswith(("{", "[")) or path.suffix.lower() in (".csv", ".tsv"):
        return Listed(path, "csv", charset, doubtful)
    from gateway.items.lists.json_rows import json_kind  # only where it is needed

    return Listed(path, json_kind(path, charset), charset, doubtful)


def lines(listed: Listed, done: Done = lambda _: None) -> Iterator[Line]:
    """All lines but the headings; `done` is told now and then how many bytes of the file are behind.

    Raises BrokenFile, which names the line; UnknownSheet, SeveralSheets.
    """
    if listed.kind == "csv":
        return csv_lines(listed, done)
    if listed.kind == "workbook":
        return workbook_lines(listed, done)
    from gateway.items.lists import json_rows

    return (json_rows.json_lines if listed.kind == "json" else json_rows.lines_of_json)(listed, done)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows by heading, all in memory: of a list that is known to be small. Raises UnreadableFile."""
    return [_row(line) for line in lines(recognised(path))]


def _row(line: Line) -> dict[str, str]:
    """A blank line is an empty row, so that rows keep their numbers."""
    row = {heading.strip(): cell for heading, cell in zip(line.headings, line.cells, strict=False)}
    if line.cells and len(line.cells) != len(line.headings):
        row[UNEVEN] = str(len(line.cells))
    return row
