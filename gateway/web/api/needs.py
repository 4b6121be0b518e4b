"""GET /v1/items/{code}/form: what an item needs over there, told before anybody is asked."""

import re

from aiohttp import web

from gateway.errors import Refusal
from gateway.exchange.forms import Wish
from gateway.web.answers import GATEWAY, IDENTITY, answer
from gateway.web.edge.reading import parameter

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_DIVISION = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
_MODES, _KINDS = ("full_online", "collect_for", "joint"), ("person", "organization")


async def form(request: web.Request) -> web.Response:
    """The form as a JSON Schema with what no schema can say, the materials, and the situations to choose from."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    return answer(await gateway.forms.form(_wish(request), identity.caller))


def _wish(request: web.Request) -> Wish:
    """Raises Refusal bad_parameter."""
    given = {
        name: parameter(request, name, required=name == "division", most=500 if name == "situation" else 100)
        for name in ("division", "unit", "situation", "here", "mode", "received_on", "kind")
    }
    for name in ("division", "here"):
        if given[name] and not _DIVISION.fullmatch(given[name]):
            raise Refusal("bad_parameter", name=name)
    for name, allowed in (("mode", _MODES), ("kind", _KINDS)):
        if given[name] and given[name] not in allowed:
            raise Refusal("bad_parameter", name=name)
    code = request.match_info["code"]
    if not _CODE.fullmatch(code):
        raise Refusal("bad_parameter", name="code")
    return Wish(code=code, **given)
