"""The transactions of an exchange. Each is a `Work`: it may be run again from the start, and commits whole.

commit 1 makes us responsible; a claim permits a byte to leave; commit 2 says what came of it. Every change
of state stands in one transaction with its entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.agreements import Agreed
from gateway.clock import china_day
from gateway.exchange import entries
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.judge import judge
from gateway.model import ENDS, Decision, Exchange, Fact, Policy
from gateway.store import bodies, cases, exchanges, followed, passages
from gateway.store.cases import Case, Number
from gateway.store.followed import Followed
from gateway.store.store import Transaction
from gateway.store.vault import DataKey

OURS = "tongban"
BEHIND_MS = 1_000  # how soon a write that waits behind another of its case looks again


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


class Moved(Exception):
    """The exchange is no longer as it was when the change was decided; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What commit 1 writes. `sealed` and `files` are prepared outside, because sealing needs no lock."""

    exchange: Exchange
    case: Case
    asked: Asked
    prepared: Prepared
    key: DataKey
    numbers: Sequence[Number]
    sealed: Mapping[str, bytes] = field(repr=False)
    files: Sequence[Mapping[str, object]] = ()
    insist: bool = False
    lease_ms: int = 0  # how long the first attempt may take, if it is made at once


def admit(admission: Admission) -> Callable[[Transaction], Exchange]:
    """Commit 1. From here we are responsible; a failure before it means that nothing was promised.

    Raises KeyConsumed, CaseOpen, BatchFull.
    """

    def work(tx: Transaction) -> Exchange:
        connection, exchange, asked = tx.connection, admission.exchange, admission.asked
        if exchange.state == "sending":
            exchange = exchange._replace(due_ms=tx.now_ms + admission.lease_ms)
        caller = asked.caller.caller
        if not cases.claim_key(connection, caller, asked.operation, asked.key, asked.digest, exchange.id):
            earlier = cases.consumed_key(connection, caller, asked.operation, asked.key)
            raise KeyConsumed(*(earlier or ("", "")))
        other = None if admission.insist else cases.same_open(connection, admission.case)
        if other:
            raise CaseOpen(*other)
        _count(tx, admission.prepared.agreed)
        cases.add(connection, admission.case)
        cases.add_numbers(connection, exchange.case_id, exchange.id, admission.numbers)
        exchanges.admit(connection, exchange)
        bodies.add_key(connection, exchange.id, admission.key)
        bodies.add(connection, exchange.id, admission.sealed)
        if admission.files:
            bodies.add_materials(connection, admission.files)
        tx.record(entries.admitted(exchange, admission.prepared, admission.key))
        return exchange

    return work


def _count(tx: Transaction, passes: Agreed | None) -> None:
    """Count a case of a capped batch on the day of its admission, in its own commit."""
    if passes is None or passes.opening.per_day is None:
        return
    day = china_day(tx.now_ms).isoformat()
    if passages.count(tx.connection, *passes.key, day) > passes.opening.per_day:
        raise BatchFull(passes)


def claim(
    platform: str, most: int, *, owner: str, lease_of: Callable[[Exchange], int]
) -> Callable[[Transaction], list[Exchange]]:
    """Claims: the committed `sending` rows without which no byte may leave. At most `most` of what is due.

    lease_of: how long an attempt may take, in milliseconds; 0 for what is left alone now.
    """

    def work(tx: Transaction) -> list[Exchange]:
        claimed = []
        for was in exchanges.claimable(tx.connection, platform, tx.now_ms, most):
            lease_ms = lease_of(was)
            if lease_ms and was.step == "send" and exchanges.is_behind(tx.connection, was):
                exchanges.change(tx.connection, was, due_ms=tx.now_ms + BEHIND_MS)
            elif lease_ms:
                claimed.append(_claimed(tx, was, owner, lease_ms))
        return claimed

    return work


def _claimed(tx: Transaction, was: Exchange, owner: str, lease_ms: int) -> Exchange:
    now = exchanges.change(
        tx.connection, was, state="sending", attempt=was.attempt + 1, owner=owner,
        due_ms=tx.now_ms + lease_ms, changed_ms=max(tx.now_ms, was.changed_ms),
    )  # fmt: skip
    if now is None:
        raise Moved
    tx.record(entries.sending(now))
    return now


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One fact about an exchange, and the fence: what the row must still be for the fact to move it."""

    exchange: Exchange
    fact: Fact
    policy: Policy
    fence: Callable[[Exchange, int], bool]  # of the row and the database's time
    key: DataKey | None = None
    sealed: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    evidence: Mapping[str, str] = field(default_factory=dict)
    sent_digest: str = ""
    release: str = ""
    actor: str = ""
    held_due_ms: int = 0
    must_move: bool = False  # a person's word, the end of a lease: Moved is raised instead of a late reply
    wait: bool = True  # False: what somebody else is changing right now has Moved


