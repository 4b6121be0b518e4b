"""GET /v1/platforms and GET /v1/items: what can be done where, and whether it is open now."""

from typing import Any

from aiohttp import web

from gateway.errors import Refusal
from gateway.items.listing import list_items
from gateway.items.problems import InvalidCursor
from gateway.releases.compiled import PlatformRelease
from gateway.web.answers import GATEWAY, answer
from gateway.web.edge.reading import parameter, place


async def platforms(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    if not gateway.routes.loaded:
        raise Refusal("not_active")
    now_ms = gateway.clock_ms()
    active = gateway.routes.active
    shown = []
    for platform in active.platforms.values():
        gate = gateway.gates.of(platform.name, platform.declared.limits)
        cause = gate.closed_because(now_ms)
        shown.append(_platform(platform) | {"open": not cause, "cause": cause or None})
    return answer({"release": active.digest, "platforms": shown})


def _platform(platform: PlatformRelease) -> dict[str, Any]:
    declared = platform.declared
    return {
        "platform": platform.name,
        "title": declared.title,
        "kind": declared.kind,
        "speaks": declared.speaks,
        "serves": [
            {"division": each.division or "*", "items": list(each.items or ["*"])} for each in declared.serves
        ],
        "operations": {
            name: {
                "kind": "read" if operation.is_read(name) else "write",
                "repeatable": operation.repeatable is not None,
                "probed": operation.probe is not None,
            }
            for name, operation in declared.operations.items()
        },
    }


async def items(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    division = place(request, "division")
    code, part = parameter(request, "code"), parameter(request, "name")
    cursor = parameter(request, "cursor", most=300)
    try:
        page = await gateway.store.read(
            lambda connection: list_items(
                connection, division=division, code=code, name_part=part, cursor=cursor
            )
        )
    except InvalidCursor as error:
        raise Refusal("bad_parameter", name="cursor") from error
    shown = [{name: value for name, value in each._asdict().items() if value != ""} for each in page.items]
    return answer({"items": shown, "cursor": page.cursor})
