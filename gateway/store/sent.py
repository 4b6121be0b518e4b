"""Statements about what was sent to a platform on a day, for reconciliation (对账).

Ids begin with the time at which an exchange was admitted, so a day is a range of the primary key.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.identity import least_id
from gateway.model import Exchange, State
from gateway.store.connection import Connection
from gateway.store.tables import case_numbers, exchanges


class Sent(NamedTuple):
    """A case that was submitted to a platform (报送), as it is recorded here.

    known: how the case stood when the platform last told us, in canonical words; empty if it never did.
    """

    exchange: str
    case: str
    ours: str
    theirs: str
    state: State
    attempt: int
    admitted_ms: int
    changed_ms: int
    known: str = ""


_E = exchanges.c
_COLUMNS = (_E.id, _E.case_id, _E.ours, _E.theirs, _E.state, _E.attempt, _E.admitted_ms, _E.changed_ms)
_SUBMITTED = (_E.platform == bindparam("platform"), _E.kind == "write", _E.operation == "case.submit")

OF_SPAN = (
    sa.select(*_COLUMNS)
    .where(_E.id >= bindparam("since"), _E.id < bindparam("until"), *_SUBMITTED)
    .order_by(_E.id)
)
BY_NUMBER = (
    sa.select(*_COLUMNS)
    .join(case_numbers, case_numbers.c.case_id == _E.case_id)
    .where(
        case_numbers.c.number == bindparam("number"),
        case_numbers.c.owner == bindparam("owner"),
        case_numbers.c.kind == "case",
        *_SUBMITTED,
    )
    .order_by(_E.id)
)
LAST_PROGRESS = (
    sa.select(*(_E[name] for name in Exchange._fields))
    .where(
        _E.case_id == bindparam("case_id"),
        _E.platform == bindparam("platform"),
        _E.kind == "read",
        _E.operation == "case.progress",
        _E.state == "delivered",
        _E.admitted_ms < bindparam("before_ms"),
    )
    .order_by(_E.admitted_ms.desc())
    .limit(1)
)


def of_span(connection: Connection, platform: str, since_ms: int, until_ms: int) -> list[Sent]:
    """What was admitted for a platform from `since_ms` to before `until_ms`, in that order."""
    span = {"since": least_id(since_ms), "until": least_id(until_ms)}
    return _sent(connection.rows(OF_SPAN, {"platform": platform, **span}))


def by_number(platform: str, owner: str, number: str, connection: Connection) -> list[Sent]:
    """What was submitted to a platform, on any day, under this number of ours or of the platform's."""
    where = {"platform": platform, "owner": owner, "number": number}
    found = _sent(connection.rows(BY_NUMBER, where))
    return [sent for sent in found if number in (sent.ours, sent.theirs)]  # a caller may name any owner


def last_progress(platform: str, case_id: str, before_ms: int, connection: Connection) -> Exchange | None:
    """The newest read before `before_ms` that told how a case stands over there."""
    where = {"platform": platform, "case_id": case_id, "before_ms": before_ms}
    row = connection.row(LAST_PROGRESS, where)
    return Exchange._make(row) if row else None


def _sent(rows: Sequence[tuple[Any, ...]]) -> list[Sent]:
    return [Sent(*row) for row in rows]
