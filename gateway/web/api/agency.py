"""POST /v1/cases/{id}/parcels and /service: what a window does for another place (代收代办)."""

from aiohttp import web

from gateway.exchange import agency, onward, parcels
from gateway.exchange.asked import Asked
from gateway.store.cases import Case
from gateway.web.answers import GATEWAY, answer
from gateway.web.api.cases import asked_for, own_case, view_of
from gateway.web.edge.reading import identifier


async def parcel(request: web.Request) -> web.Response:
    gateway, (asked, case) = request.app[GATEWAY], await _asked(request, "case.parcel")
    source = asked.caller.caller
    is_heard = await onward.is_heard(gateway.exchanges, asked, case)
    kept = await parcels.record(gateway.exchanges, case, asked.document, source=source, actor=asked.actor)
    if is_heard:  # a failure here leaves it recorded and untold: told again, it is both
        await onward.tell(gateway.exchanges, asked, case)
    return answer({**await view_of(gateway, case), "repeated": kept.repeated})


async def serve(request: web.Request) -> web.Response:
    gateway, (asked, case) = request.app[GATEWAY], await _asked(request, "case.serve")
    await agency.record_service(
        gateway.exchanges, case, asked.document, source=asked.caller.caller, actor=asked.actor,
        agreements=gateway.settings.agreements,
    )  # fmt: skip
    return answer(await view_of(gateway, await own_case(request, case.id)))


async def _asked(request: web.Request, operation: str) -> tuple[Asked, Case]:
    asked = await asked_for(request, operation)
    return asked, await own_case(request, identifier(request))
