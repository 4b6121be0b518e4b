"""Recording by hand what becomes of a case (人工登记): through the same door as all that others tell of it.

The event goes to `exchange.following.follow`; why and until when is sealed with the papers of the case; an entry
says which account of which unit recorded it. All of it is one commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from audit.entries import Entry, china_time
from gateway import logs
from gateway.cases.life import APART_MS, Event, Life, told
from gateway.cases.states import ALONG, BESIDE, CLOSES, LEADS, OPENS, Kind
from gateway.desk.acts import is_step, moves, reason_fits
from gateway.desk.told import at
from gateway.exchange.entries import commitment
from gateway.exchange.following import follow, known_of, life_of
from gateway.exchange.papers import Papers
from gateway.exchange.recorded import PREFIX
from gateway.store import bodies, cases, desk, events
from gateway.store.desk import Work
from gateway.store.events import Told
from gateway.store.store import Store, Transaction

log = logs.get("desk")
Why = Literal[
    "other_unit",
    "in_the_future",
    "before_receipt",
    "not_now",
    "recorded",
    "nothing_to_undo",
    "over",
    "other_reason",
]


class NotRecorded(Exception):
    """What was to be recorded does not fit; nothing was changed.

    state: where the case stands.    possible: kinds that could be recorded now, where that is the reason.
    """

    def __init__(self, why: Why, state: str = "", possible: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.state = state
        self.possible = possible


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with an act. Everything of it may name people, so all of it is sealed.

    materials: {"name", "why"} of what must be corrected or is owed.    documents: as in canonical/result.
    """

    reason: str = ""
    words: str = field(default="", repr=False)
    due_on: str = ""
    materials: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    documents: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One act of one person. at_ms: when it happened, to the second; staff: an account or a staff number.

    undoes: an earlier record that this one corrects (更正), as `number` names it; empty: none.
    """

    kind: str
    at_ms: int
    staff: str
    unit: str
    said: Said = Said()
    undoes: str = ""

    @property
    def number(self) -> str:
        """By which it is known: nothing happens twice to a case in one second."""
        return f"{self.kind}@{self.at_ms // 1000 * 1000}"

    @property
    def event(self) -> Event:
        """As `cases.life` counts it; `source` is filled in by the platform."""
        return Event(cast(Kind, self.kind), self.at_ms // 1000 * 1000, "", undoes=self.undoes)


async def record(store: Store, papers: Papers, work: Work, what: Record) -> Life:
    """Record one act about a case on the list; the life of the case after it.

    Raises NotRecorded; Erased where the papers of the case are gone.
    """
    if work.unit not in ("", what.unit):
        raise NotRecorded("other_unit")
    if not reason_fits(what.kind, what.said.reason):
        raise NotRecorded("other_reason")
    key = await papers.key_of(work.exchange_id)
    tree = _tree(what)
    name = PREFIX + what.number
    sealed = {name: papers.vault.seal_tree(key, name, tree)}
    life = await store.write(_recording(work, what, sealed, commitment(tree, key, name)))
    log.info("desk.recorded", exchange=work.exchange_id, platform=work.platform, kind=what.kind)
    return life


def _tree(what: Record) -> dict[str, Any]:
    """As it is sealed; the names are those of canonical/result, the record by which it is known among them."""
    said = what.said
    tree = {
        "record": what.number, "corrects": what.undoes, "kind": what.kind, "at": at(what.at_ms),
        "reason": said.reason, "words": said.words, "due_on": said.due_on,
        "materials": [dict(each) for each in said.materials],
        "documents": [dict(each) for each in said.documents],
    }  # fmt: skip
    return {name: value for name, value in tree.items() if value}


def _recording(
    work: Work, what: Record, sealed: Mapping[str, bytes], committed: str
) -> Callable[[Transaction], Life]:
    def recording(tx: Transaction) -> Life:
        events.lock(tx.connection, work.case_id)
        case = cases.by_id(tx.connection, work.case_id)
        if case is None:
            raise NotRecorded("over")
        before = life_of(known_of(tx.connection, case))
        event = what.event._replace(source=work.platform)
        _check(before, event, case.received_ms, tx)
        if PREFIX + what.number in bodies.names(tx.connection, work.exchange_id):
            raise NotRecorded("recorded", before.state)
        after = before
        if is_step(what.kind):
            news = Told(
                what.kind, event.at_ms, work.platform, undoes=what.undoes, seen_ms=tx.now_ms,
                exchange_id=work.exchange_id, due_on=what.said.due_on,
            )  # fmt: skip
            after = follow(work.case_id, [news])(tx) or before
        bodies.add(tx.connection, work.exchange_id, sealed)
        tx.record(_entry(work, what, committed, tx.now_ms))
        if after.ended:
            desk.finish_case(tx.connection, work.case_id, tx.now_ms)
        elif before.ended:
            desk.resume_case(tx.connection, work.case_id)
        return after

    return recording


def _check(life: Life, event: Event, received_ms: int, tx: Transaction) -> None:
    """A person who records something impossible is told so at once; others' mistakes become findings."""
    if event.at_ms > tx.now_ms + APART_MS:
        raise NotRecorded("in_the_future")
    if event.at_ms < received_ms - APART_MS:
        raise NotRecorded("before_receipt")
    if event.undoes and (event.source, event.undoes) not in {each.key for each in life.events}:
        raise NotRecorded("nothing_to_undo", life.state)
    if event.kind in BESIDE and life.ended:
        raise NotRecorded("over", life.state)
    if not is_step(event.kind):
        return
    again = event.kind == life.state and not event.undoes
    if again or event.key in {each.key for each in life.events}:
        raise NotRecorded("recorded", life.state)
    if _misfits(life, event):
        raise NotRecorded("not_now", life.state, possible(life, event))


