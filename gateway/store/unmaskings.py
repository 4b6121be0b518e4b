"""Statements about unmaskings (查看原文的申请): who asked to see values of a case, and who said yes or no."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import metadata

_OPEN = "answered_ms = 0"
unmaskings = sa.Table(
    "unmaskings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False, server_default=""),
    sa.Column("exchange_id", sa.Text, nullable=False, server_default=""),  # under whose key the reason lies
    sa.Column("account", sa.Text, nullable=False, server_default=""),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # the reason: free text, erased with the exchange
    sa.Column("asked_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("answered_by", sa.Text, nullable=False, server_default=""),
    sa.Column("granted", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("answered_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ix_unmaskings_case_id_account", "case_id", "account"),
    sa.Index("ix_unmaskings_open", "id", sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN)),
    sqlite_with_rowid=False,
)
_U = unmaskings.c


class Unmasking(NamedTuple):
    """One request. answered_ms: 0 while nobody has answered."""

    id: str
    case_id: str
    exchange_id: str
    account: str
    sealed: bytes
    asked_ms: int
    answered_by: str = ""
    granted: int = 0
    answered_ms: int = 0


_ALL = sa.select(*(_U[name] for name in Unmasking._fields))
ADD = sa.insert(unmaskings)
BY_ID = _ALL.where(_U.id == bindparam("id"))
LAST_OF = (
    _ALL.where(_U.case_id == bindparam("case_id"), _U.account == bindparam("account"))
    .order_by(_U.id.desc())
    .limit(1)
)
OPEN_OF_CASE = _ALL.where(_U.case_id == bindparam("case_id"), _U.answered_ms == 0).order_by(_U.id)
OPEN = (
    _ALL.where(sa.text(_OPEN), _U.id > bindparam("behind"))
    .order_by(_U.id)
    .limit(bindparam("most", type_=sa.Integer))
)
ANSWER = (
    sa.update(unmaskings)
    .where(_U.id == bindparam("id_"), _U.answered_ms == 0)
    .values(
        answered_by=bindparam("answered_by"),
        granted=bindparam("granted"),
        answered_ms=bindparam("answered_ms"),
    )
)


def add(connection: Connection, row: Unmasking) -> None:
    connection.put(ADD, row._asdict())


def by_id(connection: Connection, unmasking_id: str) -> Unmasking | None:
    row = connection.row(BY_ID, {"id": unmasking_id})
    return Unmasking._make(row) if row else None


def last_of(connection: Connection, case_id: str, account: str) -> Unmasking | None:
    row = connection.row(LAST_OF, {"case_id": case_id, "account": account})
    return Unmasking._make(row) if row else None


def open_of_case(connection: Connection, case_id: str) -> list[Unmasking]:
    return [Unmasking._make(row) for row in connection.rows(OPEN_OF_CASE, {"case_id": case_id})]


def open_behind(connection: Connection, behind: str, most: int) -> list[Unmasking]:
    """Those that nobody has answered, the oldest first."""
    return [Unmasking._make(row) for row in connection.rows(OPEN, {"behind": behind, "most": most})]


def answer(connection: Connection, unmasking_id: str, *, by: str, granted: bool, at_ms: int) -> bool:
    """False if it was answered before."""
    row = {"id_": unmasking_id, "answered_by": by, "granted": int(granted), "answered_ms": at_ms}
    return connection.run(ANSWER, row) == 1
