"""What is asked of the catalogue. Every statement is a constant.

Divisions and codes go in as a fixed number of parameters, the last one repeated: see `spread`.
"""

from collections.abc import Sequence
from dataclasses import fields

import sqlalchemy as sa

from gateway.items.item import Declared, Item
from gateway.items.tables import alignments, items

PLACES = 6  # village, town, county, prefecture, province, nation
KEYS = 6  # as given, own, local, handling, implementation, basic

ITEM_COLUMNS = [items.c[field.name] for field in fields(Item)]
DECLARED_COLUMNS = [alignments.c[field.name] for field in fields(Declared)]


def _binds(name: str, count: int) -> list[sa.BindParameter[str]]:
    return [sa.bindparam(f"{name}{number}", type_=sa.Text) for number in range(count)]


def spread(name: str, values: Sequence[str], count: int) -> dict[str, str]:
    """Parameters name0, name1 … for an IN list of fixed length."""
    return {f"{name}{number}": values[min(number, len(values) - 1)] for number in range(count)}


def _items_by(column: sa.ColumnElement[str]) -> sa.Select[tuple[str, ...]]:
    around = items.c.division.in_(_binds("place", PLACES))
    return sa.select(*ITEM_COLUMNS).where(column == sa.bindparam("code", type_=sa.Text), around)


def _declared(
    code: sa.ColumnElement[str], ours: sa.ColumnElement[str], theirs: sa.ColumnElement[str]
) -> sa.Select[tuple[str, ...]]:
    here, there = ours.in_(_binds("here", PLACES)), theirs.in_(_binds("there", PLACES))
    return sa.select(*DECLARED_COLUMNS).where(code.in_(_binds("key", KEYS)), here, there)


ITEMS_BY_CODE = _items_by(items.c.code)
ITEMS_BY_LOCAL_CODE = _items_by(items.c.local_key)
ITEMS_BY_BASIC_CODE = _items_by(items.c.basic_code)
# Rows of both directions; one that stands in both is returned twice, which changes nothing.
DECLARED = sa.union_all(
    _declared(alignments.c.here_code, alignments.c.here_division, alignments.c.there_division),
    _declared(alignments.c.there_code, alignments.c.there_division, alignments.c.here_division),
)
