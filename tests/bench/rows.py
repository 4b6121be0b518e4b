"""What one delivered exchange left in a store, as a pattern of which more like it are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from audit import log as audit_log
from audit.entries import RESERVED, Entry
from gateway.model import Exchange, Fact
from gateway.store import bodies, cases, exchanges
from gateway.store.cases import Case, Number
from gateway.store.connection import Connection
from gateway.store.tables import idempotency
from gateway.store.transaction import Transaction
from gateway.store.vault import DataKey

_NEWEST = (
    sa.select(exchanges._E.id)
    .where(exchanges._E.state == "delivered")
    .order_by(exchanges._E.id.desc())
    .limit(1)
)
_KEY = sa.select(
    idempotency.c.caller, idempotency.c.operation, idempotency.c.key, idempotency.c.digest
).where(idempotency.c.exchange_id == sa.bindparam("id"))
THEIRS = ("reply/", "answer/")


@dataclass(frozen=True, slots=True)
class Pattern:
    """All rows of one exchange. idempotent: caller, operation, key, digest; sealed: bodies by name."""

    exchange: Exchange
    case: Case
    numbers: Sequence[Number]
    idempotent: tuple[str, str, str, str]
    facts: Sequence[Fact]
    key: DataKey
    sealed: dict[str, bytes]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Named:
    """What is new in a copy; everything else is as in the pattern."""

    exchange: str
    case: str
    person: str
    ours: str
    key: str


def pattern(connection: Connection) -> Pattern:
    """The newest delivered exchange of a store. Its wrapped key opens only what is its own, so no copy opens."""
    found = connection.row(_NEWEST)
    assert found, "nothing was delivered yet"
    exchange = exchanges.by_id(connection, found[0])
    assert exchange
    case, key = cases.by_id(connection, exchange.case_id), bodies.wrapped_key(connection, exchange.id)
    idempotent = connection.row(_KEY, {"id": exchange.id})
    assert case and key and idempotent
    names = bodies.names(connection, exchange.id)
    return Pattern(
        exchange=exchange,
        case=case,
        numbers=cases.numbers_of(connection, case.id),
        idempotent=(idempotent[0], idempotent[1], idempotent[2], idempotent[3]),
        facts=exchanges.facts_of(connection, exchange.id),
        key=DataKey(b"", key[1], key[0], None),  # type: ignore[arg-type] - nothing is opened with it
        sealed={name: bodies.sealed(connection, exchange.id, name) or b"" for name in names},
        entries=[_entry(body) for _, body in audit_log.entries_of(connection, exchange.id)],
    )


def entry_of(was: Entry, named: Named) -> Entry:
    """An entry of the pattern, told of the copy."""
    return Entry(was.kind, was.at_ms, {**was.facts, "exchange": named.exchange, "case": named.case})


def number_of(was: Number, named: Named, ours: str) -> Number:
    return was._replace(number=named.ours if was.number == ours else f"{was.number}/{named.ours}")


def first_commit(of: Pattern, named: Named) -> Callable[[Transaction], None]:
    """What commit 1 writes, row by row, with nothing to think about."""
    now = of.exchange._replace(
        id=named.exchange,
        case_id=named.case,
        ours=named.ours,
        theirs="",
        state="sending",
        due_ms=1,
        ended_ms=0,
    )
    case = of.case._replace(id=named.case, person=named.person)
    numbers = [number_of(each, named, of.exchange.ours) for each in of.numbers if each.owner != now.platform]
    papers = {name: body for name, body in of.sealed.items() if not name.startswith(THEIRS)}
    caller, operation, _, digest = of.idempotent

    def work(tx: Transaction) -> None:
        connection = tx.connection
        cases.claim_key(connection, caller, operation, named.key, digest, now.id)
        cases.same_open(connection, case)
        cases.add(connection, case)
        cases.add_numbers(connection, case.id, now.id, numbers)
        exchanges.admit(connection, now)
        bodies.add_key(connection, now.id, of.key)
        bodies.add(connection, now.id, papers)
        tx.record(entry_of(of.entries[0], named))

    return work


def second_commit(of: Pattern, named: Named) -> Callable[[Transaction], None]:
    """What commit 2 reads and writes."""
    replies = {name: body for name, body in of.sealed.items() if name.startswith(THEIRS)}
    numbers = [each for each in of.numbers if each.owner == of.exchange.platform]

    def work(tx: Transaction) -> None:
        connection = tx.connection
        was = exchanges.locked(connection, named.exchange, wait=True)
        assert was
        exchanges.facts_of(connection, was.id)
        exchanges.add_fact(connection, was.id, 0, of.facts[0], release=was.release, sent_digest="0" * 64)
        bodies.add(connection, was.id, replies)
        theirs = of.exchange.theirs
        exchanges.change(
            connection, was, state="delivered", due_ms=0, theirs=theirs, changed_ms=was.admitted_ms
        )
        cases.add_numbers(connection, was.case_id, was.id, numbers)
        tx.record(entry_of(of.entries[-1], named))
        tx.tell(was.id)

    return work


def _entry(body: bytes) -> Entry:
    written: dict[str, Any] = orjson.loads(body)
    at_ms = int(datetime.fromisoformat(written["at"]).timestamp() * 1000)
    return Entry(
        written["kind"], at_ms, {name: fact for name, fact in written.items() if name not in RESERVED}
    )
