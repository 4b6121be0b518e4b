"""Everything that is declared to be aligned, pair by pair, from either side; page by page in bounded memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from gateway.items.codes import Code
from gateway.items.item import short_division
from gateway.items.tables import alignments, items
from gateway.store.connection import Connection

PAIRS = 200  # in a page: some 100 ms of one reader
_LAST = "9" * 12  # sorts behind whatever else a division can go on with, in any collation


@dataclass(frozen=True, slots=True)
class Pair:
    """Rows of one code between two divisions, as they are asked from one side.

    turned: the rows are declared from the other side.
    """

    code: str
    there_division: str
    here_division: str
    turned: bool


class Places(NamedTuple):
    """Which questions are looked at: those from `here`, to `there`; empty for every division."""

    here: str = ""
    there: str = ""


def pairs(connection: Connection, asked: Places, after: Pair | None, *, turned: bool) -> list[Pair]:
    """The next page in the order of the fields; empty at the end."""
    start = after or Pair("", "", "", turned)
    given = {
        **_bounds(asked),
        "after_code": start.code,
        "after_there": start.there_division,
        "after_here": start.here_division,
        "size": PAIRS,
    }
    rows = connection.rows(_PAGES[turned], given)
    return [Pair(code, there_division, here_division, turned) for code, there_division, here_division in rows]


def count(connection: Connection, asked: Places) -> int:
    """How many pairs there are to walk through, from both sides."""
    found = 0
    for turned in (False, True):
        row = connection.row(_COUNTS[turned], _bounds(asked))
        found += int(row[0]) if row else 0
    return found


def division_within(connection: Connection, code: Code, division: str) -> str:
    """A division of the place that has an item which goes by the code; empty if there is none."""
    low, high = _within(division)
    known = {"key": code.basic or code.text, "low": low, "high": high}
    row = connection.row(BASIC_WITHIN if code.basic else LOCAL_WITHIN, known)
    return str(row[0]) if row else ""


def _bounds(asked: Places) -> Mapping[str, object]:
    here, there = _within(asked.here), _within(asked.there)
    return {"here": here[0], "here_end": here[1], "there": there[0], "there_end": there[1]}


def _within(division: str) -> tuple[str, str]:
    """The first and last code of a place with everything in it: zeros that pad its six digits tell nothing."""
    short = short_division(division)
    while len(short) <= 6 and short.endswith("00"):
        short = short[:-2]
    return short, short + _LAST


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _sides(turned: bool) -> Sequence[sa.ColumnElement[str]]:
    """code, division there, division here: as they are asked, in the order of an index."""
    row = alignments.c
    if turned:
        return row.there_code, row.here_division, row.there_division
    return row.here_code, row.there_division, row.here_division


def _distinct(turned: bool) -> sa.Select[*tuple[Any, ...]]:
    _, there, here = _sides(turned)
    asked = (
        there.between(_text("there"), _text("there_end")),
        here.between(_text("here"), _text("here_end")),
    )
    return sa.select(*_sides(turned)).distinct().where(*asked)


def _page(turned: bool) -> sa.Select[*tuple[Any, ...]]:
    sides = _sides(turned)
    after = sa.tuple_(_text("after_code"), _text("after_there"), _text("after_here"))
    page = _distinct(turned).where(sa.tuple_(*sides) > after).order_by(*sides)
    return page.limit(sa.bindparam("size", type_=sa.BigInteger))


def _local_within() -> sa.Select[Any]:
    inside = items.c.division.between(_text("low"), _text("high"))
    found = sa.select(items.c.division).where(items.c.local_key == _text("key"), inside)
    return found.order_by(items.c.division).limit(1)


def _basic_within() -> sa.Select[Any]:
    """Division by division, each by a step in the index: a province has some two hundred with lists."""
    first = sa.select(sa.func.min(items.c.division).label("division"))
    places = first.where(items.c.division.between(_text("low"), _text("high"))).cte("places", recursive=True)
    further = items.alias("further")
    following = sa.select(sa.func.min(further.c.division)).where(
        further.c.division > places.c.division, further.c.division <= _text("high")
    )
    places = places.union_all(sa.select(following.scalar_subquery()).where(places.c.division.is_not(None)))
    has = sa.exists().where(items.c.division == places.c.division, items.c.basic_code == _text("key"))
    return sa.select(places.c.division).where(has).order_by(places.c.division).limit(1)


_PAGES = {turned: _page(turned) for turned in (False, True)}
_COUNTS = {
    turned: sa.select(sa.func.count()).select_from(_distinct(turned).subquery()) for turned in (False, True)
}
BASIC_WITHIN = _basic_within()
LOCAL_WITHIN = _local_within()
