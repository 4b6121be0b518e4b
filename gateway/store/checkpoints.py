"""The checkpoints that stand in the log, the newest first."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from audit.tables import CHECKPOINTS
from gateway.store.connection import Connection

_C = CHECKPOINTS.c
BEFORE = (
    sa.select(_C.size, _C.previous, _C.note, _C.at_ms)
    .where(_C.size < bindparam("size", type_=sa.BigInteger))
    .order_by(_C.size.desc())
    .limit(bindparam("most", type_=sa.Integer))
)
ONE = sa.select(_C.note).where(_C.size == bindparam("size", type_=sa.BigInteger))
LARGEST = 1 << 62


class Signed(NamedTuple):
    """One checkpoint: how many entries it signs, how many the one before it did, the note, when (epoch ms)."""

    size: int
    previous: int
    note: str
    at_ms: int


def before(connection: Connection, size: int, most: int) -> list[Signed]:
    """Those over fewer entries than `size`."""
    return [Signed._make(row) for row in connection.rows(BEFORE, {"size": size, "most": most})]


def note_of(connection: Connection, size: int) -> str | None:
    row = connection.row(ONE, {"size": size})
    return row[0] if row else None
