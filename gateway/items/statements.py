"""What is asked of the catalogue when an item is aligned. Every statement is a constant.

Shaped by measurement on SQLite: one IN list in a statement is cheap, a second one costs 35 µs.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from gateway.items.item import Declared, Item
from gateway.items.tables import alignments, items

MOST_PLACES = 11  # five around the caller, the national catalogue, five around the place over there
KEYS = 4  # own code, local code, implementation code, basic code

ITEM_COLUMNS = [items.c[name] for name in Item._fields]
DECLARED_COLUMNS = [alignments.c[name] for name in Declared._fields]


def _bind(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _items_by(column: sa.ColumnElement[str], count: int) -> sa.Select[tuple[str, ...]]:
    around = items.c.division.in_([_bind(name) for name in PLACE_NAMES[:count]])
    return sa.select(*ITEM_COLUMNS).where(column == _bind("code"), around)


def _declared(
    code: sa.ColumnElement[str], theirs: sa.ColumnElement[str], key: str
) -> sa.Select[tuple[str, ...]]:
    there = theirs.between(_bind("province"), _bind("province_end"))
    return sa.select(*DECLARED_COLUMNS).where(code == _bind(key), there)


PLACE_NAMES = tuple(f"place{number}" for number in range(MOST_PLACES))
KEY_NAMES = tuple(f"key{number}" for number in range(KEYS))


def _declared_by(count: int) -> sa.CompoundSelect[tuple[str, ...]]:
    names = KEY_NAMES[:count]
    return sa.union_all(
        *(_declared(alignments.c.here_code, alignments.c.there_division, key) for key in names),
        *(_declared(alignments.c.there_code, alignments.c.here_division, key) for key in names),
    )


# By the number of divisions asked about.
ITEMS_BY_LOCAL_CODE = {count: _items_by(items.c.local_key, count) for count in range(1, MOST_PLACES + 1)}
ITEMS_BY_BASIC_CODE = {count: _items_by(items.c.basic_code, count) for count in range(1, MOST_PLACES + 1)}
# By the number of codes: rows of both directions; one that is found twice changes nothing.
DECLARED = {count: _declared_by(count) for count in range(1, KEYS + 1)}


def item_parameters(code: str, around: Sequence[str]) -> dict[str, str]:
    return {"code": code, **dict(zip(PLACE_NAMES, around, strict=False))}


def declared_parameters(keys: Sequence[str], division: str) -> dict[str, str]:
    """keys: at most four; division: the place over there."""
    province = division[:2]
    bounds = {"province": province, "province_end": province + "9" * 10}
    return bounds | dict(zip(KEY_NAMES, keys, strict=False))
