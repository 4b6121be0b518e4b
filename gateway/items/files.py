"""Reading a list from a file."""

import csv
import io
from pathlib import Path

from gateway.items.problems import UnreadableFile
from gateway.items.rows import UNEVEN


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows by heading. UTF-8, with or without mark, else GB18030; every cell stays the text that it is.

    Raises UnreadableFile when the bytes are neither.
    """
    rows = csv.reader(io.StringIO(decoded(path.read_bytes(), path.name), newline=""))
    headings = [heading.strip() for heading in next(rows, [])]
    return [_row(headings, cells) for cells in rows]


def _row(headings: list[str], cells: list[str]) -> dict[str, str]:
    """A blank line is an empty row, so that rows keep their numbers."""
    row = dict(zip(headings, cells, strict=False))
    if cells and len(cells) != len(headings):
        row[UNEVEN] = str(len(cells))
    return row


def decoded(content: bytes, name: str) -> str:
    """The text of a list in UTF-8, with or without mark, or else in GB18030. Raises UnreadableFile."""
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(file=name)
