"""POST /v1/visits and /v1/visits/redemption: people who go on at the other place's site (全程网办)."""

from aiohttp import web

from gateway.errors import Refusal
from gateway.exchange import visits
from gateway.exchange.visits import VISIT
from gateway.web.answers import GATEWAY, PRIVATE, answer
from gateway.web.api.cases import asked_for
from gateway.web.views import china


async def issue(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    issued = await visits.issue(
        gateway.exchanges, await asked_for(request, VISIT), gateway.settings.platforms
    )
    visit = issued.visit
    shown = {
        "visit": visit.id, "platform": visit.platform, "address": issued.address,
        "expires_at": china(visit.expires_ms), "case": visit.case_id or None,
    }  # fmt: skip
    return answer(shown, status=201, headers=PRIVATE)


async def redeem(request: web.Request) -> web.Response:
    """For the back end of a site. What it is told stands in no address and in no log."""
    gateway, asked = request.app[GATEWAY], await asked_for(request, "visit.redeem")
    ticket = asked.document.get("ticket")
    if not isinstance(ticket, str):
        raise Refusal("bad_parameter", name="ticket")
    found = await visits.redeem(gateway.exchanges, ticket, asked, gateway.settings.platforms)
    shown = {"case": found.case_id, "number": found.ours, "document": dict(found.document)}
    return answer(shown, headers=PRIVATE)
