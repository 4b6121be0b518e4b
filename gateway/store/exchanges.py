"""Statements about exchanges: admit (commit 1), claim, conclude (commit 2), and the questions of the API."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import ENDS, Exchange, Fact
from gateway.store.connection import Connection
from gateway.store.tables import UNTAKEN_BY, exchanges, history

AT_ONCE = 100  # platforms in one question
_E = exchanges.c
_ALL = sa.select(*(_E[name] for name in Exchange._fields))
_OPEN_WRITE = sa.and_(_E.kind == "write", _E.ended_ms == 0)
# literal text, as in the partial index: a bound parameter would keep the planner from using it
_OPEN = sa.text("due_ms > 0")
_MOST = bindparam("most", type_=sa.Integer)

INSERT = sa.insert(exchanges)
BY_ID = _ALL.where(_E.id == bindparam("id"))
LOCKED = BY_ID.with_for_update()
FREE_NOW = BY_ID.with_for_update(skip_locked=True)
OF_CASE = _ALL.where(_E.case_id == bindparam("case_id")).order_by(_E.place, _E.admitted_ms)
HELD = _ALL.where(_OPEN, _E.state == "held").order_by(_E.due_ms).limit(_MOST)
BEHIND = sa.select(_E.id).where(
    _E.case_id == bindparam("case_id"),
    _E.platform == bindparam("platform"),
    _E.place < bindparam("place"),
    _OPEN_WRITE,
)
ENDED_BEFORE = sa.select(_E.ended_ms).where(
    _E.case_id == bindparam("case_id"),
    _E.platform == bindparam("platform"),
    _E.place < bindparam("place"),
    _E.kind == "write",
)
_BEHIND_IT = (
    _E.case_id == bindparam("case_id_"),
    _E.platform == bindparam("platform_"),
    _E.place > bindparam("place_"),
    _E.state == "waiting",
)
WAITING_BEHIND = _ALL.where(*_BEHIND_IT, _E.operation != "case.submit").order_by(_E.place).with_for_update()
WAKE = (
    sa.update(exchanges)
    .where(*_BEHIND_IT, _E.due_ms > bindparam("now_ms"))
    .values(due_ms=bindparam("now_ms"))
)
_DUE_OF_PLATFORM = (_OPEN, _E.platform == bindparam("platform"), _E.due_ms <= bindparam("now_ms"))
DUE = (
    _ALL.where(*_DUE_OF_PLATFORM, sa.text("state IN ('waiting', 'deferred')"))
    .order_by(_E.due_ms)
    .limit(_MOST)
)
# rows that another process is claiming at this moment are passed over: nobody waits for anybody
CLAIMABLE = DUE.with_for_update(skip_locked=True)
# by the index of states: few are being sent, however much of the platform waits and is due
LEASE_OVER = (
    _ALL.where(
        sa.text(UNTAKEN_BY["state"]), sa.text("state = 'sending'"),
        _E.platform == bindparam("platform"), _E.due_ms <= bindparam("now_ms"),
    )
    .order_by(_E.due_ms)
    .limit(_MOST)
)  # fmt: skip
PLATFORMS = sa.select(_E.platform).where(_E.kind == "write").distinct()
COUNT_OPEN = sa.select(_E.platform, _E.state, sa.func.count()).where(_OPEN).group_by(_E.platform, _E.state)

_CHANGED = (
    "state", "step", "attempt", "owner", "due_ms", "theirs", "cause", "code", "changed_ms", "ended_ms",
)  # fmt: skip
UPDATE = (
    sa.update(exchanges)
    .where(
        _E.id == bindparam("id_"),
        _E.attempt == bindparam("attempt_was"),
        _E.state == bindparam("state_was"),
        _E.step == bindparam("step_was"),
        _E.due_ms == bindparam("due_was"),
    )
    .values({name: bindparam(name) for name in _CHANGED})
)

INSERT_FACT = sa.insert(history)
FACTS = (
    sa.select(*(history.c[name] for name in Fact._fields))
    .where(history.c.exchange_id == bindparam("id"))
    .order_by(history.c.place)
)


class History(NamedTuple):
    """An exchange, locked with those that wait behind it in its case, and what became of it so far.

    row: None if there is none, or somebody else is changing it.
    """

    row: Exchange | None
    facts: tuple[Fact, ...]
    behind: Sequence[Exchange]


def admit(connection: Connection, exchange: Exchange) -> None:
    connection.put(INSERT, exchange._asdict())


def by_id(connection: Connection, exchange_id: str) -> Exchange | None:
    row = connection.row(BY_ID, {"id": exchange_id})
    return Exchange._make(row) if row else None


def locked(connection: Connection, exchange_id: str, *, wait: bool) -> Exchange | None:
    """The row, which nobody else changes till the transaction ends; wait: for whoever is changing it, else None."""
    row = connection.row(LOCKED if wait else FREE_NOW, {"id": exchange_id})
    return Exchange._make(row) if row else None


def of_case(connection: Connection, case_id: str) -> list[Exchange]:
    return asked_of_case(connection, case_id)()


def asked_of_case(connection: Connection, case_id: str) -> Callable[[], list[Exchange]]:
    """The same, once it is looked at."""
    found = connection.ask(OF_CASE, {"case_id": case_id})
    return lambda: _exchanges(found())


def held(connection: Connection, most: int = 500) -> list[Exchange]:
    """What waits for a person, the nearest deadline first."""
    return _exchanges(connection.rows(HELD, {"most": most}))


def due(connection: Connection, platform: str, now_ms: int, most: int) -> list[Exchange]:
    """What of one platform may be sent or asked now, the longest due first."""
    return _exchanges(connection.rows(DUE, {"platform": platform, "now_ms": now_ms, "most": most}))


def claimable(connection: Connection, platform: str, now_ms: int, most: int) -> list[Exchange]:
    """What is due and nobody else is claiming; locked until the transaction ends."""
    where = {"platform": platform, "now_ms": now_ms, "most": most}
    return _exchanges(connection.rows(CLAIMABLE, where))


def soonest(connection: Connection, platforms: Sequence[str]) -> dict[str, int]:
    """When the first of what is open at each of these platforms is due; nothing of those where nothing is open."""
    found: dict[str, int] = {}
    for first in range(0, len(platforms), AT_ONCE):
        some = platforms[first : first + AT_ONCE]
        row = (
            connection.row(soonest_of(len(some)), {f"platform{n}": name for n, name in enumerate(some)}) or ()
        )
        found |= {name: due_ms for name, due_ms in zip(some, row, strict=True) if due_ms is not None}
    return found


@cache
def soonest_of(platforms: int) -> sa.Select[Any]:
    """The first entry of each platform in the index of what is due, all in one way to a server."""
    of = [_E.platform == bindparam(f"platform{n}") for n in range(platforms)]
    return sa.select(*(sa.select(sa.func.min(_E.due_ms)).where(_OPEN, each).scalar_subquery() for each in of))


def lease_over(connection: Connection, platform: str, now_ms: int, most: int) -> list[Exchange]:
    """What of one platform was being sent by somebody who has not been heard of since."""
    return _exchanges(connection.rows(LEASE_OVER, {"platform": platform, "now_ms": now_ms, "most": most}))


def is_behind(connection: Connection, exchange: Exchange) -> bool:
    """True while an earlier write of the same case to the same platform is open."""
    where = {"case_id": exchange.case_id, "platform": exchange.platform, "place": exchange.place}
    return connection.row(BEHIND, where) is not None


def turn_ms(connection: Connection, exchange: Exchange) -> int | None:
    """Since when it could leave: its admission, or the end of what was before it in its case; None: not yet."""
    if exchange.place < 2:
        return exchange.admitted_ms
    where = {"case_id": exchange.case_id, "platform": exchange.platform, "place": exchange.place}
    ended = [ended_ms for (ended_ms,) in connection.rows(ENDED_BEFORE, where)]
    return max(exchange.admitted_ms, *ended) if all(ended) else None


def asked_history_of(connection: Connection, exchange: Exchange, *, wait: bool) -> Callable[[], History]:
    """Everything that is asked before an exchange is judged, once it is looked at. wait: as in `locked`."""
    row = connection.ask(LOCKED if wait else FREE_NOW, {"id": exchange.id})
    facts = connection.ask(FACTS, {"id": exchange.id})
    behind = connection.ask(WAITING_BEHIND, _behind(exchange)) if exchange.kind == "write" else list

    def history() -> History:
        rows = row()
        return History(
            Exchange._make(rows[0]) if rows else None,
            tuple(Fact(*each) for each in facts()),
            _exchanges(behind()),
        )

    return history


def waiting_behind(connection: Connection, exchange: Exchange) -> list[Exchange]:
    """What comes to the same case and platform after it; locked till the transaction ends."""
    return _exchanges(connection.rows(WAITING_BEHIND, _behind(exchange)))


def wake(connection: Connection, exchange: Exchange, now_ms: int) -> None:
    """What waits behind it is due now."""
    connection.put(WAKE, {**_behind(exchange), "now_ms": now_ms})


def _behind(exchange: Exchange) -> dict[str, Any]:
    return {"case_id_": exchange.case_id, "platform_": exchange.platform, "place_": exchange.place}


def change(connection: Connection, was: Exchange, **new: Any) -> Exchange | None:
    """Move an exchange on, if it is still as it `was`; else None.

    The fence is all that decides what may be done next: a step or a time that changed meanwhile (a late
    reply, a person's word) must not be overwritten by who read the row before.
    """
    now, values = _changed(was, new)
    return now if connection.run(UPDATE, values) else None


def move(connection: Connection, was: Exchange, **new: Any) -> Exchange:
    """As `change`, of a row that this transaction has locked, or made: a server is not waited for."""
    now, values = _changed(was, new)
    connection.move(UPDATE, values)
    return now


def _changed(was: Exchange, new: dict[str, Any]) -> tuple[Exchange, dict[str, Any]]:
    now = was._replace(**new)
    now = now._replace(ended_ms=now.changed_ms if now.state in ENDS else 0)
    values = {name: getattr(now, name) for name in _CHANGED}
    values |= {
        "id_": was.id, "attempt_was": was.attempt, "state_was": was.state,
        "step_was": was.step, "due_was": was.due_ms,
    }  # fmt: skip
    return now, values


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
    connection.put(INSERT_FACT, {**row, **fact._asdict()})


def platforms(connection: Connection) -> list[str]:
    """Every platform that was ever sent anything; asked after a restore only, as it reads the whole table."""
    return [row[0] for row in connection.rows(PLATFORMS)]


def open_counts(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """(platform, state, how many) of everything that has not ended."""
    return [(platform, state, count) for platform, state, count in connection.rows(COUNT_OPEN)]


def _exchanges(rows: Sequence[tuple[Any, ...]]) -> list[Exchange]:
    return [Exchange._make(row) for row in rows]
