"""What people recorded at a desk (工作台), as it is sealed with the papers of the case."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gateway.exchange.noticed import ASKS
from gateway.exchange.papers import Erased, Papers
from gateway.store import bodies
from gateway.store.store import Store

PREFIX = "desk/"
_OF_STANDING = ("words", "documents", *ASKS.values())


async def recorded(store: Store, papers: Papers, exchange_id: str) -> list[dict[str, Any]]:
    """Everything that was recorded about a case and not taken back, in the order in which it happened.

    Empty once the papers are erased: what happened still stands in the events of the case.
    """
    names = await store.read(lambda connection: bodies.names(connection, exchange_id))
    wanted = [name for name in names if name.startswith(PREFIX)]
    try:
        found = [await papers.tree(exchange_id, name) for name in wanted]
    except Erased:
        return []
    undone = {each.get("corrects") for each in found}
    left = [each for each in found if each["record"] not in undone]
    return sorted(left, key=lambda each: (each["at"], each["record"]))


async def said_at_desk(
    store: Store, papers: Papers, exchange_id: str, wanted: Collection[str]
) -> dict[str, Any]:
    """What was recorded with these steps (of canonical/progress); empty for a case that is at no desk."""
    records = [each for each in await recorded(store, papers, exchange_id) if each["kind"] in wanted]
    said = said_in(records, wanted)
    return {name: said[name] for name in _OF_STANDING if said.get(name)}


def said_in(records: Iterable[Mapping[str, Any]], asked: Collection[str]) -> dict[str, Any]:
    """What the newest records say besides: why, until when, which documents; of those that ask, for what."""
    said: dict[str, Any] = {}
    documents: list[dict[str, Any]] = []
    for each in records:
        said |= {name: each[name] for name in ("reason", "words") if each.get(name)}
        said |= (
            {"due_on": each["due_on"]} if each.get("due_on") and each["kind"] != "correction_needed" else {}
        )
        documents += each.get("documents", ())
        if each["kind"] in ASKS and each["kind"] in asked:
            due_on = {"due_on": each["due_on"]} if each.get("due_on") else {}
            said[ASKS[each["kind"]]] = {**due_on, "materials": each["materials"]}
    return said | {"documents": [_document(each) for each in documents]}


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without its file, which is fetched by itself."""
    return {name: document[name] for name in ("kind", "number", "unit", "on") if document.get(name)}
