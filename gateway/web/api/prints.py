"""GET /v1/cases/{id}/prints/{print}: what is printed for the applicant, and for who carries the papers."""

from aiohttp import web

from gateway.errors import Refusal
from gateway.model import Exchange
from gateway.prints.making import SUBMIT, make
from gateway.prints.stamp import PRINTS
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.web.answers import GATEWAY, IDENTITY, PRIVATE
from gateway.web.edge.reading import identifier

HEADERS = {
    **PRIVATE,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def show(request: web.Request) -> web.Response:
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case_id, print_ = identifier(request), request.match_info["print"]
    wanted = next((each for each in PRINTS if each == print_), None)

    def look(connection: Connection) -> list[Exchange]:
        return exchanges.of_case(connection, case_id)

    found = await gateway.store.read(look)
    own = [each for each in found if (each.operation, each.caller) == (SUBMIT, identity.caller.caller)]
    if wanted is None or not own:
        raise Refusal("not_found")
    contact = gateway.settings.installation.contact
    page = await make(gateway.exchanges, own[0], wanted, actor=identity.key_id, contact=contact)
    return web.Response(text=page, content_type="text/html", charset="utf-8", headers=HEADERS)
