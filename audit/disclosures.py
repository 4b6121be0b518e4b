"""Disclosures (披露): single fields of a document that an entry commits to, as text; the others stay closed.

A file holds one block for each field; docs/evidence.md, Disclosure, says it byte by byte.
"""

import json
import re
from collections.abc import Sequence

from audit.commitments import WIDTH, Disclosure
from audit.notes import bytes64, text64
from audit.tree import HASH_BYTES

HEADER = "tongban-disclosure@v1"
_FIELD = re.compile(r"field (0|[1-9][0-9]{0,9}) of ([1-9][0-9]{0,9})")
_HASHES_AT_MOST = 16 * (WIDTH - 1)


class DisclosureUnreadable(ValueError):
    """The text is no disclosure; says which line of which block, and never a value."""


def write_disclosures(fields: Sequence[Disclosure]) -> str:
    """The file of these fields, each of which may be of another document."""
    return "\n\n".join([HEADER, *("\n".join(_lines(each)) for each in fields)]) + "\n"


def read_disclosures(text: str) -> list[Disclosure]:
    """The fields of a file, nothing of them verified yet. Raises DisclosureUnreadable."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    if header != HEADER or not blocks:
        raise DisclosureUnreadable(f"a disclosure begins with the line {HEADER}, and holds fields")
    return [_read(number, block.split("\n")) for number, block in enumerate(blocks, 1)]


def _lines(shown: Disclosure) -> list[str]:
    return [
        f"path {json.dumps(shown.path)}",
        f"value {shown.value}",
        f"salt {text64(shown.salt)}",
        f"field {shown.position} of {shown.size}",
        *map(text64, shown.hashes),
    ]


def _read(number: int, lines: Sequence[str]) -> Disclosure:
    if len(lines) < 4 or len(lines) > 4 + _HASHES_AT_MOST:
        raise DisclosureUnreadable(f"field {number}: path, value, salt, its place, then hashes")
    path, value, salt = (
        _after(number, line, word) for line, word in zip(lines, ("path", "value", "salt"), strict=False)
    )
    place, hashes = _FIELD.fullmatch(lines[3]), [bytes64(line) for line in lines[4:]]
    whole = [each for each in hashes if each is not None and len(each) == HASH_BYTES]
    salted = bytes64(salt)
    if place is None or salted is None or len(whole) != len(hashes):
        raise DisclosureUnreadable(f"field {number}: its salt, its place or its hashes cannot be read")
    return Disclosure(_path(number, path), value, salted, int(place[1]), int(place[2]), tuple(whole))


def _after(number: int, line: str, word: str) -> str:
    if not line.startswith(f"{word} "):
        raise DisclosureUnreadable(f"field {number}: the line of its {word} is missing")
    return line.removeprefix(f"{word} ")


def _path(number: int, written: str) -> str:
    try:
        path = json.loads(written)
    except ValueError:
        path = None
    if not isinstance(path, str) or json.dumps(path) != written:
        raise DisclosureUnreadable(f"field {number}: its path is no JSON text")
    return path
