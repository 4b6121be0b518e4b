"""Statements about what a platform calls in for: whose number that is, and whether one may still become known."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import Exchange
from gateway.store.connection import Connection
from gateway.store.tables import case_numbers, exchanges

_E, _N = exchanges.c, case_numbers.c
BY_NUMBER = (
    sa.select(*(_E[name] for name in Exchange._fields))
    .select_from(case_numbers.join(exchanges, exchanges.c.id == _N.exchange_id))
    .where(
        _N.number == bindparam("number"),
        _N.owner == bindparam("owner"),
        _E.platform == bindparam("platform"),
        _E.kind == "write",
    )
    .order_by(_E.admitted_ms)
)
# literal text, as in the partial index: a bound parameter would keep the planner from using it
UNNUMBERED = (
    sa.select(_E.id)
    .where(
        sa.text("due_ms > 0"),
        _E.platform == bindparam("platform"),
        _E.kind == "write",
        _E.theirs == "",
        _E.attempt > 0,
    )
    .limit(1)
)
OURS = "tongban"


class Numbered(NamedTuple):
    """What is known of the numbers that a call names: the writes by which the platform got them.

    may_come: a write to the platform is open whose number over there is not known yet.
    """

    by_ours: tuple[Exchange, ...]
    by_theirs: tuple[Exchange, ...]
    may_come: bool


def numbered(connection: Connection, platform: str, ours: str, theirs: str) -> Numbered:
    """ "" for a number that the call does not name."""
    return Numbered(
        _found(connection, platform, OURS, ours) if ours else (),
        _found(connection, platform, platform, theirs) if theirs else (),
        connection.row(UNNUMBERED, {"platform": platform}) is not None,
    )


def _found(connection: Connection, platform: str, owner: str, number: str) -> tuple[Exchange, ...]:
    rows = connection.rows(BY_NUMBER, {"number": number, "owner": owner, "platform": platform})
    return tuple(Exchange._make(row) for row in rows)