def conclude(conclusion: Conclusion) -> Callable[[Transaction], tuple[Exchange, Decision]]:
    """Commit 2, and every other fact: judged over the whole history inside the transaction.

    If the fence does not hold, the claim was lost meanwhile: the fact is kept and judged all the same, as
    `exchange.late_reply`; it moves only what is still open and not being sent. Raises Moved.
    """

    def work(tx: Transaction) -> tuple[Exchange, Decision]:
        connection, fact = tx.connection, conclusion.fact
        row = exchanges.locked(connection, conclusion.exchange.id, wait=conclusion.wait)
        was = row or conclusion.exchange
        fenced = row is not None and conclusion.fence(was, tx.now_ms)
        if conclusion.must_move and not fenced:
            raise Moved
        history = (*exchanges.facts_of(connection, was.id), fact)
        decision = judge(
            history, conclusion.policy, exchange_id=was.id, admitted_ms=was.admitted_ms, now_ms=fact.at_ms
        )
        if row is None:  # a read has one commit: its row is made here
            was = was._replace(attempt=fact.attempt)
            exchanges.admit(connection, was)
        exchanges.add_fact(
            connection,
            was.id,
            len(history),
            fact,
            release=conclusion.release,
            sent_digest=conclusion.sent_digest,
        )
        _keep(tx, conclusion, new=row is None)
        late = row is not None and not fenced
        now = _move(tx, was, decision, fact, held_due_ms=conclusion.held_due_ms, late=late)
        record = partial(
            entries.concluded, now, fact, decision, actor=conclusion.actor, evidence=conclusion.evidence
        )
        if late:
            tx.record(record(late=True))
        if now is not was:
            tx.record(record(late=False))
            _begin_following(tx, now, conclusion.policy)
        now = _learned(tx, now, decision.reference)
        if now.ended or now.state == "held":
            tx.tell(now.id)
        return now, decision

    return work


def _keep(tx: Transaction, conclusion: Conclusion, *, new: bool) -> None:
    if conclusion.key is not None and new:
        bodies.add_key(tx.connection, conclusion.exchange.id, conclusion.key)
    if conclusion.sealed:
        bodies.add(tx.connection, conclusion.exchange.id, conclusion.sealed)


def _move(
    tx: Transaction, was: Exchange, decision: Decision, fact: Fact, *, held_due_ms: int, late: bool
) -> Exchange:
    """Write what follows. A late fact moves nothing that has ended or that another attempt is sending."""
    if late and (was.ended or was.state == "sending"):
        if was.ended and was.state != decision.state:
            _ticket(tx, was, "contradiction", fact, held_due_ms)
        return was
    now = exchanges.change(
        tx.connection,
        was,
        state=decision.state,
        step=decision.step or was.step,
        due_ms=_due_ms(decision, fact, held_due_ms),
        theirs=decision.reference or was.theirs,
        cause=decision.cause,
        code=decision.code,
        changed_ms=max(fact.at_ms, was.changed_ms),
    )
    if now is None:
        raise Moved
    _follow(tx, was, now, fact, held_due_ms=held_due_ms)
    return now


def _learned(tx: Transaction, now: Exchange, reference: str) -> Exchange:
    """Their number of what was known to have landed before they said it: they called faster than they answered."""
    return learned(tx, now, reference) if now.state == "delivered" and not now.theirs else now


def learned(tx: Transaction, now: Exchange, theirs: str) -> Exchange:
    """A delivered exchange with their number, by which the case is found from now on; as it was without one."""
    numbered = exchanges.change(tx.connection, now, theirs=theirs) if theirs else None
    if numbered is None:
        return now
    cases.add_numbers(tx.connection, now.case_id, now.id, [Number(now.platform, "case", theirs)])
    return numbered


def _due_ms(decision: Decision, fact: Fact, held_due_ms: int) -> int:
    """When the exchange is to be looked at again; a held one by a person, until the deadline."""
    return fact.at_ms + held_due_ms if decision.state == "held" else decision.due_ms or 0


def _follow(tx: Transaction, was: Exchange, now: Exchange, fact: Fact, *, held_due_ms: int) -> None:
    """What a new state brings with it: their number, a ticket for a person, a case that is free again."""
    if now.theirs and now.state == "delivered" and now.case_id:
        cases.add_numbers(tx.connection, now.case_id, now.id, [Number(now.platform, "case", now.theirs)])
    if was.state == "held" and now.state != "held":
        cases.close_tickets(tx.connection, now.id, fact.at_ms)
    if now.state in {"held", "abandoned"} and now.kind == "write" and fact.kind != "settled_stop":
        _ticket(tx, now, now.state, fact, held_due_ms)  # what a person ended, a person has seen
    if now.state in ENDS - {"delivered"} and now.operation == "case.submit":
        cases.close(tx.connection, now.case_id)


def _begin_following(tx: Transaction, now: Exchange, policy: Policy) -> None:
    """A case that they have is asked about by itself from now on, where they declare how often."""
    if now.state == "delivered" and policy.follow_ms:
        due_ms = tx.now_ms + policy.follow_ms
        followed.begin(tx.connection, Followed(now.case_id, now.platform, now.id, due_ms))


def _ticket(tx: Transaction, exchange: Exchange, kind: str, fact: Fact, held_due_ms: int) -> None:
    due_ms = fact.at_ms + held_due_ms
    cause = fact.cause or fact.kind
    cases.open_ticket(tx.connection, exchange.id, kind, cause=cause, at_ms=fact.at_ms, due_ms=due_ms)
