"""Statements about visits (到访): people who are sent to the site of another place with a ticket for one use."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import metadata

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("caller", sa.Text, nullable=False, server_default=""),
    sa.Column("platform", sa.Text, nullable=False, server_default=""),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("used_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("case_id", sa.Text, nullable=False, server_default=""),  # once there is one
    sa.Column("key_id", sa.Text, nullable=False, server_default=""),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # who comes, and what for
    sa.Index("ix_visits_expires_ms", "expires_ms"),
    sqlite_with_rowid=False,
)
_V = visits.c


class Visit(NamedTuple):
    """One visit. used_ms: when its ticket was redeemed, or 0; case_id: of an open case, or of the new one."""

    id: str
    caller: str
    platform: str
    expires_ms: int
    used_ms: int
    case_id: str
    key_id: str
    wrapped: bytes
    sealed: bytes


INSERT = sa.insert(visits)
BY_ID = sa.select(*_V).where(_V.id == bindparam("id"))
USE = (
    sa.update(visits)
    .where(_V.id == bindparam("id_"), _V.used_ms == 0, _V.expires_ms > bindparam("now_ms"))
    .values(used_ms=bindparam("now_ms"), case_id=bindparam("case_id"), wrapped=b"", sealed=b"", key_id="")
)
FORGET = sa.delete(visits).where(_V.expires_ms < bindparam("before_ms"), _V.used_ms == 0)
KEYS = sa.select(_V.key_id).where(_V.key_id != "").distinct()


def add(connection: Connection, visit: Visit) -> None:
    connection.put(INSERT, visit._asdict())


def by_id(connection: Connection, visit_id: str) -> Visit | None:
    row = connection.row(BY_ID, {"id": visit_id})
    return Visit._make(row) if row else None


def use(connection: Connection, visit_id: str, case_id: str, now_ms: int) -> bool:
    """Its ticket is redeemed, and who came stands with the case from now on; False if it is used up or over."""
    return connection.run(USE, {"id_": visit_id, "case_id": case_id, "now_ms": now_ms}) == 1


def forget(connection: Connection, before_ms: int) -> None:
    """Those who never came are forgotten, with everything that was said of them."""
    connection.run(FORGET, {"before_ms": before_ms})


def keys_in_use(connection: Connection) -> set[str]:
    """Ids of the wrapping keys without which nobody who is on the way can be let in."""
    return {row[0] for row in connection.rows(KEYS)}
