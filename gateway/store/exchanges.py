"""Statements about exchanges: admit (commit 1), claim, conclude (commit 2), and the questions of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import ENDS, Exchange, Fact
from gateway.store.connection import Connection
from gateway.store.tables import exchanges, history

COLUMNS = [field.name for field in fields(Exchange)]
_E = exchanges.c
_ALL = sa.select(*(_E[name] for name in COLUMNS))
_OPEN_WRITE = sa.and_(_E.kind == "write", _E.ended_ms == 0)
# literal text, as in the partial index: a bound parameter would keep the planner from using it
_OPEN = sa.text("due_ms > 0")

INSERT = sa.insert(exchanges)
BY_ID = _ALL.where(_E.id == bindparam("id"))
OF_CASE = _ALL.where(_E.case_id == bindparam("case_id")).order_by(_E.place, _E.admitted_ms)
HELD = _ALL.where(_OPEN, _E.state == "held").order_by(_E.due_ms).limit(bindparam("most", type_=sa.Integer))
PLACES = sa.select(sa.func.max(_E.place)).where(_E.case_id == bindparam("case_id"))
BEHIND = sa.select(_E.id).where(
    _E.case_id == bindparam("case_id"),
    _E.platform == bindparam("platform"),
    _E.place < bindparam("place"),
    _OPEN_WRITE,
)
DUE = (
    _ALL.where(
        _OPEN,
        _E.platform == bindparam("platform"),
        _E.due_ms <= bindparam("now_ms"),
        sa.text("state IN ('waiting', 'deferred')"),
    )
    .order_by(_E.due_ms)
    .limit(bindparam("most", type_=sa.Integer))
)
LEASE_OVER = _ALL.where(
    _OPEN,
    _E.platform == bindparam("platform"),
    _E.due_ms < bindparam("now_ms"),
    _E.state == "sending",
).limit(bindparam("most", type_=sa.Integer))
WAKE_BEHIND = (
    sa.update(exchanges)
    .where(
        _E.case_id == bindparam("case_id_"),
        _E.platform == bindparam("platform_"),
        _E.place > bindparam("place_"),
        _E.state == "waiting",
    )
    .values(due_ms=bindparam("due_ms"))
)
COUNT_OPEN = sa.select(_E.platform, _E.state, sa.func.count()).where(_OPEN).group_by(_E.platform, _E.state)

_CHANGED = ("state", "step", "attempt", "owner", "due_ms", "theirs", "cause", "code")
UPDATE = (
    sa.update(exchanges)
    .where(
        _E.id == bindparam("id_"), _E.attempt == bindparam("attempt_was"), _E.state == bindparam("state_was")
    )
    .values({name: bindparam(name) for name in (*_CHANGED, "changed_ms", "ended_ms")})
)

INSERT_FACT = sa.insert(history)
FACTS = (
    sa.select(*(history.c[field.name] for field in fields(Fact)))
    .where(history.c.exchange_id == bindparam("id"))
    .order_by(history.c.place)
)


def admit(connection: Connection, exchange: Exchange) -> None:
    connection.run(INSERT, {name: getattr(exchange, name) for name in COLUMNS})


def by_id(connection: Connection, exchange_id: str) -> Exchange | None:
    row = connection.row(BY_ID, {"id": exchange_id})
    return Exchange(*row) if row else None


def of_case(connection: Connection, case_id: str) -> list[Exchange]:
    return [Exchange(*row) for row in connection.rows(OF_CASE, {"case_id": case_id})]


def held(connection: Connection, most: int = 500) -> list[Exchange]:
    return [Exchange(*row) for row in connection.rows(HELD, {"most": most})]


def due(connection: Connection, platform: str, now_ms: int, most: int) -> list[Exchange]:
    """What of one platform may be sent or asked now, the longest due first."""
    where = {"platform": platform, "now_ms": now_ms, "most": most}
    return [Exchange(*row) for row in connection.rows(DUE, where)]


def wake_behind(connection: Connection, ended: Exchange, now_ms: int) -> None:
    """Make what waits behind a write that has ended due at once."""
    where = {"case_id_": ended.case_id, "platform_": ended.platform, "place_": ended.place}
    connection.run(WAKE_BEHIND, {**where, "due_ms": now_ms})


def lease_over(connection: Connection, platform: str, now_ms: int, most: int) -> list[Exchange]:
    """What of one platform was being sent by somebody who has not been heard of since."""
    where = {"platform": platform, "now_ms": now_ms, "most": most}
    return [Exchange(*row) for row in connection.rows(LEASE_OVER, where)]


def next_place(connection: Connection, case_id: str) -> int:
    row = connection.row(PLACES, {"case_id": case_id})
    return 1 + (row[0] or 0) if row else 1


def is_behind(connection: Connection, exchange: Exchange) -> bool:
    """True while an earlier write of the same case to the same platform is open."""
    where = {"case_id": exchange.case_id, "platform": exchange.platform, "place": exchange.place}
    return connection.row(BEHIND, where) is not None


def change(connection: Connection, was: Exchange, **new: object) -> Exchange | None:
    """Move an exchange on, if it is still as it `was` (attempt and state: the fence); else None."""
    now = replace(was, **new)  # type: ignore[arg-type]
    values: dict[str, object] = {name: getattr(now, name) for name in _CHANGED}
    ended_ms = now.changed_ms if now.state in ENDS else 0
    values |= {"id_": was.id, "attempt_was": was.attempt, "state_was": was.state}
    values |= {"changed_ms": now.changed_ms, "ended_ms": ended_ms}
    return replace(now, ended_ms=ended_ms) if connection.run(UPDATE, values) else None


def facts_of(connection: Connection, exchange_id: str) -> tuple[Fact, ...]:
    return tuple(Fact(*row) for row in connection.rows(FACTS, {"id": exchange_id}))


def add_fact(
    connection: Connection,
    exchange_id: str,
    place: int,
    fact: Fact,
    *,
    release: str = "",
    sent_digest: str = "",
) -> None:
    row = {"exchange_id": exchange_id, "place": place, "release": release, "sent_digest": sent_digest}
    connection.run(INSERT_FACT, row | {name: getattr(fact, name) for name in _FACT})


def open_counts(connection: Connection) -> Sequence[tuple[str, str, int]]:
    return [(platform, state, count) for platform, state, count in connection.rows(COUNT_OPEN)]


def shown(exchange: Exchange) -> Mapping[str, object]:
    return asdict(exchange)


_FACT = [field.name for field in fields(Fact)]
