"""GET /v1/exchanges/{id} and its proof."""

import orjson
from aiohttp import web

from audit import log as audit_log
from gateway.errors import Refusal
from gateway.model import Exchange
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.web.answers import GATEWAY, IDENTITY, answer
from gateway.web.edge.reading import identifier
from gateway.web.views.cases import exchange_view


async def show(request: web.Request) -> web.Response:
    return answer(exchange_view(await _own(request)))


async def proof(request: web.Request) -> web.Response:
    """The proof of the newest entry of an exchange's own story: what `python -m audit verify` reads offline."""
    gateway = request.app[GATEWAY]
    exchange = await _own(request)

    def newest(connection: Connection) -> str | None:
        positions = [
            position
            for position, body in audit_log.entries_of(connection, exchange.id)
            if orjson.loads(body)["kind"].startswith(
                "exchange."
            )  # not who saw to its ticket, or saw its values
        ]
        return audit_log.proof(connection, positions[-1]) if positions else None

    text = await gateway.store.read(newest)
    if text is None:
        raise Refusal("proof_not_ready", exchange=exchange.id)
    headers = {"Content-Disposition": f'attachment; filename="{exchange.id}.tlog-proof"'}
    return web.Response(text=text, headers=headers, content_type="text/plain")


async def _own(request: web.Request) -> Exchange:
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    exchange_id = identifier(request)
    found = await gateway.store.read(lambda connection: exchanges.by_id(connection, exchange_id))
    if found is None or found.caller != identity.caller.caller:
        raise Refusal("not_found")
    return found
