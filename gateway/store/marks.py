"""Marks: facts about this database as a whole, by name."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import marks

MOVED = "moved"  # where to: no gateway may start on this database again
RECONCILE = "reconcile/"  # and a platform: nothing is sent to it before it was compared
_MARK = insert(marks)
PUT = _MARK.on_conflict_do_update(
    index_elements=["name"], set_={"value": _MARK.excluded.value, "at_ms": _MARK.excluded.at_ms}
)
ALL = sa.select(marks.c.name, marks.c.value)
REMOVE = sa.delete(marks).where(marks.c.name == bindparam("name_"))


def put(connection: Connection, name: str, value: str, at_ms: int) -> None:
    connection.run(PUT, {"name": name, "value": value, "at_ms": at_ms})


def all_of(connection: Connection) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.rows(ALL)}


def remove(connection: Connection, name: str) -> bool:
    """Take a mark away; False if there was none."""
    return connection.run(REMOVE, {"name_": name}) == 1