def possible(life: Life, event: Event) -> tuple[str, ...]:
    """The kinds that could be recorded in place of `event`."""
    others = (event._replace(kind=cast(Kind, kind), undoes="") for kind in ALONG)
    return tuple(other.kind for other in others if other.kind != life.state and not _misfits(life, other))


def _misfits(life: Life, event: Event) -> bool:
    """Whether it cannot follow, or would be told as a finding; a second correction arrives, and is taken.

    What happened last must follow from where the case stands: one desk has one clock, and leaves nothing open.
    """
    if not event.undoes and event.at_ms >= life.since_ms and not _follows(life, event.kind):
        return True
    found = {each for each in told(life, event).findings if each not in life.findings}
    return any(each.what != "second_correction" for each in found)


def _follows(life: Life, kind: str) -> bool:
    if kind in OPENS or not moves(kind):
        return not life.ended
    if kind in CLOSES:
        return CLOSES[kind] in life.duties
    return kind in LEADS[life.state] and (life.state, kind) != ("suspended", "accepted")  # that is: resumed


def _entry(work: Work, what: Record, committed: str, now_ms: int) -> Entry:
    """desk.recorded: which account of which unit recorded what; what it said stands as a commitment only."""
    facts = {
        "exchange": work.exchange_id, "case": work.case_id, "platform": work.platform, "unit": what.unit,
        "actor": what.staff, "event": what.kind, "happened_at": china_time(what.event.at_ms),
        "number": what.number, "undoes": what.undoes or None, "reason": what.said.reason or None,
        "due_on": what.said.due_on or None, "documents": len(what.said.documents) or None,
        "commitment": committed,
    }  # fmt: skip
    return Entry("desk.recorded", now_ms, facts)


async def seen(store: Store, work: Work, *, staff: str, unit: str) -> bool:
    """Somebody of the unit has read what the caller sent later (补正, 撤回); False if that was known.

    Raises NotRecorded: a case itself is seen to by recording something about it.
    """
    if work.unit not in ("", unit):
        raise NotRecorded("other_unit")
    if work.operation == "case.submit":
        raise NotRecorded("not_now")

    def seeing(tx: Transaction) -> bool:
        case = cases.by_id(tx.connection, work.case_id)
        new = desk.finish(tx.connection, work, tx.now_ms)
        if case is not None and not case.open:  # withdrawn: nothing of it is left to do
            desk.finish_case(tx.connection, work.case_id, tx.now_ms)
        if new:
            facts = {"exchange": work.exchange_id, "case": work.case_id, "platform": work.platform,
                     "operation": work.operation, "unit": unit, "actor": staff}  # fmt: skip
            tx.record(Entry("desk.seen", tx.now_ms, facts))
        return new

    return await store.write(seeing)
