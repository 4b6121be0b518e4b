"""Marks: facts about this database as a whole, by name."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import marks

MOVED = "moved"  # where to: no gateway may start on this database again
RECONCILE = "reconcile/"  # and a platform: nothing is sent to it before it was compared
NUMBERS = "numbers"  # how many numbers of a new sequence to skip: those that a lost log may have used
_MARK = insert(marks)
PUT = _MARK.on_conflict_do_update(
    index_elements=["name"], set_={"value": _MARK.excluded.value, "at_ms": _MARK.excluded.at_ms}
)
ALL = sa.select(marks.c.name, marks.c.value)
ONE = sa.select(marks.c.value, marks.c.at_ms).where(marks.c.name == bindparam("name"))
REMOVE = sa.delete(marks).where(marks.c.name == bindparam("name_"))


def put(connection: Connection, name: str, value: str, at_ms: int) -> None:
    connection.run(PUT, {"name": name, "value": value, "at_ms": at_ms})


def all_of(connection: Connection) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.rows(ALL)}


def one(connection: Connection, name: str) -> tuple[str, int] | None:
    """(value, since when)"""
    row = connection.row(ONE, {"name": name})
    return (row[0], row[1]) if row else None


def remove(connection: Connection, name: str) -> bool:
    """Take a mark away; False if there was none."""
    return connection.run(REMOVE, {"name_": name}) == 1
