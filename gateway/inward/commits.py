"""The one commit of a call in: everything that it tells, or nothing of it. It stands before the answer.

What it changes is locked first, in the order of store/locking.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from audit.entries import Entry, Fact
from gateway.cases.life import Event, Life
from gateway.cases.states import Kind
from gateway.errors import Refusal
from gateway.exchange import commits
from gateway.exchange.commits import Conclusion, conclude
from gateway.exchange.entries import numbered
from gateway.model import Exchange, Policy
from gateway.model import Fact as Known
from gateway.store import bodies, cases, exchanges
from gateway.store.events import Told
from gateway.store.locking import lock
from gateway.store.transaction import Transaction
from gateway.store.vault import DataKey, Vault


class Telling(NamedTuple):
    """What one record tells of a case: the work that keeps it, and the event in it, if there is one."""

    case_id: str
    work: Callable[[Transaction], Life | None]
    told: Told | None = None


class Landed(NamedTuple):
    """A write that a call proves to have arrived. theirs: their number, if the call names it."""

    exchange: Exchange
    policy: Policy
    theirs: str


@dataclass(frozen=True, slots=True)
class Taking:
    """A call that is taken, or one that is refused and recorded.

    caller, digest: by which the same call is known again.
    tellings: what each record tells; none where the call is refused.
    reply:   from the reasons of the records to the answer, which is kept: told again, it is given again.
    """

    exchange: Exchange
    digest: str
    key: DataKey = field(repr=False)
    vault: Vault = field(repr=False)
    sealed: Mapping[str, bytes] = field(repr=False)
    facts: Mapping[str, Fact]
    reply: Callable[[Sequence[str]], Mapping[str, Any]] = field(repr=False)
    reasons: Sequence[str] = ()
    tellings: Sequence[Telling] = ()
    landed: Sequence[Landed] = ()

    @property
    def caller(self) -> str:
        return known_as(self.exchange.platform)


class Taken(NamedTuple):
    """reply: the answer. moved: exchanges that ended by it."""

    reply: Mapping[str, Any]
    moved: Sequence[Exchange] = ()


class ToldBefore(Exception):
    """The same call was taken, or refused in the same way, before: `exchange_id` is that one."""

    def __init__(self, exchange_id: str) -> None:
        super().__init__("told before")
        self.exchange_id = exchange_id


class NotSo(Exception):
    """What a record tells cannot stand beside what is known of its case: `place` of the record, from 0, and why."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def known_as(platform: str) -> str:
    """Under which a platform's calls are remembered; no caller's name has a slash."""
    return f"platform/{platform}"


def take(taking: Taking) -> Callable[[Transaction], Taken]:
    """Raises ToldBefore, NotSo: nothing is kept."""

    def work(tx: Transaction) -> Taken:
        exchange, caller, connection = taking.exchange, taking.caller, tx.connection
        scope = scope_of(exchange)
        if not cases.claim_key(connection, caller, scope, taking.digest, taking.digest, exchange.id)():
            earlier = cases.consumed_key(connection, caller, scope, taking.digest)
            raise ToldBefore(earlier[0] if earlier else "")
        lock(
            connection, [each.exchange for each in taking.landed], [each.case_id for each in taking.tellings]
        )
        moved = [
            _landed(tx, each, exchange) for each in sorted(taking.landed, key=lambda one: one.exchange.id)
        ]
        reasons = _kept(tx, taking)
        reply = taking.reply(reasons)
        exchanges.admit(connection, exchange)
        bodies.add_key(connection, exchange.id, taking.key)
        answer = taking.vault.seal_tree(taking.key, "answer", reply)
        bodies.add(connection, exchange.id, {**taking.sealed, "answer": answer})
        tx.record(_entry(exchange, taking.facts, reasons))
        return Taken(reply, [each for each in moved if each is not None])

    return work


def scope_of(exchange: Exchange) -> str:
    """What is refused may be taken when it is told again; what is taken is not refused afterwards."""
    return f"in/{exchange.operation}" if exchange.state == "delivered" else f"in/{exchange.operation}/refused"


def _landed(tx: Transaction, landed: Landed, by: Exchange) -> Exchange | None:
    """That they have it, judged with everything else that is known of it; their number, if it is new."""
    row = exchanges.locked(tx.connection, landed.exchange.id, wait=True)
    if row is None:
        return None
    if row.state == "delivered":
        if landed.theirs and not row.theirs:
            now = commits.learned(tx, row, landed.theirs)
            if now is not row:
                tx.record(numbered(now, at_ms=tx.now_ms))
        return None
    if row.ended and _is_known(exchanges.facts_of(tx.connection, row.id)):
        return None
    fact = Known("landed", at_ms=tx.now_ms, attempt=row.attempt, cause="told", reference=landed.theirs)
    conclusion = Conclusion(
        row, fact, landed.policy, lambda now, _: not now.ended, release=by.release, actor=by.actor
    )
    now, _ = conclude(conclusion)(tx)
    return now if now.ended and not row.ended else None


def _is_known(history: Sequence[Known]) -> bool:
    """Whether somebody was told already that they have what was given up: one ticket says so."""
    return any(each.kind == "landed" and each.cause == "told" for each in history)


def _kept(tx: Transaction, taking: Taking) -> list[str]:
    """Everything that the records tell, case by case; why each is answered as it is."""
    reasons = list(taking.reasons)
    order = sorted(range(len(taking.tellings)), key=lambda place: (taking.tellings[place].case_id, place))
    for place in order:
        telling = taking.tellings[place]
        try:
            life = telling.work(tx)
        except Refusal as refusal:
            raise NotSo(place, refusal.code) from refusal
        if _is_idle(life, telling.told):
            reasons[place] = "no_effect"
    return reasons


def _is_idle(life: Life | None, told: Told | None) -> bool:
    """Whether it changed nothing: it goes back, contradicts an end, or is beyond what counts of one source."""
    if told is None or life is None:
        return False
    event = Event(cast(Kind, told.kind), told.at_ms, told.source, told.number, told.undoes)
    idle = {each.event.key for each in life.findings if each.what != "second_correction"}
    known = any((each.kind, each.source) == (told.kind, told.source) for each in life.steps)
    return event.key in idle or not (known or event.key in {each.key for each in life.events})


def _entry(exchange: Exchange, facts: Mapping[str, Fact], reasons: Sequence[str]) -> Entry:
    """exchange.inward: who called in for what, how it was answered; what it said is committed to."""
    said: dict[str, Fact] = {
        "exchange": exchange.id,
        "case": exchange.case_id or None,
        "platform": exchange.platform,
        "operation": exchange.operation,
        "actor": exchange.actor,
        "release": exchange.release,
        "state": exchange.state,
        "cause": exchange.cause or None,
        "records": len(reasons),
        "reasons": sorted(set(reasons)),
    }
    return Entry("exchange.inward", exchange.admitted_ms, {**said, **facts})
