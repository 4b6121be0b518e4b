"""Items in the database by the thousand: one statement looks a batch up, one adds a batch, one replaces it."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.items.codes import normalise
from gateway.items.item import Item
from gateway.items.tables import items
from gateway.store.connection import Connection

BATCH = 2000  # rows of a transaction: some 30 ms
COLUMNS = (*Item._fields, "local_key", "source")  # the fields of Item, then what only the table has
KEY = tuple(column.name for column in items.primary_key.columns)
SOURCE = COLUMNS.index("source")
Stored = tuple[Any, ...]  # a row of the table, in the order of COLUMNS

_COLUMNS = [items.c[name] for name in COLUMNS]
_CODES = sa.bindparam("codes", type_=sa.Text)
_DIVISION = sa.bindparam("division", type_=sa.Text)


def stored(item: Item, source: str) -> Stored:
    return (*item, normalise(item.local_code) if item.local_code else "", source)


def item_of(row: Sequence[Any]) -> Item:
    return Item._make(row[: len(Item._fields)])


def _among(dialect: str, column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether the column is one of the texts of a JSON list; in both forms a search in an index."""
    if dialect == "sqlite":
        return column.in_(sa.select(sa.func.json_each(_CODES).table_valued("value", name="asked").c.value))
    texts = sa.func.json_array_elements_text(sa.cast(_CODES, postgresql.JSON))
    return column == sa.any_(sa.func.array(sa.select(texts).scalar_subquery()))


def _known(dialect: str, column: sa.ColumnElement[str]) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(items.c.division == _DIVISION, _among(dialect, column))


def _put(dialect: str) -> sa.Insert:
    """A row takes the place of the one with its key. On a server all rows travel as one JSON text, by name."""
    if dialect == "sqlite":
        added = sqlite.insert(items).values({name: sa.bindparam(name) for name in COLUMNS})
        return added.on_conflict_do_update(index_elements=KEY, set_=_others(added))
    read = sa.func.json_to_recordset(sa.cast(sa.bindparam("rows", type_=sa.Text), postgresql.JSON))
    given = read.table_valued(*(sa.column(each.name, each.type) for each in _COLUMNS))
    rows = sa.select(*given.render_derived(name="given", with_types=True).c)
    added_there = postgresql.insert(items).from_select(COLUMNS, rows)
    return added_there.on_conflict_do_update(index_elements=KEY, set_=_others(added_there))


def _others(added: Any) -> dict[str, Any]:
    return {name: added.excluded[name] for name in COLUMNS if name not in KEY}


_DIALECTS = ("sqlite", "postgresql")
KNOWN_BY_CODE = {dialect: _known(dialect, items.c.code) for dialect in _DIALECTS}
KNOWN_BY_BASIC_CODE = {dialect: _known(dialect, items.c.basic_code) for dialect in _DIALECTS}
PUT = {dialect: _put(dialect) for dialect in _DIALECTS}
_AFTER = sa.tuple_(sa.bindparam("code", type_=sa.Text), sa.bindparam("version", type_=sa.BigInteger))
ANY = sa.select(items.c.version).where(items.c.division == _DIVISION).limit(1)
OF_LIST = (
    sa.select(*_COLUMNS)
    .where(items.c.division == _DIVISION, items.c.source == sa.bindparam("source", type_=sa.Text))
    .where(sa.tuple_(items.c.code, items.c.version) > _AFTER)
    .order_by(items.c.code, items.c.version)
    .limit(BATCH)
)


def has_items(connection: Connection, division: str) -> bool:
    return connection.row(ANY, {"division": division}) is not None


def known_by_code(connection: Connection, division: str, codes: Iterable[str]) -> list[Stored]:
    """All versions of these items of a division."""
    asked = {"division": division, "codes": orjson.dumps(list(codes)).decode()}
    return connection.rows(KNOWN_BY_CODE[connection.dialect], asked)


def known_by_basic_code(connection: Connection, division: str, basic_codes: Iterable[str]) -> list[Stored]:
    asked = {"division": division, "codes": orjson.dumps(list(basic_codes)).decode()}
    return connection.rows(KNOWN_BY_BASIC_CODE[connection.dialect], asked)


def of_list(
    connection: Connection, division: str, source: str, *, after: tuple[str, int] = ("", -1)
) -> list[Stored]:
    """The next rows of a list in the catalogue, by code and version; at most BATCH."""
    code, version = after
    asked = {"division": division, "source": source, "code": code, "version": version}
    return connection.rows(OF_LIST, asked)


def add(connection: Connection, rows: Iterable[Stored]) -> None:
    """Bring in rows whose division, code and version the catalogue does not have."""
    connection.add_rows(items, COLUMNS, rows)


def put(connection: Connection, rows: Sequence[Stored]) -> None:
    """Bring rows in; each takes the place of what has its division, code and version."""
    if connection.dialect == "sqlite":
        connection.run_rows(PUT["sqlite"], COLUMNS, rows)
    elif rows:
        named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        connection.put(PUT["postgresql"], {"rows": orjson.dumps(named).decode()})
