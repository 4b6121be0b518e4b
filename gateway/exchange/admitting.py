"""Commit 1 of an exchange: from here on we are responsible. A failure before it means that nothing was promised.

It is a `Work`: it may be run again from the start, and commits whole, with its entries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.clock import china_day
from gateway.exchange import entries
from gateway.exchange.asked import Asked, Earlier, Prepared
from gateway.exchange.following import follow
from gateway.model import Exchange
from gateway.settings.agreements import Agreed
from gateway.store import bodies, cases, events, exchanges, passages, uploads
from gateway.store.cases import Case, Number
from gateway.store.connection import Found
from gateway.store.events import Told
from gateway.store.transaction import AsksFirst, Transaction
from gateway.store.vault import DataKey

OURS = "tongban"
BEHIND_MS = 1_000  # how soon a write that waits behind another of its case looks again, at first


class KeyConsumed(Exception):
    """The Idempotency-Key was consumed by an earlier commit 1; `exchange_id` and `digest` are of that one."""

    def __init__(self, exchange_id: str, digest: str) -> None:
        super().__init__("idempotency key consumed")
        self.exchange_id = exchange_id
        self.digest = digest


class CaseOpen(Exception):
    """The person has an open case for the same item and division. `caller` is whose it is."""

    def __init__(self, case_id: str, caller: str) -> None:
        super().__init__("case open")
        self.case_id = case_id
        self.caller = caller


class BatchFull(Exception):
    """As many cases as the agreement's batch lets pass on one day were admitted today; `passes` says which."""

    def __init__(self, passes: Agreed) -> None:
        super().__init__("batch full")
        self.passes = passes


class UploadGone(Exception):
    """A file that the case uses was swept away or taken back a moment ago; `file_id` says which."""

    def __init__(self, file_id: str) -> None:
        super().__init__("upload gone")
        self.file_id = file_id


@dataclass(frozen=True, slots=True)
class Admission:
    """What commit 1 writes. `sealed` and `files` are prepared outside, because sealing needs no lock."""

    exchange: Exchange
    case: Case | None  # None: it comes to a case that there is
    asked: Asked
    prepared: Prepared
    key: DataKey
    numbers: Sequence[Number]
    sealed: Mapping[str, bytes] = field(repr=False)
    files: Sequence[Mapping[str, object]] = ()
    told: Sequence[Told] = ()  # what the caller itself says of the case
    insist: bool = False
    lease_ms: int = 0  # how long the first attempt may take, if it is made at once


def admit(admission: Admission) -> AsksFirst[Exchange]:
    """Commit 1. From here we are responsible; a failure before it means that nothing was promised.

    Raises KeyConsumed, CaseOpen, BatchFull, UploadGone; what the guard of a later write raises.
    """
    asked, exchange, case = admission.asked, admission.exchange, admission.case

    def ask(tx: Transaction) -> Callable[[], Exchange]:
        claimed = _claim_key(tx, asked, exchange.id)
        other = _same_open(tx, admission)
        return lambda: _admitted(tx, admission, claimed, other)

    key = (asked.caller.caller, asked.operation, asked.key)
    same = (case.person, case.item, case.division) if case else exchange.case_id
    return AsksFirst(ask, frozenset({exchange.id, key, same}))


def _admitted(tx: Transaction, admission: Admission, claimed: Found, other: Found) -> Exchange:
    connection, exchange = tx.connection, admission.exchange
    _require_claimed(tx, admission.asked, claimed)
    if exchange.state == "sending":
        exchange = exchange._replace(due_ms=tx.now_ms + admission.lease_ms)
    if admission.case:
        _begin_case(tx, admission, admission.case, other)
    elif admission.prepared.earlier:
        exchange = _in_its_place(tx, exchange, admission.prepared.earlier)
    for file_id, upload in admission.prepared.uploads.items():
        if not uploads.use(connection, upload, tx.now_ms):
            raise UploadGone(file_id)
    exchanges.admit(connection, exchange)
    bodies.add_key(connection, exchange.id, admission.key)
    bodies.add(connection, exchange.id, admission.sealed)
    if admission.files:
        bodies.add_materials(connection, admission.files)
    tx.record(entries.admitted(exchange, admission.prepared, admission.key))
    _tell(tx, exchange, admission)
    return exchange


def _tell(tx: Transaction, exchange: Exchange, admission: Admission) -> None:
    """The entries of what the caller says: of a new case it is received, of another it counts where that stands."""
    if admission.told and admission.prepared.earlier:
        follow(exchange.case_id, admission.told)(tx)
        return
    state = "received"
    for each in admission.told:
        state = "form_checked" if each.kind == "form_checked" else state
        tx.record(entries.told(exchange.case_id, each, finding=None, state=state))


def consume_key(tx: Transaction, asked: Asked, exchange_id: str) -> None:
    """A part of a joint case has no key: the joint case has consumed one for all of them. Raises KeyConsumed."""
    _require_claimed(tx, asked, _claim_key(tx, asked, exchange_id))


def _claim_key(tx: Transaction, asked: Asked, exchange_id: str) -> Found:
    caller = asked.caller.caller
    if not asked.key:
        return lambda: [("",)]
    return cases.claim_key(tx.connection, caller, asked.operation, asked.key, asked.digest, exchange_id)


def _require_claimed(tx: Transaction, asked: Asked, claimed: Found) -> None:
    if not claimed():
        earlier = cases.consumed_key(tx.connection, asked.caller.caller, asked.operation, asked.key)
        raise KeyConsumed(*(earlier or ("", "")))


def _same_open(tx: Transaction, admission: Admission) -> Found:
    """Looked for only where it matters: (id, caller) of what keeps the case from being admitted."""
    if admission.case is None or admission.insist:
        return list
    return cases.same_open(tx.connection, admission.case)


def _begin_case(tx: Transaction, admission: Admission, case: Case, other: Found) -> None:
    if found := other():
        raise CaseOpen(*found[0])
    _count(tx, admission.prepared.agreed)
    cases.add(tx.connection, case)
    cases.add_numbers(tx.connection, case.id, admission.exchange.id, admission.numbers)
    if admission.told:
        events.add(tx.connection, case.id, 0, admission.told)


def _in_its_place(tx: Transaction, exchange: Exchange, earlier: Earlier) -> Exchange:
    """A later write comes behind the others of its case, and waits as long as one of them is open."""
    events.lock(tx.connection, exchange.case_id)
    earlier.guard(tx.connection)
    places = [each.place for each in exchanges.of_case(tx.connection, exchange.case_id)]
    exchange = exchange._replace(place=max(places) + 1)
    if not exchanges.is_behind(tx.connection, exchange):
        return exchange
    return exchange._replace(state="waiting", attempt=0, owner="", due_ms=tx.now_ms + BEHIND_MS)


def _count(tx: Transaction, passes: Agreed | None) -> None:
    """Count a case of a capped batch on the day of its admission, in its own commit."""
    if passes is None or passes.opening.per_day is None:
        return
    day = china_day(tx.now_ms).isoformat()
    if passages.count(tx.connection, *passes.key, day) > passes.opening.per_day:
        raise BatchFull(passes)
