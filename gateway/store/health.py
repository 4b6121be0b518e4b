"""How platforms do: what became of what was sent to them lately, and how much of their quotas is used."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.identity import least_id
from gateway.store.connection import Connection
from gateway.store.scoped import Look, Scoped
from gateway.store.tables import exchanges, history, permits

MOST = 5_000  # of the newest exchanges: so many tell how things are
_E, _H, _P = exchanges.c, history.c, permits.c
_LATELY = (
    sa.select(_E.id, _E.platform, _E.attempt, _E.admitted_ms, _E.ended_ms)
    .where(_E.id >= bindparam("since", type_=sa.Text), _E.kind != "inward")
    .order_by(_E.id.desc())
    .limit(MOST)
    .subquery("lately")
)
ANSWERS = (
    sa.select(_LATELY.c.platform, _H.kind, _H.cause, sa.func.count())
    .join(_LATELY, _LATELY.c.id == _H.exchange_id)
    .where(_H.exchange_id >= bindparam("since", type_=sa.Text))  # else all of it may be read
    .group_by(_LATELY.c.platform, _H.kind, _H.cause)
)
# at the first attempt: who had to wait for the next one waited for us
TIMES = sa.select(_LATELY.c.platform, _LATELY.c.ended_ms - _LATELY.c.admitted_ms).where(
    _LATELY.c.attempt == 1, _LATELY.c.ended_ms > 0
)
USED = sa.select(sa.func.count()).where(
    _P.credential == bindparam("credential"), _P.over_ms > bindparam("since_ms", type_=sa.BigInteger)
)
_OF_PLATFORM = (
    sa.select(_E.id, _E.operation)
    .where(_E.id >= bindparam("since", type_=sa.Text), _E.platform == bindparam("platform"))
    .order_by(_E.id.desc())
    .limit(MOST)
    .subquery("of_platform")
)
BY_OPERATION = (
    sa.select(_OF_PLATFORM.c.operation, _H.kind, _H.cause, sa.func.count())
    .join(_OF_PLATFORM, _OF_PLATFORM.c.id == _H.exchange_id)
    .where(_H.exchange_id >= bindparam("since", type_=sa.Text))
    .group_by(_OF_PLATFORM.c.operation, _H.kind, _H.cause)
    .order_by(_OF_PLATFORM.c.operation, _H.kind, _H.cause)
)
_ANSWERED = (
    sa.select(_E.id, _E.operation, _E.attempt)
    .where(
        _E.id >= bindparam("since", type_=sa.Text),
        _E.platform == bindparam("platform"),
        _E.kind != "inward",
        _E.step == "send",  # else the last thing asked was a probe's question, which is another operation
        _E.ended_ms > 0,
    )
    .order_by(_E.id.desc())
    .limit(MOST)
    .subquery("answered")
)
_TURN = sa.func.row_number().over(partition_by=_ANSWERED.c.operation, order_by=_ANSWERED.c.id.desc())
NEWEST = (
    sa.select(_ANSWERED.c.id, _ANSWERED.c.operation, _ANSWERED.c.attempt)
    .order_by(_TURN, _ANSWERED.c.id.desc())
    .limit(bindparam("most", type_=sa.Integer))
)
_NEWEST = (
    sa.select(_E.platform, _E.here, _E.division)
    .where(_E.id >= bindparam("since", type_=sa.Text))
    .order_by(_E.id.desc())
    .limit(4 * MOST)
    .subquery("newest")
)
_USED_BY = Look(sa.select(_NEWEST.c.platform).distinct(), (_NEWEST.c.here, _NEWEST.c.division))


class Asked(NamedTuple):
    """An exchange that has its answer, at an attempt."""

    id: str
    operation: str
    attempt: int


class Answered(NamedTuple):
    """So many answers of a platform, or questions about what became of a message, were of this kind."""

    platform: str
    kind: str
    cause: str
    answers: int


def answers(connection: Connection, since_ms: int) -> list[Answered]:
    """Of exchanges admitted since then, the newest MOST of them."""
    return [Answered._make(row) for row in connection.rows(ANSWERS, {"since": least_id(since_ms)})]


def times_ms(connection: Connection, since_ms: int) -> dict[str, list[int]]:
    """By platform, how long after its admission each exchange had its end, shortest first."""
    found: dict[str, list[int]] = {}
    for platform, took_ms in connection.rows(TIMES, {"since": least_id(since_ms)}):
        found.setdefault(platform, []).append(took_ms)
    return {platform: sorted(each) for platform, each in found.items()}


def permits_used(connection: Connection, credential: str, since_ms: int) -> int:
    """How many permits may have been used since then."""
    row = connection.row(USED, {"credential": credential, "since_ms": since_ms})
    return int(row[0]) if row else 0


def by_operation(connection: Connection, platform: str, since_ms: int) -> list[Answered]:
    """Of one platform; in the place of its name stands the operation."""
    where = {"platform": platform, "since": least_id(since_ms)}
    return [Answered._make(row) for row in connection.rows(BY_OPERATION, where)]


def newest(connection: Connection, platform: str, since_ms: int, most: int) -> list[Asked]:
    """What it was asked since then and has answered: the newest of each operation, then those before them …

    Of the newest MOST of them.
    """
    where = {"platform": platform, "since": least_id(since_ms), "most": most}
    return [Asked._make(row) for row in connection.rows(NEWEST, where)]


def used_by(connection: Connection, scope: Scoped, since_ms: int) -> set[str]:
    """Platforms to which something of a scope went since then, or came from: of the newest 4 * MOST."""
    return {row[0] for row in _USED_BY.rows(connection, scope, {"since": least_id(since_ms)})}
