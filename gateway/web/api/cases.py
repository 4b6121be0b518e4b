"""POST /v1/cases, POST /v1/preflight, GET /v1/cases…: one application and its life."""

import asyncio
from functools import partial
from typing import Any

import orjson
from aiohttp import web

from gateway.boot import Gateway
from gateway.cases.parcels import parcels_of
from gateway.clock import china_day
from gateway.deadlines.reckon import reckon
from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.following import SUBMIT, known_of
from gateway.exchange.noticed import beside, noticed
from gateway.exchange.outcomes import ask_progress
from gateway.exchange.passing import full_today, left_today
from gateway.feed import Changed, changed, cursor_at
from gateway.store import cases, exchanges, followed, parcels
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.vault import Vault
from gateway.web.answers import GATEWAY, IDENTITY, PRIVATE, STAY, answer
from gateway.web.api.agreements import agreed_view
from gateway.web.edge.reading import (
    idempotency_key,
    identifier,
    moment,
    page_size,
    parameter,
    read_object,
    staff,
    wait_s,
)
from gateway.web.views.cases import case_view
from gateway.web.views.joint import joint_of
from gateway.web.views.outcome import outcome
from gateway.web.views.parcels import parcels_view

PROGRESS = "case.progress"
MOST_FOUND = 50


async def submit(request: web.Request) -> web.Response:
    """Admit a case, wait for its end, and tell the truth about it."""
    gateway = request.app[GATEWAY]
    bounds = gateway.settings.installation.bounds
    exchange, repeated = await gateway.exchanges.admit(
        await asked_for(request, SUBMIT, idempotency_key(request))
    )
    request[STAY].end_turn()  # what is waited for now is the other platform
    exchange = await gateway.exchanges.wait(exchange, wait_s(request, bounds.wait_s, bounds.longest_wait_s))
    return await outcome(gateway, exchange, repeated=repeated)


async def preflight(request: web.Request) -> web.Response:
    """Every check, and the message as it would be sent. Nothing is sent and nothing kept."""
    gateway = request.app[GATEWAY]
    asked = await asked_for(request, SUBMIT)
    prepared = await gateway.preparation.case(asked, "0" * 26, dry=True)
    left = await left_today(gateway.store, prepared.agreed, now_ms := gateway.clock_ms())
    if prepared.agreed and left == 0:
        raise full_today(prepared.agreed, now_ms)
    return answer(
        {
            "platform": prepared.route.name,
            "release": prepared.route.release,
            "operation": asked.operation,
            "item": dict(prepared.there),
            "message": prepared.message.document,
            "personal_fields": list(prepared.personal),
            "materials": prepared.materials,
            "agreement": agreed_view(prepared.agreed, left),
        },
        headers=PRIVATE,
    )


async def show(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    case = await own_case(request, identifier(request))
    return answer(await view_of(gateway, case))


async def look_up(request: web.Request) -> web.Response:
    """Cases by any number that anybody knows them by, or those that changed since a moment, page by page."""
    if "number" not in request.query and ("updated_after" in request.query or "cursor" in request.query):
        return await _changed(request)
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    number = parameter(request, "number", required=True)
    found = await gateway.store.read(lambda connection: _known_by(connection, number))
    ids = [case_id for case_id, caller in found if caller == identity.caller.caller]
    shown = [await view_of(gateway, await own_case(request, case_id)) for case_id in ids[:MOST_FOUND]]
    return answer({"cases": shown, "more": len(ids) > MOST_FOUND, "cursor": None})


async def _changed(request: web.Request) -> web.Response:
    """Each case once in a page, as it is now; one that changes again stands in a later page again."""
    gateway, caller = request.app[GATEWAY], request[IDENTITY].caller.caller
    origin, most = gateway.signer.name, page_size(request, MOST_FOUND, MOST_FOUND)
    since_ms, cursor = moment(request, "updated_after"), parameter(request, "cursor")

    def look(connection: Connection) -> Changed:
        behind = cursor or cursor_at(connection, since_ms, origin)
        return changed(connection, caller, behind, origin, most)

    found = await gateway.store.read(look)
    shown = [await view_of(gateway, await own_case(request, case_id)) for case_id in found.cases]
    return answer({"cases": shown, "more": found.more, "cursor": found.cursor})


async def progress(request: web.Request) -> web.Response:
    """Ask the other platform how the case stands, now; one that is not asked has told it by calls."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await own_case(request, identifier(request))
    writes = await gateway.store.read(lambda connection: exchanges.of_case(connection, case.id))
    submitted = next((each for each in writes if each.operation == SUBMIT), None)
    if submitted is None:
        raise Refusal("not_found")
    asked = Asked(PROGRESS, identity.caller, identity.key_id, {})
    request[STAY].end_turn()
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    told = await noticed(gateway.exchanges, known, actor=identity.key_id)
    try:
        exchange, document = await ask_progress(gateway.exchanges, asked, submitted)
        by, document = exchange.id, beside(document, told) if told and document else document
    except Refusal as refusal:
        if told is None or refusal.code != "operation_not_offered":
            raise
        by, document = told
    return answer({"case": case.id, "exchange": by, "progress": document}, headers=PRIVATE)


async def asked_for(request: web.Request, operation: str, key: str = "", about: str = "") -> Asked:
    """What the body of a request asks for. about: the case in its address, which is as much of it as its body."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    document, large = await read_object(request, gateway.settings.installation.bounds)
    digest = ""
    if key:
        digest_of = partial(_digest, gateway.papers.vault, [about, document] if about else document)
        digest = await asyncio.to_thread(digest_of) if large else digest_of()
    said, is_number = staff(document)
    actor = f"{identity.key_id}/{said if is_number else gateway.papers.vault.pseudonym(said)}"
    return Asked(operation, identity.caller, actor, document, key, digest, large=large)


def _digest(vault: Vault, document: Any) -> str:
    """Of what was asked under an Idempotency-Key, however it was written."""
    return vault.request(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))


def _known_by(connection: Connection, number: str) -> list[tuple[str, str]]:
    """(case id, caller) of all cases with that number; our ids of cases and exchanges are numbers, too."""
    if found := cases.by_number(connection, number):
        return found
    if exchange := exchanges.by_id(connection, number):
        return [(exchange.case_id, exchange.caller)]
    case = cases.by_id(connection, number)
    return [(case.id, case.caller)] if case else []


async def own_case(request: web.Request, case_id: str) -> Case:
    """Another caller's case is as unknown as one that does not exist."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await gateway.store.read(lambda connection: cases.by_id(connection, case_id))
    if case is None or case.caller != identity.caller.caller:
        raise Refusal("not_found")
    return case


async def view_of(gateway: Gateway, case: Case) -> dict[str, Any]:
    today, agreements = china_day(gateway.clock_ms()), gateway.settings.agreements

    def look(connection: Connection) -> dict[str, Any]:
        known = known_of(connection, case)
        reckoned = reckon(connection, known, agreements, today)
        numbers, asked = cases.numbers_of(connection, case.id), followed.of_case(connection, case.id)
        asked = [each for each in asked if gateway.routes.followed(each.platform)]
        shown = case_view(known, numbers, reckoned, today, asked)
        sent = parcels_view(parcels_of(parcels.of_case(connection, case.id)))
        return {**shown, "parcels": sent, "joint": joint_of(connection, case.id)}

    return await gateway.store.read(look)
