"""What a platform has said with the steps that it told by calls (来函): words, materials, documents, last days.

It is sealed with the call that brought it, and read back here in the words of a progress answer: for platforms that
are not asked, and beside the answer of those that are, where it does not say why.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from audit.entries import Entry, china_time
from gateway.cases.life import Life
from gateway.cases.states import OPENS
from gateway.exchange.following import Known, event_of, life_of
from gateway.exchange.papers import Erased
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.story import Exchanges
from gateway.store import cases, exchanges
from gateway.store.connection import Connection
from gateway.store.events import Told
from mappings.canonical.schema import schema

NOTIFY = "case.notify"
_DEFS = schema("canonical/progress@1")["$defs"]
STATES, KINDS = frozenset(_DEFS["state"]["enum"]), frozenset(_DEFS["kind"]["enum"])
SAID = ("words", "correction", "supplement", "documents")
ASKS = {
    "correction_needed": "correction",
    "supplement_owed": "supplement",
}  # for materials, and where they stand


class Noticed(NamedTuple):
    """How a case stands by what was told of it (canonical/progress), and the call that said it last."""

    exchange_id: str
    progress: dict[str, Any]


async def noticed(story: Exchanges, known: Known, *, actor: str) -> Noticed | None:
    """None where no call has told anything of the case. Who reads it leaves an entry first."""
    life, case = life_of(known), known.case
    counting = {each.key for each in life.steps}
    told = [each for each in known.told if event_of(each).key in counting]

    brought = await story.around.store.read(
        lambda connection: [each for each in told if _is_call(connection, each.exchange_id)]
    )
    if not brought:
        return None
    newest = _newest(brought, life)
    said = await said_in_call(story, newest, known)
    entry = Entry(
        "notice.read", story.around.clock_ms(), {"case": case.id, "by": newest.exchange_id, "actor": actor}
    )
    await story.around.store.write(lambda tx: tx.record(entry))
    state = life.state if life.state in STATES else "handed_over"
    steps = [
        {"state": each.kind, "at": china_time(each.at_ms)} | ({"due_on": each.due_on} if each.due_on else {})
        for each in sorted(told, key=lambda one: one.at_ms)
        if each.kind in KINDS
    ]
    return Noticed(
        newest.exchange_id, {"state": state, "at": china_time(life.since_ms), "events": steps, **said}
    )


def beside(answer: Mapping[str, Any], told: Noticed) -> dict[str, Any]:
    """The answer of a platform with what its calls have said of the same state, where it says nothing of it."""
    if answer.get("state") != told.progress["state"]:
        return dict(answer)
    return {**{name: told.progress[name] for name in SAID if name in told.progress}, **answer}


def _is_call(connection: Connection, exchange_id: str) -> bool:
    found = exchanges.by_id(connection, exchange_id) if exchange_id else None
    return found is not None and (found.kind, found.operation) == ("inward", NOTIFY)


def _newest(brought: Sequence[Told], life: Life) -> Told:
    """The step that says what is to be done now: what is owed, or how it stands; else the last of all."""
    wanted = {kind for kind, duty in OPENS.items() if duty in life.duties} or {life.state}
    return max(brought, key=lambda each: (each.kind in wanted, each.at_ms))


async def said_in_call(story: Exchanges, told: Told, known: Known) -> dict[str, Any]:
    """What the record of the call that told this step said besides; nothing where it was no call, or is erased."""

    def look(connection: Connection) -> set[str] | None:
        if not _is_call(connection, told.exchange_id):
            return None
        return {each.number for each in cases.numbers_of(connection, known.case.id)}

    numbers = await story.around.store.read(look)
    if numbers is None:
        return {}
    numbers |= {number for each in known.exchanges for number in (each.id, each.ours, each.theirs) if number}
    try:
        came = await story.around.papers.tree(told.exchange_id, "came") or {}
    except Erased:
        return {}
    records: Sequence[Mapping[str, Any]] = came.get("documents", ())
    return _said(next((each for each in records if _is_of(each, told, numbers)), {}), told)


def _said(record: Mapping[str, Any], told: Told) -> dict[str, Any]:
    said: dict[str, Any] = {"words": record["words"]} if record.get("words") else {}
    if papers := record.get("documents"):
        said["documents"] = [{"kind": "other", **each} for each in papers]
    if (asks := ASKS.get(told.kind)) and (materials := record.get("materials")):
        due_on = {"due_on": told.due_on} if told.due_on else {}
        said[asks] = {**due_on, "materials": materials}
    return said


def _is_of(record: Mapping[str, Any], told: Told, numbers: set[str]) -> bool:
    """Whether this record of a call is the one by which that was told of this case."""
    same = (record.get("state"), epoch_ms(record["at"])) == (told.kind, told.at_ms)
    return same and bool({record.get("ours"), record.get("theirs")} & numbers)
