"""Following a case (办件跟踪): where it stands, from its own exchanges and from what its platform tells of it.

What this gateway did itself stands in its exchanges and is never written down twice; what others tell is kept
in the order in which it became known, each change of the case with its entry.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from audit.entries import Entry
from gateway.cases.later import BRINGS
from gateway.cases.life import APART_MS, Event, Life, begun, told
from gateway.cases.states import DECISIONS, ENDS, Kind
from gateway.exchange import entries
from gateway.exchange.asked import Asked
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.reads import ask
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.store import cases, events, exchanges, watched
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.store import Transaction

SUBMIT = "case.submit"
AHEAD = "in_the_future"
_BY_US: Mapping[str, Kind] = {"delivered": "handed_over", "refused": "returned", "withdrawn": "withdrawn"}


class Known(NamedTuple):
    """A case with all that is known of it."""

    case: Case
    exchanges: Sequence[Exchange]
    told: Sequence[Told]


def known_of(connection: Connection, case: Case) -> Known:
    return Known(case, exchanges.of_case(connection, case.id), events.of_case(connection, case.id))


async def ask_progress(
    story: Exchanges, asked: Asked, submitted: Exchange
) -> tuple[Exchange, dict[str, Any]]:
    """Ask the platform how a case stands, and keep what it tells. (the exchange, the answer in canonical words).

    Raises what `reads.ask` raises.
    """
    exchange, document = await ask(story, asked, submitted)
    if document:
        await story.around.store.write(follow(submitted.case_id, answered(document, exchange)))
    return exchange, document


def life_of(known: Known) -> Life:
    """Where the case stands. Arrival counts only for ends: one that was told before is not left for another."""
    case = known.case
    life = begun(Event("received", case.received_ms, case.caller))
    arrived = [
        (each.ended_ms, Event(kind, each.ended_ms, "tongban", each.id))
        for each in known.exchanges
        if each.kind == "write" and (kind := _by_us(each))
    ]
    arrived += [(each.seen_ms, _event(each)) for each in known.told if not each.cause]
    for _, event in sorted(arrived, key=lambda each: each[0]):
        life = told(life, event)
    return life


def _by_us(exchange: Exchange) -> Kind | None:
    """What a write that has ended is in the life of its case; None if it is nothing."""
    if exchange.operation == SUBMIT:
        return _BY_US.get(exchange.state)
    return BRINGS.get(exchange.operation) if exchange.state == "delivered" else None


def answered(document: Mapping[str, Any], exchange: Exchange) -> list[Told]:
    """What a progress answer (canonical/progress) tells: its steps, and the state that it ends in.

    A step without a state is one of theirs that means nothing here; a state without a time is of when it was told.
    """
    source, seen_ms = exchange.platform, exchange.changed_ms
    steps = [each for each in document.get("events", ()) if each.get("state")]
    found = [
        Told(each["state"], epoch_ms(each["at"]), source, seen_ms=seen_ms, exchange_id=exchange.id)
        for each in steps
    ]
    state, at = document["state"], document.get("at")
    if at or state not in {each["state"] for each in steps}:
        number = "" if at else f"state/{state}"
        at_ms = epoch_ms(at) if at else seen_ms
        found.append(Told(state, at_ms, source, number, seen_ms=seen_ms, exchange_id=exchange.id))
    return [*_with_days(document, found), *_promise(document, exchange)]


def _with_days(document: Mapping[str, Any], found: Sequence[Told]) -> list[Told]:
    """The last day of a correction stands with the step that asks for it."""
    due_on = document.get("correction", {}).get("due_on", "")
    return [each._replace(due_on=due_on) if each.kind == "correction_needed" else each for each in found]


def _promise(document: Mapping[str, Any], exchange: Exchange) -> list[Told]:
    """The last day that they promise (承诺办结日期); told once, whatever the state it is told with."""
    due_on, source, seen_ms = document.get("due_on", ""), exchange.platform, exchange.changed_ms
    if not due_on or document["state"] in DECISIONS | ENDS:
        return []
    number = f"promised/{due_on}"
    return [
        Told("promised", seen_ms, source, number, seen_ms=seen_ms, exchange_id=exchange.id, due_on=due_on)
    ]


def follow(case_id: str, news: Sequence[Told]) -> Callable[[Transaction], Life | None]:
    """Keep what is new of it, each with its entry; a case that has come to its end is no longer open.

    The life after it; None if there is no such case. Told again it changes nothing, but for what did not count
    because it was in the future, and is so no longer.
    """

    def work(tx: Transaction) -> Life | None:
        events.lock(tx.connection, case_id)
        case = cases.by_id(tx.connection, case_id)
        if case is None:
            return None
        known = known_of(tx.connection, case)
        life, added = life_of(known), list[Told]()
        keys = {(_event(each).key, each.cause) for each in known.told}
        for each in news:
            event, ahead = _event(each), is_ahead(each, tx.now_ms)
            said = (event.key, AHEAD if ahead else "")
            if said in keys or event.key in {known_event.key for known_event in life.events}:
                continue
            keys.add(said)
            added.append(each._replace(cause=AHEAD) if ahead else each)
            life = life if ahead else told(life, event)
            tx.record(_entry(case, added[-1], life))
        events.add(tx.connection, case_id, len(known.told), added)
        if added:
            watched.look(tx.connection, case_id, tx.now_ms)
        if life.ended and case.open:
            cases.close(tx.connection, case_id)
        return life

    return work


def is_ahead(each: Told, now_ms: int) -> bool:
    """Whether it is said to happen later than clocks can differ: then it does not count yet."""
    return each.at_ms > now_ms + APART_MS


def _event(each: Told) -> Event:
    return Event(cast(Kind, each.kind), each.at_ms, each.source, each.number, each.undoes)


def _entry(case: Case, each: Told, life: Life) -> Entry:
    """case.EVENT, or case.ignored for what does not count: what was told by whom, and where the case stands now."""
    finding = next((found.what for found in life.findings if found.event == _event(each)), None)
    return entries.told(case.id, each, finding=finding, state=life.state)
