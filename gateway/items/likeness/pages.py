"""The items of one place page by page, each page with all that bears on aligning its items to another place."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from gateway.items.codes import parse
from gateway.items.item import Declared, Item, places
from gateway.items.likeness.stored import Pair
from gateway.items.statements import DECLARED_COLUMNS, ITEM_COLUMNS
from gateway.items.tables import alignments, items
from gateway.store.connection import Connection

PAGE = 1000  # versions of items
_AT_ONCE = 100  # codes of one look-up
_MOST_PLACES = 5


class Page(NamedTuple):
    """The items of a page and what bears on them. last: the last code of the page, empty for no page."""

    here: list[Item]
    last: str
    theirs: dict[str, list[Item]]  # by basic code
    declared: list[Declared]
    targets: list[Item]


def read_page(connection: Connection, pair: Pair, after: str, size: int) -> Page:
    """The next versions of items of the first place, as `read_list` gives them, and what bears on them."""
    here = read_list(connection, pair.here, after, size)
    if not here:
        return Page([], "", {}, [], [])
    last = here[-1].code
    bounds = {"division": pair.here, "after": after, "last": last, **_places(pair.there)}
    theirs: defaultdict[str, list[Item]] = defaultdict(list)
    for row in connection.rows(_COUNTERPARTS, bounds):
        item = Item._make(row)
        theirs[item.basic_code].append(item)
    province = {"province": pair.there[:2], "province_end": pair.there[:2] + "9" * 10}
    declared = [Declared._make(row) for row in connection.rows(_DECLARED, bounds | province)]
    return Page(here, last, theirs, declared, _targets(connection, declared, pair))


def read_list(connection: Connection, division: str, after: str, size: int = PAGE) -> list[Item]:
    """The next versions of items of a division, by code, about `size` of them; none at the end.

    A code's versions come together.
    """
    rows = connection.rows(_HERE, {"division": division, "after": after, "size": size + 1})
    found = [Item._make(row) for row in rows]
    if len(found) > size:  # the last code may have more versions than came
        found = [item for item in found if item.code != found[-1].code] or found
    return found


def count(connection: Connection, division: str) -> int:
    """How many rows the list of a division has."""
    row = connection.row(_COUNT, {"division": division})
    return int(row[0]) if row else 0


def newest(connection: Connection, division: str, code: str) -> Item:
    """The newest version; an item without a name where the catalogue has lost it meanwhile."""
    row = connection.row(_NEWEST, {"division": division, "code": code})
    return Item(division, code) if row is None else Item._make(row)


def _targets(connection: Connection, declared: Sequence[Declared], pair: Pair) -> list[Item]:
    """The items over there that the rows name, from either side."""
    codes = {code for row in declared for code in (row.here_code, row.there_code)}
    basic = sorted({parse(code).basic for code in codes} - {""})
    local = sorted(code for code in codes if not parse(code).basic)
    found: dict[tuple[str, str, int], Item] = {}
    for statement, asked in ((_BY_BASIC, basic), (_BY_LOCAL, local)):
        for place in range(0, len(asked), _AT_ONCE):
            some = asked[place : place + _AT_ONCE]
            padded = some + some[-1:] * (_AT_ONCE - len(some))
            named = {f"code{number}": code for number, code in enumerate(padded)}
            for row in connection.rows(statement, {**named, **_places(pair.there)}):
                item = Item._make(row)
                found[item.division, item.code, item.version] = item
    return list(found.values())


def _places(division: str) -> dict[str, object]:
    around = places(division)
    padded = around + around[-1:] * (_MOST_PLACES - len(around))
    return {f"place{number}": place for number, place in enumerate(padded)}


def _bind(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


_ours = items.alias("ours")
_AROUND = items.c.division.in_([_bind(f"place{number}") for number in range(_MOST_PLACES)])
_CODES = [_bind(f"code{number}") for number in range(_AT_ONCE)]
_IN_PAGE = (
    _ours.c.division == _bind("division"),
    _ours.c.code > _bind("after"),
    _ours.c.code <= _bind("last"),
)
_HERE = (
    sa.select(*ITEM_COLUMNS)
    .where(items.c.division == _bind("division"), items.c.code > _bind("after"))
    .order_by(items.c.code, items.c.version)
    .limit(sa.bindparam("size", type_=sa.BigInteger))
)
_COUNT = sa.select(sa.func.count()).select_from(items).where(items.c.division == _bind("division"))
_NEWEST = (
    sa.select(*ITEM_COLUMNS)
    .where(items.c.division == _bind("division"), items.c.code == _bind("code"))
    .order_by(items.c.version.desc())
    .limit(1)
)
_NATIONAL = sa.select(_ours.c.basic_code).where(*_IN_PAGE, _ours.c.basic_code.like("00%"))
_COUNTERPARTS = sa.select(*ITEM_COLUMNS).where(_AROUND, items.c.basic_code.in_(_NATIONAL))
_KEYS = sa.union(*(
    sa.select(column).where(*_IN_PAGE)
    for column in (_ours.c.code, _ours.c.local_key, _ours.c.implementation_code, _ours.c.basic_code)
))  # fmt: skip


def _declared_by(code: sa.ColumnElement[str], theirs: sa.ColumnElement[str]) -> sa.Select[tuple[str, ...]]:
    there = theirs.between(_bind("province"), _bind("province_end"))
    return sa.select(*DECLARED_COLUMNS).where(there, code != "", code.in_(_KEYS))


_DECLARED = sa.union(
    _declared_by(alignments.c.here_code, alignments.c.there_division),
    _declared_by(alignments.c.there_code, alignments.c.here_division),
)
_BY_BASIC = sa.select(*ITEM_COLUMNS).where(_AROUND, items.c.basic_code.in_(_CODES))
_BY_LOCAL = sa.select(*ITEM_COLUMNS).where(_AROUND, items.c.local_key.in_(_CODES))
