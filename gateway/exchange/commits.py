"""The transactions of an exchange. Each is a `Work`: it may be run again from the start, and commits whole.

commit 1 makes us responsible; a claim (claims.py) permits a byte to leave; commit 2 says what came of it. Every
change of state stands in one transaction with its entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.agreements import Agreed
from gateway.cases.later import WITHDRAW
from gateway.clock import china_day
from gateway.exchange import entries
from gateway.exchange.asked import Asked, Earlier, Prepared
from gateway.exchange.judge import judge
from gateway.model import ENDS, Decision, Exchange, Fact, Policy, State
from gateway.routes import SUBMIT
from gateway.store import bodies, cases, events, exchanges, followed, passages, uploads, watched
from gateway.store.cases import Case, Number
from gateway.store.events import Told
from gateway.store.followed import Followed
from gateway.store.store import Transaction
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


class Moved(Exception):
    """The exchange is no longer as it was when the change was decided; nothing was changed."""


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
    told: Sequence[Told] = ()  # what the caller itself says of the new case
    insist: bool = False
    lease_ms: int = 0  # how long the first attempt may take, if it is made at once


def admit(admission: Admission) -> Callable[[Transaction], Exchange]:
    """Commit 1. From here we are responsible; a failure before it means that nothing was promised.

    Raises KeyConsumed, CaseOpen, BatchFull, UploadGone; what the guard of a later write raises.
    """

    def work(tx: Transaction) -> Exchange:
        connection, exchange = tx.connection, admission.exchange
        if exchange.state == "sending":
            exchange = exchange._replace(due_ms=tx.now_ms + admission.lease_ms)
        _consume_key(tx, admission.asked, exchange.id)
        if admission.case:
            _begin_case(tx, admission, admission.case)
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
        for each in admission.told:
            tx.record(entries.told(exchange.case_id, each, finding=None, state="received"))
        return exchange

    return work


def _consume_key(tx: Transaction, asked: Asked, exchange_id: str) -> None:
    caller = asked.caller.caller
    if not cases.claim_key(tx.connection, caller, asked.operation, asked.key, asked.digest, exchange_id):
        earlier = cases.consumed_key(tx.connection, caller, asked.operation, asked.key)
        raise KeyConsumed(*(earlier or ("", "")))


def _begin_case(tx: Transaction, admission: Admission, case: Case) -> None:
    other = None if admission.insist else cases.same_open(tx.connection, case)
    if other:
        raise CaseOpen(*other)
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
    asked: Asked | None = None  # the caller's own word: its key is consumed here
    only: State | None = None  # Moved is raised if this is not what follows


def conclude(conclusion: Conclusion) -> Callable[[Transaction], tuple[Exchange, Decision]]:
    """Commit 2, and every other fact: judged over the whole history inside the transaction.

    If the fence does not hold, the claim was lost meanwhile: the fact is kept and judged all the same, as
    `exchange.late_reply`; it moves only what is still open and not being sent. Raises Moved, KeyConsumed.
    """

    def work(tx: Transaction) -> tuple[Exchange, Decision]:
        connection, fact = tx.connection, conclusion.fact
        if conclusion.asked:
            _consume_key(tx, conclusion.asked, conclusion.exchange.id)
        row = exchanges.locked(connection, conclusion.exchange.id, wait=conclusion.wait)
        was = row or conclusion.exchange
        fenced = row is not None and conclusion.fence(was, tx.now_ms)
        if conclusion.must_move and not fenced:
            raise Moved
        history = (*exchanges.facts_of(connection, was.id), fact)
        since_ms = exchanges.turn_ms(connection, was) or fact.at_ms
        decision = judge(
            history, conclusion.policy, exchange_id=was.id, admitted_ms=since_ms, now_ms=fact.at_ms
        )
        if conclusion.only and decision.state != conclusion.only:
            raise Moved
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
        now = _move(tx, was, decision, conclusion, late=late)
        record = partial(
            entries.concluded, now, fact, decision, actor=conclusion.actor, evidence=conclusion.evidence
        )
        if late:
            tx.record(record(late=True))
        if now is not was:
            tx.record(record(late=False))
            _begin_following(tx, now, conclusion.policy)
            if now.ended and not was.ended and now.kind == "write":
                _let_others_go(tx, now, conclusion)
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
    tx: Transaction, was: Exchange, decision: Decision, conclusion: Conclusion, *, late: bool
) -> Exchange:
    """Write what follows. A late fact moves nothing that has ended or that another attempt is sending."""
    fact, held_due_ms = conclusion.fact, conclusion.held_due_ms
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
        kind = now.operation.rpartition(".")[2] if now.place > 1 else "case"
        cases.add_numbers(tx.connection, now.case_id, now.id, [Number(now.platform, kind, now.theirs)])
    if was.state == "held" and now.state != "held":
        cases.close_tickets(tx.connection, now.id, fact.at_ms)
    if now.state in {"held", "abandoned"} and now.kind == "write" and fact.kind != "settled_stop":
        _ticket(tx, now, now.state, fact, held_due_ms)  # what a person ended, a person has seen
    if now.operation == (WITHDRAW if now.state == "delivered" else SUBMIT) and now.state in ENDS:
        cases.close(tx.connection, now.case_id)


def _let_others_go(tx: Transaction, now: Exchange, conclusion: Conclusion) -> None:
    """What waits behind it in its case looks again now; behind a submit that they have not, it ends here."""
    if now.operation != SUBMIT or now.state == "delivered":
        exchanges.wake(tx.connection, now, tx.now_ms)
        return
    fact = Fact("withdraw_asked", at_ms=conclusion.fact.at_ms, cause="case_not_there")
    for each in exchanges.waiting_behind(tx.connection, now):
        conclude(Conclusion(each, fact, conclusion.policy, lambda row, _: not row.ended))(tx)


def _begin_following(tx: Transaction, now: Exchange, policy: Policy) -> None:
    """A case that they have is asked about by itself from now on, where they declare how often; its clocks run."""
    if now.state == "delivered" and now.kind == "write" and now.case_id:
        watched.look(tx.connection, now.case_id, tx.now_ms)
    if now.state == "delivered" and policy.follow_ms:
        due_ms = tx.now_ms + policy.follow_ms
        followed.begin(tx.connection, Followed(now.case_id, now.platform, now.id, due_ms))


def _ticket(tx: Transaction, exchange: Exchange, kind: str, fact: Fact, held_due_ms: int) -> None:
    due_ms = fact.at_ms + held_due_ms
    cause = fact.cause or fact.kind
    cases.open_ticket(tx.connection, exchange.id, kind, cause=cause, at_ms=fact.at_ms, due_ms=due_ms)
