"""Statements about the work lists of desks (人工收件台): what stands there for which unit, and since when."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import cases, metadata

# literal text, as in the partial index: a bound parameter would keep the planner from using it
_OPEN = sa.text("done_ms = 0")
desk_work = sa.Table(
    "desk_work",
    metadata,
    sa.Column("exchange_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False, server_default=""),
    sa.Column("platform", sa.Text, nullable=False, server_default=""),
    sa.Column("unit", sa.Text, nullable=False, server_default=""),
    sa.Column("operation", sa.Text, nullable=False, server_default=""),
    sa.Column("number", sa.Text, nullable=False, server_default=""),
    sa.Column("placed_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("done_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ix_desk_work_open", "unit", "placed_ms", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sa.Index("ix_desk_work_number", "number"),
    sa.Index("ix_desk_work_case_id", "case_id"),
    sqlite_with_rowid=False,
)
_W = desk_work.c


class Work(NamedTuple):
    """One line of a work list: a message that its unit has to see to.

    unit:    the deciding unit by its code; empty where the item names none: then it is anybody's.
    number:  ours.
    done_ms: when nothing was left to do about it; 0 while there is.
    """

    exchange_id: str
    case_id: str
    platform: str
    unit: str
    operation: str
    number: str
    placed_ms: int
    done_ms: int = 0


PLACE = insert(desk_work).on_conflict_do_nothing()
_ALL = sa.select(*(_W[name] for name in Work._fields))
BY_EXCHANGE = _ALL.where(_W.exchange_id == bindparam("id"))
BY_NUMBER = _ALL.where(_W.number == bindparam("number")).order_by(_W.placed_ms, _W.exchange_id)
OF_CASE = _ALL.where(_W.case_id == bindparam("case_id")).order_by(_W.placed_ms, _W.exchange_id)
# what a case brought that is over is no work any more, but for what still wants to be read
STANDING = (
    _ALL.join(cases, cases.c.id == _W.case_id)
    .where(_OPEN, sa.or_(_W.operation != "case.submit", cases.c.open == 1))
    .order_by(_W.unit, _W.placed_ms)
    .limit(bindparam("most", type_=sa.Integer))
)
OF_UNIT = STANDING.where(sa.or_(_W.unit == bindparam("unit"), _W.unit == ""))
FINISH = (
    sa.update(desk_work)
    .where(_W.case_id == bindparam("case_id_"), _W.exchange_id == bindparam("id_"), _OPEN)
    .values(done_ms=bindparam("at_ms"))
)
FINISH_CASE = (
    sa.update(desk_work).where(_W.case_id == bindparam("case_id_"), _OPEN).values(done_ms=bindparam("at_ms"))
)

RESUME_CASE = (
    sa.update(desk_work)
    .where(_W.case_id == bindparam("case_id_"), _W.operation == "case.submit")
    .values(done_ms=0)
)


def place(connection: Connection, work: Work) -> bool:
    """Put it on the list; False if it stands, or stood, there."""
    return connection.run(PLACE, work._asdict()) == 1


def by_exchange(connection: Connection, exchange_id: str) -> Work | None:
    row = connection.row(BY_EXCHANGE, {"id": exchange_id})
    return Work._make(row) if row else None


def by_number(connection: Connection, number: str) -> list[Work]:
    """Everything that was placed under a number of ours, the oldest first."""
    return [Work._make(row) for row in connection.rows(BY_NUMBER, {"number": number})]


def of_case(connection: Connection, case_id: str) -> list[Work]:
    return [Work._make(row) for row in connection.rows(OF_CASE, {"case_id": case_id})]


def standing(connection: Connection, unit: str, most: int) -> list[Work]:
    """What is to be seen to by a unit, with what names no unit; by any unit where none is given."""
    if not unit:
        return [Work._make(row) for row in connection.rows(STANDING, {"most": most})]
    return [Work._make(row) for row in connection.rows(OF_UNIT, {"unit": unit, "most": most})]


def finish(connection: Connection, work: Work, at_ms: int) -> bool:
    """Nothing is left to do about it; False if that was known."""
    where = {"case_id_": work.case_id, "id_": work.exchange_id, "at_ms": at_ms}
    return connection.run(FINISH, where) == 1


def finish_case(connection: Connection, case_id: str, at_ms: int) -> None:
    """The case has come to its end: nothing of it is left to do."""
    connection.put(FINISH_CASE, {"case_id_": case_id, "at_ms": at_ms})


def resume_case(connection: Connection, case_id: str) -> None:
    """Its end was taken back: the case stands on the list again."""
    connection.put(RESUME_CASE, {"case_id_": case_id})
