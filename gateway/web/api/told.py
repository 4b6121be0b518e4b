"""GET /v1/cases/{id}/told: how a case stands and what was said of it, as it is kept here, for another gateway."""

from aiohttp import web

from gateway.exchange.following import known_of
from gateway.exchange.retold import retell
from gateway.web.answers import GATEWAY, IDENTITY, PRIVATE, answer
from gateway.web.api.cases import own_case
from gateway.web.edge.reading import identifier


async def show(request: web.Request) -> web.Response:
    """Nobody is asked for it."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await own_case(request, identifier(request))
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    progress = await retell(gateway.exchanges, known, actor=identity.key_id)
    return answer({"case": case.id, "progress": progress}, headers=PRIVATE)
