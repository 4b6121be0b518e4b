"""POST /v1/cases/{id}/correction, /supplement, /withdrawal: what comes to a case later; …/preflight of each."""

from typing import Any

from aiohttp import web

from gateway.cases.later import CORRECT, SUPPLEMENT, WITHDRAW
from gateway.exchange import later
from gateway.web.answers import GATEWAY, PRIVATE, STAY, answer
from gateway.web.api.cases import asked_for, own_case
from gateway.web.edge.reading import idempotency_key, identifier, wait_s
from gateway.web.views.outcome import outcome


async def correct(request: web.Request) -> web.Response:
    return await _written(request, CORRECT)


async def supplement(request: web.Request) -> web.Response:
    return await _written(request, SUPPLEMENT)


async def withdraw(request: web.Request) -> web.Response:
    return await _written(request, WITHDRAW)


async def preflight_correction(request: web.Request) -> web.Response:
    return await _previewed(request, CORRECT)


async def preflight_supplement(request: web.Request) -> web.Response:
    return await _previewed(request, SUPPLEMENT)


async def preflight_withdrawal(request: web.Request) -> web.Response:
    return await _previewed(request, WITHDRAW)


async def _previewed(request: web.Request, operation: str) -> web.Response:
    """Every check, and the message as it would be sent now. Nothing is sent and nothing kept."""
    gateway, case_id = request.app[GATEWAY], identifier(request)
    asked = await asked_for(request, operation, about=case_id)
    case = await own_case(request, case_id)
    prepared = await later.preview(gateway.exchanges, asked, case)
    shown = {"case": case.id, "operation": operation, "taken_back": prepared is None}
    if prepared is None:
        unsent: dict[str, Any] = {"platform": None, "release": None, "message": None, "personal_fields": []}
        return answer({**shown, **unsent}, headers=PRIVATE)
    message = {
        "platform": prepared.route.name,
        "release": prepared.route.release,
        "message": prepared.message.document,
        "personal_fields": list(prepared.personal),
    }
    return answer({**shown, **message}, headers=PRIVATE)


async def _written(request: web.Request, operation: str) -> web.Response:
    """Admit it, wait for its end, and tell the truth about it: as of the case itself."""
    gateway, case_id = request.app[GATEWAY], identifier(request)
    bounds = gateway.settings.installation.bounds
    asked = await asked_for(request, operation, idempotency_key(request), case_id)
    case = await own_case(request, case_id)
    exchange, repeated = await later.write(gateway.exchanges, asked, case)
    request[STAY].end_turn()
    exchange = await gateway.exchanges.wait(exchange, wait_s(request, bounds.wait_s, bounds.longest_wait_s))
    return await outcome(gateway, exchange, repeated=repeated)
