"""Commit 2 of an exchange: what came of it, in one transaction with its entry.

It is a `Work`: it may be run again from the start, and commits whole. Commit 1 (admitting.py) makes us responsible;
a claim (claims.py) permits a byte to leave.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.cases.later import WITHDRAW
from gateway.exchange import entries
from gateway.exchange.admitting import consume_key
from gateway.exchange.asked import Asked
from gateway.exchange.following import close_if_over, see_to_joint
from gateway.exchange.judge import judge
from gateway.model import ENDS, Decision, Exchange, Fact, Policy, State
from gateway.releases.routes import SUBMIT
from gateway.store import bodies, cases, events, exchanges, followed, joints, watched
from gateway.store.cases import Number
from gateway.store.connection import Connection, Found
from gateway.store.exchanges import History
from gateway.store.followed import Followed
from gateway.store.transaction import AsksFirst, Transaction
from gateway.store.vault import DataKey


class Moved(Exception):
    """The exchange is no longer as it was when the change was decided; nothing was changed."""


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


def conclude(conclusion: Conclusion) -> AsksFirst[tuple[Exchange, Decision]]:
    """Commit 2, and every other fact: judged over the whole history inside the transaction.

    If the fence does not hold, the claim was lost meanwhile: the fact is kept and judged all the same, as
    `exchange.late_reply`; it moves only what is still open and not being sent. Raises Moved, KeyConsumed.
    """
    exchange = conclusion.exchange

    def ask(tx: Transaction) -> Callable[[], tuple[Exchange, Decision]]:
        if conclusion.asked:
            consume_key(tx, conclusion.asked, exchange.id)
        part = _part_of(tx.connection, exchange)
        history = exchanges.asked_history_of(tx.connection, exchange, wait=conclusion.wait)
        return lambda: _concluded(tx, conclusion, history(), part)

    return AsksFirst(ask, frozenset({exchange.id, exchange.case_id or exchange.id}))


def _concluded(
    tx: Transaction, conclusion: Conclusion, history: History, part: Found
) -> tuple[Exchange, Decision]:
    connection, fact = tx.connection, conclusion.fact
    row, facts, behind = history
    was = row or conclusion.exchange
    fenced = row is not None and conclusion.fence(was, tx.now_ms)
    if conclusion.must_move and not fenced:
        raise Moved
    since_ms = exchanges.turn_ms(connection, was) or fact.at_ms
    decision = judge(
        (*facts, fact), conclusion.policy, exchange_id=was.id, admitted_ms=since_ms, now_ms=fact.at_ms
    )
    if conclusion.only and decision.state != conclusion.only:
        raise Moved
    if row is None:  # a read has one commit: its row is made here
        was = was._replace(attempt=fact.attempt)
        exchanges.admit(connection, was)
    exchanges.add_fact(
        connection,
        was.id,
        len(facts) + 1,
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
            _let_others_go(tx, now, conclusion, behind)
            see_to_joint(tx, now.case_id, part)
    now = _learned(tx, now, decision.reference)
    if now.ended or now.state == "held":
        tx.tell(now.id)
    return now, decision


def _part_of(connection: Connection, exchange: Exchange) -> Found:
    """Which joint case it belongs to; asked first, as all that is known before the row leaves together with it."""
    return joints.asked_of_case(connection, exchange.case_id) if exchange.kind == "write" else list


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
    now = exchanges.move(
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
        close_if_over(tx, now.case_id)


def _let_others_go(
    tx: Transaction, now: Exchange, conclusion: Conclusion, behind: Sequence[Exchange]
) -> None:
    """What waits behind it in its case looks again now; behind a submit that they have not, it ends here."""
    if now.operation != SUBMIT or now.state == "delivered":
        if behind:
            exchanges.wake(tx.connection, now, tx.now_ms)
        return
    fact = Fact("withdraw_asked", at_ms=conclusion.fact.at_ms, cause="case_not_there")
    for each in behind:
        conclude(Conclusion(each, fact, conclusion.policy, lambda row, _: not row.ended))(tx)


def _begin_following(tx: Transaction, now: Exchange, policy: Policy) -> None:
    """A case that they have is asked about by itself from now on, where they declare how often; its clocks run."""
    if now.state == "delivered" and now.kind == "write" and now.case_id:
        events.lock(tx.connection, now.case_id)  # before its rows: whoever else changes them locks it first
        watched.look(tx.connection, now.case_id, tx.now_ms)
    if now.state == "delivered" and policy.follow_ms:
        due_ms = tx.now_ms + policy.follow_ms
        followed.begin(tx.connection, Followed(now.case_id, now.platform, now.id, due_ms))


def _ticket(tx: Transaction, exchange: Exchange, kind: str, fact: Fact, held_due_ms: int) -> None:
    due_ms = fact.at_ms + held_due_ms
    cause = fact.cause or fact.kind
    cases.open_ticket(tx.connection, exchange.id, kind, cause=cause, at_ms=fact.at_ms, due_ms=due_ms)
