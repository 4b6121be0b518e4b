"""Statements about scheduled releases (定时发布): which comes in force when, until it has, or was cancelled."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import scheduled

_S = scheduled.c
LAST = sa.select(sa.func.coalesce(sa.func.max(_S.place), 0))
ADD = insert(scheduled).on_conflict_do_nothing()
OPEN = (
    sa.select(_S.place, _S.digest, _S.from_ms, _S.actor, _S.why, _S.at_ms)
    .where(_S.ended_ms == 0)
    .order_by(_S.from_ms, _S.place)
)
NEXT = OPEN.limit(1)
END = (
    sa.update(scheduled)
    .where(_S.place == bindparam("place_"), _S.ended_ms == 0)
    .values(ended_ms=bindparam("at"), ended_by=bindparam("by"), ended_why=bindparam("ground"))
)


class Scheduled(NamedTuple):
    """A release that comes in force at from_ms (epoch ms, database time), on whose word and why."""

    place: int
    digest: str
    from_ms: int
    actor: str
    why: str
    at_ms: int


def last_place(connection: Connection) -> int:
    row = connection.row(LAST)
    return int(row[0]) if row else 0


def add(connection: Connection, row: Scheduled) -> bool:
    """False if another process has taken that place meanwhile."""
    ended = {"ended_ms": 0, "ended_by": "", "ended_why": ""}
    return connection.run(ADD, {**row._asdict(), **ended}) == 1


def still_to_come(connection: Connection) -> list[Scheduled]:
    """What is neither activated nor cancelled, the earliest first."""
    return [Scheduled(*row) for row in connection.rows(OPEN)]


def upcoming(connection: Connection) -> Scheduled | None:
    row = connection.row(NEXT)
    return Scheduled(*row) if row else None


def end(connection: Connection, place: int, at_ms: int, *, by: str = "", why: str = "") -> bool:
    """Activated, or cancelled `by` somebody; False if it was over already: of two who try, one does it."""
    return connection.run(END, {"place_": place, "at": at_ms, "by": by, "ground": why}) == 1
