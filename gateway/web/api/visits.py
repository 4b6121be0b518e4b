"""POST /v1/visits and /v1/visits/redemption: people who go on at the other place's site (全程网办)."""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from gateway.errors import Refusal
from gateway.exchange import redeeming, visits
from gateway.exchange.visits import VISIT
from gateway.inward.visiting import tellable
from gateway.web.answers import GATEWAY, PRIVATE, answer
from gateway.web.api.cases import asked_for
from gateway.web.views.cases import china

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


async def issue(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    sites = gateway.settings.platforms
    asked = await asked_for(request, VISIT)
    issued = await visits.issue(gateway.exchanges, asked, sites, tellable(gateway.channels, sites))
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
    by = visits.by_caller(asked, gateway.settings.platforms, _reference(asked.document))
    found = await redeeming.redeem(gateway.exchanges, ticket, by)
    shown = {"case": found.case_id, "number": found.ours, "document": dict(found.document)}
    return answer(shown | ({"reference": found.theirs} if by.reference else {}), headers=PRIVATE)


def _reference(document: Mapping[str, Any]) -> str:
    """By which id another gateway will know the case; empty where none is given. Raises Refusal bad_parameter."""
    reference = document.get("reference", "")
    if reference and not (isinstance(reference, str) and _ID.fullmatch(reference)):
        raise Refusal("bad_parameter", name="reference")
    return str(reference)
