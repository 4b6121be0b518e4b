"""Rows from a file: CSV, XLSX, JSON. Every cell becomes the text that it is; nothing is judged here."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from gateway.items.lists.cells import cell_of, unquoted
from gateway.items.lists.charset import charset_of
from gateway.items.lists.formats import lines, recognised
from gateway.items.lists.line import Listed
from gateway.items.problems import UnreadableFile

DIGITS_LOST = "#digits"  # stands as the text of a number that has more digits than a spreadsheet keeps
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
    """Everything in a file, told apart by its first bytes; any charset. Raises UnreadableFile."""
    listed = recognised(path)
    try:
        if listed.kind == "workbook":
            return list(_workbook(path))
        if listed.kind == "csv":
            return [_csv(listed)]
        return [_document(path, one_a_line=listed.kind == "lines")]
    except (CalamineError, ValueError, RecursionError) as error:
        raise UnreadableFile(file=path.name) from error


def _workbook(path: Path) -> Iterator[Sheet]:
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            texts = [[_text(cell) for cell in row] for row in rows]
            yield _table(f"{path.name}[{name}]", texts[0] if texts else (), enumerate(texts[1:], 2))


def _csv(listed: Listed) -> Sheet:
    found = list(lines(listed))
    headings = found[0].headings if found else ()
    return _table(listed.path.name, headings, ((line.place, line.cells) for line in found))


def _table(where: str, headings: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    names = [heading.strip().lower() for heading in headings]
    found = [
        (number, dict(zip(names, (unquoted(cell).strip() for cell in cells), strict=False)))
        for number, cells in rows
        if any(cell.strip() for cell in cells)
    ]
    return Sheet(where, rows=found)


def _document(path: Path, *, one_a_line: bool) -> Sheet:
    """Numbers stay as they are written: a code of 31 digits is one."""
    text = path.read_text(encoding=charset_of(path).name)
    tree = [_json(line) for line in text.splitlines() if line.strip()] if one_a_line else _json(text)
    if isinstance(tree, dict):
        tree = next((tree[name] for name in _LISTS if isinstance(tree.get(name), list)), [tree])
    if not isinstance(tree, list) or not all(isinstance(each, dict) for each in tree):
        raise ValueError("no list of objects")
    return Sheet(path.name, True, [(number, lowered(each)) for number, each in enumerate(tree, 1)])


def _json(text: str) -> Any:
    return json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str, parse_constant=_no_number)


def lowered(tree: dict[str, Any]) -> Cells:
    """Keys in lower case, scalars as text; what is inside lists and objects stays for later."""
    return {key.strip().lower(): _plain(value) for key, value in tree.items()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | dict) else _text(value).strip()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    cell = cell_of(value)
    return DIGITS_LOST if cell.mark == "cell_digits_lost" else cell.text


def _no_number(text: str) -> str:
    raise ValueError(text)
