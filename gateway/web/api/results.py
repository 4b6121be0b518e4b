"""GET /v1/cases/{id}/result and its documents: what became of a case, and the files that go with it."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange.following import known_of
from gateway.exchange.kept import file_of, kept_of, seen
from gateway.exchange.outcomes import media_type_of, refusal_of
from gateway.exchange.papers import Erased
from gateway.model import Exchange
from gateway.store import results
from gateway.web.answers import GATEWAY, IDENTITY, PRIVATE, answer
from gateway.web.api.cases import own_case
from gateway.web.edge.reading import identifier
from gateway.web.routes.described import BYTES
from gateway.web.stretch import file_answer
from gateway.web.views.outcome import their_words
from gateway.web.views.results import result_view

_ALONE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def show(request: web.Request) -> web.Response:
    """The results of a case as far as they are known, each with its reason and its documents."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await own_case(request, identifier(request))
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    wanted = await gateway.store.read(lambda connection: results.wanted_of(connection, case.id))
    kept = await kept_of(gateway.exchanges, case.id)
    await seen(gateway.exchanges, kept, actor=identity.key_id)
    refused = refusal_of(known)
    words = await words_of(gateway, refused) if refused else ""
    return answer(result_view(known, kept, wanted, refused, words), headers=PRIVATE)


async def document(request: web.Request) -> web.Response:
    """The file of one document, whole or a stretch of it, as it was made: nothing is converted."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await own_case(request, identifier(request))
    number = _number(request)
    file = await file_of(gateway.exchanges, case.id, number, actor=identity.key_id)
    name = str(file.said.get("name") or f"{case.id}-{number}")
    headers = {
        **_ALONE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Tongban-Media-Type": media_type_of(file.said),
        "Tongban-Digest": str(file.said["digest"]),
    }
    # whatever it is said to be, no browser is to show it as a page of ours
    tag = str(file.said["digest"]).partition(":")[2]
    return file_answer(request, file.content, BYTES, tag=tag, headers=headers)


async def words_of(gateway: Gateway, refused: Exchange) -> str:
    try:
        return await their_words(gateway, refused)
    except Erased:
        return ""


def _number(request: web.Request) -> int:
    text: Any = request.match_info["number"]
    if not (text.isascii() and text.isdecimal() and int(text[:6]) > 0 and len(text) <= 6):
        raise Refusal("not_found")
    return int(text)
