"""GET /v1/agreements: what may pass between which places, since when, and how many more today."""

from typing import Any

from aiohttp import web

from gateway.exchange.passing import left_today
from gateway.settings.agreements import Agreed, Agreement
from gateway.web.answers import GATEWAY, answer
from gateway.web.edge.reading import place


async def agreements(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    here, there = place(request, "here"), place(request, "there")
    now_ms = gateway.clock_ms()
    shown = []
    for each in gateway.settings.agreements:
        if each.speaks_of(here, there):
            left = {
                opening.batch: await left_today(gateway.store, Agreed(each, opening), now_ms)
                for opening in each.openings
            }
            shown.append(_view(each, left))
    return answer({"agreements": shown})


def agreed_view(passes: Agreed | None, left: int | None) -> dict[str, Any] | None:
    """On what ground a case passes; None where no agreement is declared at all."""
    if passes is None:
        return None
    agreement, opening = passes
    return {
        "agreement": agreement.agreement,
        "document": agreement.document,
        "batch": opening.batch,
        "left_today": left,
    }


def _view(agreement: Agreement, left: dict[str, int | None]) -> dict[str, Any]:
    said: dict[str, Any] = agreement.model_dump(mode="json")
    openings = [each | {"left_today": left[each["batch"]]} for each in said["openings"]]
    return said | {"openings": openings}
