"""Statements about cases: their numbers with owners, the guard against a second open one, idempotency."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection, Found
from gateway.store.followed import followed_cases
from gateway.store.tables import case_numbers, cases, exchanges, idempotency, sequences, tickets

INSERT_CASE = sa.insert(cases)
CASE = sa.select(cases).where(cases.c.id == bindparam("id"))
SAME_OPEN = sa.select(cases.c.id, cases.c.caller).where(
    cases.c.person == bindparam("person"),
    cases.c.item == bindparam("item"),
    cases.c.division == bindparam("division"),
    cases.c.open == 1,
)
CLOSE = sa.update(cases).where(cases.c.id == bindparam("id_")).values(open=0)
REOPEN = sa.update(cases).where(cases.c.id == bindparam("id_")).values(open=1)
UNFOLLOW = sa.delete(followed_cases).where(followed_cases.c.case_id == bindparam("id_"))
INSERT_NUMBER = insert(case_numbers).on_conflict_do_nothing()
NUMBERS = sa.select(case_numbers.c.owner, case_numbers.c.kind, case_numbers.c.number).where(
    case_numbers.c.case_id == bindparam("id")
)
BY_NUMBER = (
    sa.select(cases.c.id, cases.c.caller)
    .join(case_numbers, case_numbers.c.case_id == cases.c.id)
    .where(case_numbers.c.number == bindparam("number"))
    .distinct()
)
CLAIM_KEY = insert(idempotency).on_conflict_do_nothing().returning(idempotency.c.key)
KEY = sa.select(idempotency.c.exchange_id, idempotency.c.digest).where(
    idempotency.c.caller == bindparam("caller"),
    idempotency.c.operation == bindparam("operation"),
    idempotency.c.key == bindparam("key"),
)
START_SEQUENCE = (
    insert(sequences)
    .values(scope=bindparam("scope"), following=bindparam("first", type_=sa.BigInteger))
    .on_conflict_do_nothing()
)
SKIP = sa.update(sequences).values(following=sequences.c.following + bindparam("count", type_=sa.BigInteger))
ADVANCE = (
    sa.update(sequences)
    .where(sequences.c.scope == bindparam("scope_"))
    .values(following=sequences.c.following + bindparam("count", type_=sa.BigInteger))
    .returning(sequences.c.following)
)
FOLLOWING = sa.select(sequences.c.following).where(sequences.c.scope == bindparam("scope"))
_TICKET = insert(tickets)
OPEN_TICKET = _TICKET.on_conflict_do_update(
    index_elements=["exchange_id", "kind"],
    set_={
        "closed_ms": 0,
        "cause": _TICKET.excluded.cause,
        # one that was closed is a new one; one that is open keeps its day
        "opened_ms": sa.case(
            (tickets.c.closed_ms > 0, _TICKET.excluded.opened_ms), else_=tickets.c.opened_ms
        ),
        "due_ms": sa.case((tickets.c.closed_ms > 0, _TICKET.excluded.due_ms), else_=tickets.c.due_ms),
    },
)
CLOSE_TICKETS = (
    sa.update(tickets)
    .where(tickets.c.exchange_id == bindparam("id_"), tickets.c.closed_ms == 0)
    .values(closed_ms=bindparam("closed_ms"))
)
CLOSE_TICKET = (
    sa.update(tickets)
    .where(
        tickets.c.exchange_id == bindparam("id_"),
        tickets.c.kind == bindparam("kind_"),
        tickets.c.closed_ms == 0,
    )
    .values(closed_ms=bindparam("closed_ms"))
)
_T = tickets.c
TICKETS = (
    sa.select(
        _T.exchange_id, exchanges.c.case_id, exchanges.c.platform, exchanges.c.operation, exchanges.c.state,
        _T.kind, _T.cause, _T.owner, _T.opened_ms, _T.due_ms,
    )
    .join(exchanges, exchanges.c.id == _T.exchange_id)
    .where(_T.closed_ms == 0)
    .order_by(_T.due_ms, _T.exchange_id, _T.kind)
)  # fmt: skip


class Case(NamedTuple):
    """One application (办件). `person`, `name` are keyed digests; `open` is 0 once nothing of it is under way."""

    id: str
    caller: str
    person: str
    item: str
    division: str
    here: str
    received_ms: int
    open: int
    admitted_ms: int
    name: str = ""


class Number(NamedTuple):
    """One of the numbers that a case is known by, with its owner."""

    owner: str
    kind: str
    number: str


class Ticket(NamedTuple):
    """What asks for a person (工单): kind held, abandoned or contradiction; owner has to see to it by due_ms."""

    exchange: str
    case: str
    platform: str
    operation: str
    state: str
    kind: str
    cause: str
    owner: str
    opened_ms: int
    due_ms: int


def add(connection: Connection, case: Case) -> None:
    connection.put(INSERT_CASE, case._asdict())


def by_id(connection: Connection, case_id: str) -> Case | None:
    return asked_by_id(connection, case_id)()


def asked_by_id(connection: Connection, case_id: str) -> Callable[[], Case | None]:
    """The same, once it is looked at."""
    found = connection.ask(CASE, {"id": case_id})
    return lambda: next((Case(*row) for row in found()), None)


def same_open(connection: Connection, case: Case) -> Found:
    """(id, caller) of every open case of the same person, item and division, once it is looked at."""
    where = {"person": case.person, "item": case.item, "division": case.division}
    return connection.ask(SAME_OPEN, where)


def end(connection: Connection, case_id: str) -> None:
    """Nothing of it is under way any more; whether it is still asked about is another matter."""
    connection.put(CLOSE, {"id_": case_id})


def close(connection: Connection, case_id: str) -> None:
    """Nothing of it is under way any more, and nobody is asked about it."""
    connection.put(CLOSE, {"id_": case_id})
    connection.put(UNFOLLOW, {"id_": case_id})


def reopen(connection: Connection, case_id: str) -> None:
    """It is under way after all: the end that was told is taken back, or what was given up is over there."""
    connection.put(REOPEN, {"id_": case_id})


def add_numbers(connection: Connection, case_id: str, exchange_id: str, numbers: Sequence[Number]) -> None:
    rows = [
        {"case_id": case_id, "exchange_id": exchange_id, "owner": n.owner, "kind": n.kind, "number": n.number}
        for n in numbers
        if n.number
    ]
    connection.run_many(INSERT_NUMBER, rows)


def numbers_of(connection: Connection, case_id: str) -> list[Number]:
    return [Number(*row) for row in connection.rows(NUMBERS, {"id": case_id})]


def by_number(connection: Connection, number: str) -> list[tuple[str, str]]:
    """(case id, caller) of every case that anybody knows by this number."""
    return [(row[0], row[1]) for row in connection.rows(BY_NUMBER, {"number": number})]


def claim_key(
    connection: Connection, caller: str, operation: str, key: str, digest: str, exchange_id: str
) -> Found:
    """Consume an Idempotency-Key; no row, once it is looked at, if it was consumed before."""
    row = {"caller": caller, "operation": operation, "key": key, "digest": digest, "exchange_id": exchange_id}
    return connection.ask(CLAIM_KEY, row)


def consumed_key(connection: Connection, caller: str, operation: str, key: str) -> tuple[str, str] | None:
    """(exchange id, digest of the request) of an earlier use."""
    row = connection.row(KEY, {"caller": caller, "operation": operation, "key": key})
    return (row[0], row[1]) if row else None


def take_numbers(connection: Connection, scope: str, count: int, *, first: int = 1) -> int:
    """Reserve `count` consecutive numbers of a durable sequence; the first of them.

    first: of a sequence that was never used.
    """
    connection.put(START_SEQUENCE, {"scope": scope, "first": first})
    row = connection.row(ADVANCE, {"scope_": scope, "count": count})
    following: int = row[0] if row else 0
    return following - count


def skip_numbers(connection: Connection, count: int) -> None:
    """None of the next `count` numbers of any sequence is given."""
    connection.run(SKIP, {"count": count})


def following_number(connection: Connection, scope: str) -> int:
    """The number that would be given next; 1 for a sequence that was never used."""
    row = connection.row(FOLLOWING, {"scope": scope})
    return row[0] if row else 1


def open_ticket(
    connection: Connection, exchange_id: str, kind: str, *, cause: str, at_ms: int, due_ms: int
) -> None:
    row = {"exchange_id": exchange_id, "kind": kind, "cause": cause, "owner": "operator"}
    connection.put(OPEN_TICKET, row | {"opened_ms": at_ms, "due_ms": due_ms, "closed_ms": 0})


def close_tickets(connection: Connection, exchange_id: str, at_ms: int) -> None:
    connection.put(CLOSE_TICKETS, {"id_": exchange_id, "closed_ms": at_ms})


def close_ticket(connection: Connection, exchange_id: str, kind: str, at_ms: int) -> bool:
    """False if there is none of that kind open."""
    return connection.run(CLOSE_TICKET, {"id_": exchange_id, "kind_": kind, "closed_ms": at_ms}) == 1


def open_tickets(connection: Connection) -> list[Ticket]:
    """The nearest deadline first."""
    return [Ticket(*row) for row in connection.rows(TICKETS)]
