"""Searches that people kept for themselves (常用查询): sealed, since anything can be typed there."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import metadata

saved_searches = sa.Table(
    "saved_searches",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("desk", sa.Text, nullable=False, server_default=""),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # its name and its query
    sa.Column("kept_ms", sa.BigInteger, nullable=False, server_default="0"),
)
_S = saved_searches.c
_ACCOUNT = _S.account == bindparam("account_")
OF_ACCOUNT = (
    sa.select(_S.account, _S.place, _S.desk, _S.sealed, _S.kept_ms).where(_ACCOUNT).order_by(_S.place)
)
KEEP = sa.insert(saved_searches)
REMOVE = sa.delete(saved_searches).where(_ACCOUNT, _S.place == bindparam("place_"))


class Saved(NamedTuple):
    """One of them. place: 1, 2, 3 … of its account; kept_ms: epoch ms."""

    account: str
    place: int
    desk: str
    sealed: bytes
    kept_ms: int


def of_account(connection: Connection, account: str) -> list[Saved]:
    """In the order in which they were kept."""
    return [Saved._make(row) for row in connection.rows(OF_ACCOUNT, {"account_": account})]


def keep(connection: Connection, search: Saved) -> None:
    connection.put(KEEP, search._asdict())


def remove(connection: Connection, account: str, place: int) -> None:
    """Of this account; one that is not there is none."""
    connection.put(REMOVE, {"account_": account, "place_": place})
