"""Which of our materials may stand for those of an item over there: a list of suggestions, to be decided on."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from gateway.boot import Gateway
from gateway.cli.item.pair import today
from gateway.guides.canonical import CODES
from gateway.guides.guide import Guide, materials_of
from gateway.guides.store import guide_on
from gateway.items.align import Question, find
from gateway.items.likeness.sheets import open_sheet
from gateway.needs.importing import DECISION
from gateway.needs.likely import Likely, likely
from gateway.needs.stands import Stands
from gateway.store.connection import Connection

HEADINGS = (*Stands._fields, "there_name", "here_name", "probability", "why_zh", "why_en", DECISION)


class Unguided(Exception):
    """One of both places has no guide of the item: the division and the code."""


class Aligned(NamedTuple):
    """Two places, and the code of the item in each."""

    here: str
    here_code: str
    there: str
    there_code: str


async def suggest_materials(gateway: Gateway, here: str, there: str, code: str, *, out: Path) -> int:
    """Write the list; how many rows. Raises ItemError where the item is not aligned, Unguided."""
    day = today(gateway)
    rows = await gateway.store.read(lambda connection: list(_rows(connection, here, there, code, day)))
    sheet = open_sheet(out, HEADINGS)
    try:
        return sheet.put(rows)
    finally:
        sheet.close()


def _rows(connection: Connection, here: str, there: str, code: str, day: date) -> Iterator[tuple[str, ...]]:
    found = find(connection, Question(code, here, there, None, None, day))
    said = found.document()
    pair = Aligned(here, found.here.code, there, next(said[name] for name in CODES if name in said))
    text = day.isoformat()
    theirs = _guide(connection, pair.there, pair.there_code, text)
    ours = _guide(connection, pair.here, pair.here_code, text)
    for each in likely(materials_of(theirs, "", text), materials_of(ours, "", text)):
        yield _row(pair, each, text)


def _guide(connection: Connection, division: str, code: str, day: str) -> Guide:
    guide = guide_on(connection, division, code, day)
    if guide is None:
        raise Unguided(f"{division} {code}")
    return guide


def _row(pair: Aligned, each: Likely, day: str) -> tuple[str, ...]:
    """In the order of HEADINGS; on whose word it is, and the decision, are left open."""
    names = (pair.there, pair.there_code, each.there.code, pair.here, each.here.code)
    id_ = f"likely-{sha256(chr(10).join(names).encode()).hexdigest()[:12]}"
    stands = Stands(
        id_, pair.there, pair.there_code, each.there.code, pair.here, "file", each.here.code, day, "", ""
    )
    return (*stands, each.there.name, each.here.name, f"{each.probability:.3f}", *each.why, "")
