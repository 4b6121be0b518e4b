"""One row of a list, and how its file is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gateway.items.lists.cells import cell_of

Done = Callable[[int], None]
TOLD_EVERY = 1000  # lines
_NONE: Mapping[int, str] = {}


class Line(NamedTuple):
    """One row. `place` counts as the file's reader does: rows of a table from 1, objects of JSON from 1.

    cells: none for a blank line. marks: by the place of a cell, the code of what became of it (see `cells`).
    """

    place: int
    headings: tuple[str, ...]
    cells: Sequence[str]
    marks: Mapping[int, str] = _NONE


@dataclass(frozen=True, slots=True)
class Listed:
    """How a file is read: said to whoever imports it.

    kind: csv, workbook, json or lines; charset: empty for a workbook; doubtful: the charset that it might be too.
    """

    path: Path
    kind: str
    charset: str = ""
    doubtful: str = ""
    sheet: str = ""


def line_of(place: int, headings: tuple[str, ...], values: Sequence[Any]) -> Line:
    """A line of values that need not be text."""
    cells = [cell_of(value) for value in values]
    marks = {index: cell.mark for index, cell in enumerate(cells) if cell.mark}
    texts = [cell.text for cell in cells]
    return Line(place, headings, texts if marks or any(texts) else [], marks or _NONE)
