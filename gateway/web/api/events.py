"""GET /v1/events: what happened to the caller's cases, behind a cursor; at once, or as soon as there is any."""

import asyncio

from aiohttp import web

from gateway.feed import Page, page
from gateway.web.answers import GATEWAY, IDENTITY, STAY, answer
from gateway.web.edge.reading import page_size, parameter, wait_s

MOST = 500
LOOK_EVERY_S = 0.5  # an event may come from any process: the log is what all of them share


async def events(request: web.Request) -> web.Response:
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    caller, cursor, most = identity.caller.caller, parameter(request, "after"), page_size(request, 100, MOST)

    async def look() -> Page:
        origin = gateway.signer.name
        return await gateway.store.read(lambda connection: page(connection, caller, cursor, origin, most))

    found = await look()
    until = gateway.exchanges.around.monotonic_ms() + 1000 * wait_s(
        request, 0, gateway.settings.installation.bounds.longest_wait_s
    )
    request[STAY].end_turn()  # what is waited for now is somebody else's work
    while not found.events and not gateway.stopping and gateway.exchanges.around.monotonic_ms() < until:
        cursor = found.cursor
        if not found.more:
            await asyncio.sleep(LOOK_EVERY_S)
        found = await look()
    return answer({"events": list(found.events), "cursor": found.cursor, "more": found.more})
