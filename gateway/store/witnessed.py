"""Logs of others that this gateway witnesses: what it cosigned last of each, and why it refused to since."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata

witnessed_logs = sa.Table(
    "witnessed_logs",
    metadata,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, server_default="0", nullable=False),
    sa.Column("note", sa.Text, server_default="", nullable=False),
    sa.Column("refused", sa.Text, server_default="", nullable=False),
    sa.Column("at_ms", sa.BigInteger, server_default="0", nullable=False),
)
_C = witnessed_logs.c
_ROW = insert(witnessed_logs)
PUT = _ROW.on_conflict_do_update(
    index_elements=["origin"],
    set_={name: _ROW.excluded[name] for name in ("size", "note", "refused", "at_ms")},
    where=_C.size == bindparam("old", type_=sa.BigInteger),
)
ONE = sa.select(*_C).where(_C.origin == bindparam("origin"))
REFUSED = (
    sa.update(witnessed_logs).where(_C.origin == bindparam("origin_")).values(refused=bindparam("reason"))
)


class WitnessedLog(NamedTuple):
    """note: the checkpoint over `size` entries with our line below it. refused: why the last one was not, or ""."""

    origin: str
    size: int
    note: str
    refused: str
    at_ms: int


def one(connection: Connection, origin: str) -> WitnessedLog | None:
    row = connection.row(ONE, {"origin": origin})
    return WitnessedLog(*row) if row else None


def put(connection: Connection, log: WitnessedLog, old: int) -> bool:
    """Go on from the checkpoint over `old` entries; False if another process has gone on meanwhile."""
    return connection.run(PUT, {**log._asdict(), "old": old}) == 1


def refuse(connection: Connection, origin: str, reason: str) -> None:
    connection.run(REFUSED, {"origin_": origin, "reason": reason})
