"""GET /v1/cases/{id}/outcome: what became of a case as one canonical result with its files, for another gateway."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.errors import MaterialMissing
from gateway.boot import Gateway
from gateway.cases.life import Life
from gateway.cases.reasons import ENDINGS
from gateway.exchange.following import known_of, life_of
from gateway.exchange.kept import Kept, kept_of, seen
from gateway.exchange.outcomes import media_type_of, refusal_of
from gateway.exchange.papers import Erased
from gateway.store import results
from gateway.web.answers import GATEWAY, IDENTITY, PRIVATE, answer
from gateway.web.api.cases import own_case
from gateway.web.api.results import words_of
from gateway.web.edge.reading import identifier
from gateway.web.views.cases import china
from gateway.web.views.results import counts

MOST_BYTES = (
    16 * 1024 * 1024
)  # of files that stand in one answer; those beyond it are named with their digest
_SAID = ("decision", "words", "delivery")


async def show(request: web.Request) -> web.Response:
    """known: false as long as the case has not ended, or nothing but that is known of its ending."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    case = await own_case(request, identifier(request))
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    wanted = await gateway.store.read(lambda connection: results.wanted_of(connection, case.id))
    life, refused = life_of(known), refusal_of(known)
    kept = [each for each in await kept_of(gateway.exchanges, case.id) if counts(each.result, life)]
    is_told = any(each.result.state == life.state for each in kept) or not any(each.due_ms for each in wanted)
    if life.state not in ENDINGS or not is_told:
        return answer({"case": case.id, "known": False, "result": None}, headers=PRIVATE)
    await seen(gateway.exchanges, kept, actor=identity.key_id)
    result = {"state": life.state, "at": china(life.since_ms), "reference": case.id, **_said(life, kept)}
    if refused and (words := await words_of(gateway, refused)):
        result |= {"reason": "other", "words": words}
    if documents := await _documents(gateway, kept):
        result["documents"] = documents
    return answer({"case": case.id, "known": True, "result": result}, headers=PRIVATE)


def _said(life: Life, kept: Sequence[Kept]) -> dict[str, Any]:
    """Of the newest that tells this ending; the decision of the newest that has one."""
    said: dict[str, Any] = {}
    for each in kept:
        document = each.document or {}
        if each.result.state == life.state:
            said |= {name: document[name] for name in _SAID if name in document}
            said |= {"reason": each.result.reason} if each.result.reason else {}
        elif "decision" in document:
            said["decision"] = document["decision"]
    return said


async def _documents(gateway: Gateway, kept: Sequence[Kept]) -> list[dict[str, Any]]:
    """Those of all results, in their order; with their files, as far as there is room."""
    found, left = list[dict[str, Any]](), MOST_BYTES
    for each in kept:
        for place, paper in enumerate((each.document or {}).get("documents", ()), 1):
            file: Mapping[str, Any] = paper.get("file", {})
            shown = {name: said for name, said in paper.items() if name != "file"}
            if "size" in file:
                content = await _content(gateway, each, place) if file["size"] <= left else None
                left -= len(content or b"")
                shown["file"] = _file(file, content)
            found.append(shown)
    return found


async def _content(gateway: Gateway, kept: Kept, place: int) -> bytes | None:
    """None for one that was erased meanwhile."""
    try:
        stored = await gateway.papers.stored(kept.result.exchange_id, f"{kept.result.name}/{place}")
        return await asyncio.to_thread(stored.read, 0, stored.size)
    except (Erased, MaterialMissing):
        return None


def _file(said: Mapping[str, Any], content: bytes | None) -> dict[str, Any]:
    file = {"media_type": media_type_of(said), "digest": said["digest"]}
    if "name" in said:
        file["name"] = said["name"]
    return file | ({"content": b64encode(content).decode()} if content is not None else {})
