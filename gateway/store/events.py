"""Statements about what others tell of a case (办件环节)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import case_events, cases

_C = case_events.c
INSERT = sa.insert(case_events)
LOCK = sa.select(cases.c.id).where(cases.c.id == bindparam("id")).with_for_update()


class Told(NamedTuple):
    """One event as it became known, as cases.life.Event.

    cause:  why it does not count; empty if it does.
    due_on: the last day (ISO) that is told with it: of a correction, of what is owed, of a promise; empty if none.
    reason: why, as a word of a closed list; empty if none.
    """

    kind: str
    at_ms: int
    source: str
    number: str = ""
    undoes: str = ""
    cause: str = ""
    seen_ms: int = 0
    exchange_id: str = ""
    due_on: str = ""
    reason: str = ""


OF_CASE = (
    sa.select(*(_C[name] for name in Told._fields))
    .where(_C.case_id == bindparam("case_id"))
    .order_by(_C.place)
)


def of_case(connection: Connection, case_id: str) -> list[Told]:
    """In the order in which they became known."""
    return asked_of_case(connection, case_id)()


def asked_of_case(connection: Connection, case_id: str) -> Callable[[], list[Told]]:
    """The same, once it is looked at."""
    found = connection.ask(OF_CASE, {"case_id": case_id})
    return lambda: [Told._make(row) for row in found()]


def lock(connection: Connection, case_id: str) -> None:
    """Nobody else adds to the case till the transaction ends."""
    connection.lock(LOCK, {"id": case_id})


def add(connection: Connection, case_id: str, place: int, told: Sequence[Told]) -> None:
    """Behind the `place` that are there already; the case is locked."""
    rows = [
        {"case_id": case_id, "place": number, **each._asdict()} for number, each in enumerate(told, place + 1)
    ]
    connection.run_many(INSERT, rows)
