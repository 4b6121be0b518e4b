"""What comes to a case later (补正, 容缺后补, 撤回): the same way through as its submit, behind it.

A submit that has not left is taken back here instead of being withdrawn over there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from gateway.cases.later import CORRECT, PARCEL, SUPPLEMENT, WITHDRAW, why_not
from gateway.errors import Refusal
from gateway.exchange.admission import owed_of
from gateway.exchange.admitting import KeyConsumed
from gateway.exchange.asked import Asked, Earlier, Prepared
from gateway.exchange.brought import brought
from gateway.exchange.commits import Moved
from gateway.exchange.contents import apart
from gateway.exchange.following import SUBMIT, known_of, life_of
from gateway.exchange.judge import unresolved
from gateway.exchange.prepare import (
    Document,
    Translated,
    case_question,
    checked,
    personal_fields,
    require_sendable,
    translate,
)
from gateway.exchange.story import Exchanges
from gateway.model import Exchange, Fact
from gateway.releases.routes import Route
from gateway.store import exchanges
from gateway.store.cases import Case
from gateway.store.connection import Connection
from mappings import canonical
from mappings.china_time import CHINA

UNSENT = frozenset({"waiting", "deferred"})
NOBODYS = "0" * 26  # the id of an exchange that there will not be
AGAIN_S = 30  # when to come back for a number that their platform has still to tell
_OF_CASE = canonical.schema("canonical/case@1")["properties"].keys() - {"materials"}


async def write(story: Exchanges, asked: Asked, case: Case) -> tuple[Exchange, bool]:
    """Take responsibility for what comes to a case of this caller. (the exchange, whether it is a repeat).

    Of a withdrawal it may be the submit itself, which ended here. Raises Refusal; Erased.
    """
    known = await story.repeated(asked)
    if known is not None:
        return known, True
    faults = await checked(asked, story.around.clock_ms())
    submitted = await _submitted(story, case)
    if asked.operation == WITHDRAW and submitted.state in UNSENT and not faults:
        try:
            return await _taken_back(story, asked, submitted), False
        except KeyConsumed as earlier:
            return await story.replay(earlier.exchange_id, earlier.digest, asked), True
        except Moved:  # it is leaving, or a byte of it may be out: they are to be told
            submitted = await story.look_up(submitted.id)
    try:
        return await story.take(asked, partial(_prepared, story, asked, case, submitted, faults))
    except Refusal:  # the same, asked for at this moment too, may stand in its own way
        known = await story.repeated(asked)
        if known is None:
            raise
        return known, True


async def preview(story: Exchanges, asked: Asked, case: Case) -> Prepared | None:
    """What `write` would send now, after every check; None for a submit that would be taken back here.

    Nothing is sent and nothing kept. Raises Refusal; Erased.
    """
    faults = await checked(asked, story.around.clock_ms())
    submitted = await _submitted(story, case)
    if asked.operation == WITHDRAW and submitted.state in UNSENT and not faults:
        facts = await story.around.store.read(lambda connection: exchanges.facts_of(connection, submitted.id))
        route = await story.around.shelf.route_of(submitted)
        if unresolved(facts, route.policy) is None:  # else they may have it, and are told
            return None
    return await _prepared(story, asked, case, submitted, faults, NOBODYS)


async def _submitted(story: Exchanges, case: Case) -> Exchange:
    writes = await story.around.store.read(lambda connection: exchanges.of_case(connection, case.id))
    submitted = next((each for each in writes if each.operation == SUBMIT), None)
    if submitted is None:
        raise Refusal("not_found")
    return submitted


async def _taken_back(story: Exchanges, asked: Asked, submitted: Exchange) -> Exchange:
    """The submit, withdrawn here, in one commit with the key. Raises KeyConsumed; Moved if it may be over there."""
    note = await story.around.papers.note(submitted, actor=asked.actor, reason=asked.document["reason"])
    fact = Fact("withdraw_asked", at_ms=story.around.clock_ms(), cause="withdraw_asked")
    return await story.conclude(
        submitted, fact, lambda now, _: now.state in UNSENT, actor=asked.actor, must_move=True, sealed=note,
        asked=asked, only="withdrawn",
    )  # fmt: skip


async def _prepared(
    story: Exchanges, asked: Asked, case: Case, submitted: Exchange, faults: Sequence[Any], exchange_id: str
) -> Prepared:
    """Steps 1 to 4 of a later write. Raises Refusal."""
    around = story.around
    of_case = await around.papers.tree(submitted.id, "document")
    route = _route(story, asked, submitted)
    unasked = bool(route.declared.unasked) or (asked.operation == SUPPLEMENT and bool(owed_of(of_case)))
    guard = partial(_require, case, asked.operation, unasked=unasked)
    await around.store.read(guard)
    document, contents = await apart(asked)
    leaves = asked.operation == SUPPLEMENT and await _leaves(story, asked, case, of_case)
    found, unusable = await brought(document, asked.caller.caller, around.papers.uploads)
    document |= _added(of_case, submitted, exchange_id, around.clock_ms())
    document["by"] = _by(document["by"], of_case["receiving"])
    translated = translate(route, document, exchange_id)
    if not submitted.theirs and _lacks_their_number(translated):  # also where a call proved that it landed
        raise Refusal("case_unconfirmed", retry_after_s=AGAIN_S, exchange=submitted.id)
    require_sendable(route, document, contents, translated, [*faults, *unusable])
    return Prepared(
        route, document, translated.message, translated.encoded, contents,
        personal_fields(route, document, asked, translated), uploads=found,
        earlier=Earlier(submitted, guard, leaves),
    )  # fmt: skip


async def _leaves(story: Exchanges, asked: Asked, case: Case, of_case: Document) -> bool:
    """Whether something that the case owes comes neither with this nor came with what they have."""
    owed = owed_of(of_case) - _brings(asked.document)
    if not owed:
        return False
    writes = await story.around.store.read(lambda connection: exchanges.of_case(connection, case.id))
    for each in writes:
        if each.kind == "write" and each.operation in (CORRECT, SUPPLEMENT) and each.state == "delivered":
            owed -= _brings(await story.around.papers.tree(each.id, "document"))
    return bool(owed)


def _brings(document: Document) -> set[str]:
    return {str(each["code"]) for each in document.get("materials", ())} - owed_of(document)


def _route(story: Exchanges, asked: Asked, submitted: Exchange) -> Route:
    """How the platform that has the case takes it now. Raises Refusal, which says whom to turn to instead."""
    try:
        return story.around.routes.active_route(submitted.platform, asked.operation)
    except Refusal as refusal:
        number = submitted.theirs or submitted.ours
        facts: dict[str, Any] = {**refusal.facts, "unit": submitted.unit, "number": number}
        raise Refusal(refusal.code, **facts) from refusal


def _require(case: Case, operation: str, connection: Connection, *, unasked: bool) -> None:
    """The guard of a later write, over all that is known of the case. Raises Refusal."""
    known = known_of(connection, case)
    life = life_of(known)
    if why := why_not(life, operation, unasked=unasked):
        raise Refusal(why, state=life.state)
    if operation == PARCEL:  # each is an event by itself, and they keep their order
        return
    same = (each for each in known.exchanges if each.operation == operation and each.kind == "write")
    if other := next((each for each in same if not each.ended), None):
        raise Refusal("write_open", operation=operation, exchange=other.id)


def _added(of_case: Document, submitted: Exchange, exchange_id: str, now_ms: int) -> Document:
    """What the gateway adds: numbers and places as to a question, and the case as it was submitted."""
    added = case_question(of_case, submitted.theirs) | {
        "exchange": exchange_id,
        "admitted_at": datetime.fromtimestamp(now_ms / 1000, CHINA).isoformat(timespec="seconds"),
        "case": {name: of_case[name] for name in of_case.keys() & _OF_CASE},
    }
    if "agreement" in of_case:
        added["agreement"] = of_case["agreement"]
    return {name: value for name, value in added.items() if value != ""}  # no number of theirs is none


def _by(by: Document, receiving: Mapping[str, Any]) -> Document:
    """Who took it in: the unit that received the case, if none is named."""
    named = {name: receiving[name] for name in ("unit", "unit_name") if name in receiving}
    return by if "unit" in by else {**named, **by}


def _lacks_their_number(translated: Translated) -> bool:
    return any(each.facts.get("source") == "numbers_theirs" for each in translated.problems)
