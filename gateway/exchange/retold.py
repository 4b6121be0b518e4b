"""What is known of a case, told on (转告) to another gateway: where it stands, its steps, what was said with them.

Nobody is asked for it: platforms told it by calls and in answers, people recorded it at a desk; it is kept here.
Of an ending only what a call said with the step: a result passes by itself, with its reason, words and documents.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from audit.entries import Entry, china_time
from gateway.cases.life import Life
from gateway.cases.parcels import Parcel, parcels_of
from gateway.cases.reasons import ENDINGS
from gateway.cases.states import OPENS
from gateway.errors import Refusal
from gateway.exchange.following import SUBMIT, Known, event_of, life_of
from gateway.exchange.noticed import KINDS, SAID, STATES, said_in_call
from gateway.exchange.papers import Erased
from gateway.exchange.recorded import said_at_desk
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.releases.routes import PROGRESS
from gateway.store import cases, parcels
from gateway.store.cases import Number
from gateway.store.connection import Connection
from gateway.store.events import Told


class Said(NamedTuple):
    """What was said of how a case stands now (of canonical/progress), and the exchange that brought it."""

    by: str
    document: Mapping[str, Any]


def wanted_of(life: Life) -> set[str]:
    """The steps that say how it stands: the one that led there, and those by which something is owed."""
    return {kind for kind, duty in OPENS.items() if duty in life.duties} | {life.state}


async def said_now(story: Exchanges, known: Known) -> Said | None:
    """What calls, answers and people at a desk have said with those steps, the newest of each; None: nothing."""
    life = life_of(known)
    wanted, counting = wanted_of(life), {each.key for each in life.steps}
    told = (each for each in known.told if each.kind in wanted and event_of(each).key in counting)
    newest = {each.kind: each for each in sorted(told, key=lambda one: one.at_ms)}
    found, by = await _at_desk(story, known, wanted - ENDINGS), ""
    for each in newest.values():
        if said := await said_in_call(story, each, known) or await _answered(story, each, known):
            found |= said
            by = each.exchange_id
    return Said(by or _submitted(known).id, found) if found else None


def _submitted(known: Known) -> Exchange:
    """The write by which the deciding place has it; every case begins with one."""
    return next(each for each in known.exchanges if (each.operation, each.kind) == (SUBMIT, "write"))


async def _at_desk(story: Exchanges, known: Known, wanted: set[str]) -> dict[str, Any]:
    return await said_at_desk(story.around.store, story.around.papers, _submitted(known).id, wanted)


async def _answered(story: Exchanges, told: Told, known: Known) -> dict[str, Any]:
    """What the newest answer to our questions says of the step; nothing once it is erased, nor of an ending."""
    answers = [
        each
        for each in known.exchanges
        if (each.kind, each.operation, each.state, each.platform)
        == ("read", PROGRESS, "delivered", told.source)
    ]
    if not answers or told.kind in ENDINGS:
        return {}
    try:
        document = await _read(story, max(answers, key=lambda each: each.changed_ms))
    except (Erased, Refusal):
        return {}
    whole = SAID if document.get("state") == told.kind else ("supplement",)
    return {name: document[name] for name in whole if document.get(name)}


async def _read(story: Exchanges, exchange: Exchange) -> dict[str, Any]:
    return await story.around.papers.answer_of(exchange, await story.around.shelf.route_of(exchange))


async def retell(story: Exchanges, known: Known, *, actor: str) -> dict[str, Any]:
    """How a case stands, as a progress answer (canonical/progress@1). Who is told of it leaves an entry first."""
    said, case = await said_now(story, known), known.case
    if said:
        facts = {"case": case.id, "by": said.by, "actor": actor}
        read = Entry("notice.read", story.around.clock_ms(), facts)
        await story.around.store.write(lambda tx: tx.record(read))

    def look(connection: Connection) -> dict[str, Any]:
        sent = parcels_of(parcels.of_case(connection, case.id))
        return retold(known, cases.numbers_of(connection, case.id), sent, said.document if said else {})

    return await story.around.store.read(look)


def retold(
    known: Known, numbers: Sequence[Number], sent: Sequence[Parcel], said: Mapping[str, Any]
) -> dict[str, Any]:
    """As a progress answer (canonical/progress@1)."""
    life = life_of(known)
    told = {event_of(each).key: each for each in known.told if not each.cause}
    steps = (each for each in life.steps if each.kind in KINDS)
    return {
        "state": life.state if life.state in STATES else "handed_over",
        "at": china_time(life.since_ms),
        "reference": known.case.id,
        "numbers": [{"owner": each.owner, "kind": each.kind, "number": each.number} for each in numbers],
        "events": [
            _present(
                state=each.kind, at=china_time(each.at_ms), record=each.number, corrects=each.undoes,
                due_on=one.due_on if (one := told.get(each.key)) else "", ground=one.reason if one else "",
            )
            for each in steps
        ],
        "parcels": [_parcel(each) for each in sent],
        **said,
    }  # fmt: skip


def _parcel(each: Parcel) -> dict[str, Any]:
    contents = [{"code": one.code, "form": one.form, "count": one.copies} for one in each.contents]
    events = [{"event": one.kind, "at": china_time(one.at_ms)} for one in each.told]
    told = _present(carrier=each.carrier, number=each.number, direction=each.direction, contents=contents)
    return {**told, "events": events}


def _present(**named: Any) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value}
