"""How many cases were admitted today under an agreement whose batch is capped (试运行每日上限)."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import passages

_P = passages.c
_KEY = (_P.agreement == bindparam("agreement"), _P.batch == bindparam("batch"), _P.day == bindparam("day"))
# of processes that count at once each waits for the one before, and sees its number
COUNT = (
    insert(passages)
    .values(agreement=bindparam("agreement"), batch=bindparam("batch"), day=bindparam("day"), taken=1)
    .on_conflict_do_update(index_elements=["agreement", "batch", "day"], set_={"taken": passages.c.taken + 1})
    .returning(passages.c.taken)
)
TAKEN = sa.select(_P.taken).where(*_KEY)


def count(connection: Connection, agreement: str, batch: str, day: str) -> int:
    """Count one more case; how many there are with it. A transaction that does not commit has not counted it."""
    row = connection.row(COUNT, {"agreement": agreement, "batch": batch, "day": day})
    return row[0] if row else 0


def taken(connection: Connection, agreement: str, batch: str, day: str) -> int:
    row = connection.row(TAKEN, {"agreement": agreement, "batch": batch, "day": day})
    return row[0] if row else 0
