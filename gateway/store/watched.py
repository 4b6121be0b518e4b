"""Statements about clocks of cases (时限): when each case is looked at next, what runs as of its last look."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import cases, exchanges, metadata

watched_cases = sa.Table(
    "watched_cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("due_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ix_watched_cases_due_ms", "due_ms"),
    sqlite_with_rowid=False,
)
case_clocks = sa.Table(
    "case_clocks",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("start_on", sa.Text, nullable=False, server_default=""),
    sa.Column("due_on", sa.Text, nullable=False, server_default=""),
    sa.Column("warn_on", sa.Text, nullable=False, server_default=""),
    sa.Column("colour", sa.Text, nullable=False, server_default=""),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_case_clocks_due_on", "due_on", "case_id", "name"),  # as the lists go on
    sqlite_with_rowid=False,
)
_W, _C = watched_cases.c, case_clocks.c
_PUT = insert(watched_cases)
PUT = _PUT.on_conflict_do_update(index_elements=["case_id"], set_={"due_ms": _PUT.excluded.due_ms})
DUE = (
    sa.select(_W.case_id)
    .where(_W.due_ms <= bindparam("now_ms"))
    .order_by(_W.due_ms)
    .limit(bindparam("most", type_=sa.Integer))
)
DUE_OF = sa.select(_W.due_ms).where(_W.case_id == bindparam("case_id"))
AT_ONCE = sa.update(watched_cases).where(_W.due_ms > 0).values(due_ms=0)
END = sa.delete(watched_cases).where(_W.case_id == bindparam("case_id_"))
OF_CASE = sa.select(*_C).where(_C.case_id == bindparam("case_id"))
FORGET = sa.delete(case_clocks).where(_C.case_id == bindparam("case_id_"))
ADD = sa.insert(case_clocks)


class Kept(NamedTuple):
    """One limit that runs, as of the last look at its case. Days are ISO days, empty for none.

    warn_on: the day from which it should worry somebody; due_on and it are both there, or neither. colour: as of
    the last look, and told since.
    """

    case_id: str
    name: str
    start_on: str
    due_on: str
    warn_on: str
    colour: str
    why: str


class Late(NamedTuple):
    """A limit that has run out, or soon does, with what its case is known by."""

    case: str
    clock: str
    start_on: str
    due_on: str
    why: str
    platform: str
    unit: str
    division: str
    item: str
    here: str
    ours: str
    theirs: str


_LATE = (
    sa.select(
        _C.case_id, _C.name, _C.start_on, _C.due_on, _C.why, exchanges.c.platform, exchanges.c.unit,
        cases.c.division, cases.c.item, cases.c.here, exchanges.c.ours, exchanges.c.theirs,
    )
    .join(cases, cases.c.id == _C.case_id)
    .join(exchanges, exchanges.c.case_id == _C.case_id)
    .where(exchanges.c.operation == "case.submit", exchanges.c.kind == "write")
    .order_by(_C.due_on, _C.case_id, _C.name)
)  # fmt: skip
LATE = _LATE.where(_C.warn_on > "", _C.warn_on <= bindparam("today"))
DAYLESS = _LATE.where(_C.due_on == "")


def look(connection: Connection, case_id: str, due_ms: int) -> None:
    """The case is looked at then, whatever was planned."""
    connection.put(PUT, {"case_id": case_id, "due_ms": due_ms})


def look_at_all(connection: Connection) -> None:
    """Days are counted otherwise than before: every case is looked at as soon as there is time."""
    connection.run(AT_ONCE)


def due(connection: Connection, now_ms: int, most: int) -> list[str]:
    """Cases to look at, the longest due first."""
    return [row[0] for row in connection.rows(DUE, {"now_ms": now_ms, "most": most})]


def due_of(connection: Connection, case_id: str) -> Callable[[], int | None]:
    """When a case is looked at next (None: not by itself), once it is asked for."""
    found = connection.ask(DUE_OF, {"case_id": case_id})
    return lambda: next((due_ms for (due_ms,) in found()), None)


def end(connection: Connection, case_id: str) -> None:
    """Nothing of it turns by itself any more."""
    connection.put(END, {"case_id_": case_id})


def kept(connection: Connection, case_id: str) -> Callable[[], dict[str, Kept]]:
    """The limits that run, by name, once they are asked for."""
    found = connection.ask(OF_CASE, {"case_id": case_id})
    return lambda: {row[1]: Kept._make(row) for row in found()}


def keep(connection: Connection, case_id: str, clocks: Sequence[Kept]) -> None:
    """In the place of those that were kept of the case."""
    connection.put(FORGET, {"case_id_": case_id})
    if clocks:
        connection.run_many(ADD, [clock._asdict() for clock in clocks])


def late(connection: Connection, today: str) -> list[Late]:
    """What has run out by an ISO day or soon does, the first that ran out first."""
    return [Late._make(row) for row in connection.rows(LATE, {"today": today})]


def dayless(connection: Connection) -> list[Late]:
    """Limits that run and whose last day nobody knows; what is suspended is among them."""
    return [Late._make(row) for row in connection.rows(DAYLESS)]
