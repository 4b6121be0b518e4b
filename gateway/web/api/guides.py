"""GET /v1/items/{code}/guide and …/compare: what an item is in one place, and what is otherwise in another."""

import asyncio
from typing import Any

from aiohttp import web

from gateway.boot import Gateway
from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.exchange.guides import GET, fetch
from gateway.guides.compare import compare as compared
from gateway.guides.lookup import UnknownGuide, codes_for, look_up, look_up_both
from gateway.guides.views import comparison_view, guide_view
from gateway.items.item import Question
from gateway.items.problems import ItemError
from gateway.web.answers import GATEWAY, IDENTITY, STAY, answer
from gateway.web.auth import require
from gateway.web.edge.reading import parameter

_MOST_CODE = 100
_REFRESH = {"": False, "false": False, "true": True}


async def guide(request: web.Request) -> web.Response:
    """The guide in force today, with its age; with refresh=true, the platform is asked first."""
    gateway = request.app[GATEWAY]
    code, division = _code(request), _division(request, "division")
    refresh = _REFRESH.get(parameter(request, "refresh"))
    if refresh is None:
        raise Refusal("bad_parameter", name="refresh")
    day = china_day(gateway.clock_ms()).isoformat()
    if refresh:
        await _fetched(request, division, code, day)
    try:
        known = await gateway.store.read(lambda connection: look_up(connection, division, code, day))
    except UnknownGuide as error:
        raise _refusal(error) from error
    return answer(guide_view(known, gateway.clock_ms()))


async def compare(request: web.Request) -> web.Response:
    """Two guides of what the catalogue takes for one item, line by line."""
    gateway = request.app[GATEWAY]
    question = Question(
        code=_code(request),
        here_division=_division(request, "here"),
        there_division=_division(request, "there"),
        unit=parameter(request, "unit") or None,
        service_object=None,
        at=china_day(gateway.clock_ms()),
    )
    return answer(await comparison(gateway, question))


async def comparison(gateway: Gateway, question: Question) -> dict[str, Any]:
    """Raises Refusal: guide_unknown, and what alignment refuses."""
    try:
        alignment, here, there = await gateway.store.read(
            lambda connection: look_up_both(connection, question)
        )
    except (UnknownGuide, ItemError) as error:
        raise _refusal(error) from error
    lines = await asyncio.to_thread(compared, here.guide, there.guide)  # some hundred names are folded
    return comparison_view(alignment, (here.guide, there.guide), lines, gateway.clock_ms())


async def _fetched(request: web.Request, division: str, code: str, day: str) -> None:
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    require(identity, GET)
    codes = await gateway.store.read(lambda connection: codes_for(connection, division, code, day))
    request[STAY].end_turn()  # what is waited for now is the other platform
    await fetch(gateway.exchanges, division, codes, actor=identity.key_id, caller=identity.caller.caller)


def _refusal(error: UnknownGuide | ItemError) -> Refusal:
    facts: dict[str, Any] = dict(error.facts)
    return Refusal(error.code, **facts)


def _code(request: web.Request) -> str:
    text = request.match_info["code"]
    if len(text) > _MOST_CODE or not text.isprintable():
        raise Refusal("bad_parameter", name="code")
    return text


def _division(request: web.Request, name: str) -> str:
    text = parameter(request, name, required=True)
    if len(text) not in (6, 9, 12) or not (text.isascii() and text.isdigit()):
        raise Refusal("bad_parameter", name=name)
    return text
