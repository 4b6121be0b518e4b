"""One platform closer: what it answered to which operation, and where its answers are not as the contract says."""

import asyncio
from typing import Any

from aiohttp import web

from gateway.errors import Refusal, Texts
from gateway.releases.compiled import PlatformRelease
from gateway.store import health
from gateway.web.console.asked import Asked
from gateway.web.console.desks.answers import Drifted, described, drifted
from gateway.web.console.desks.closed import closed_because
from gateway.web.console.desks.drift import TEXTS
from gateway.web.console.desks.facts import FACTS
from gateway.web.console.desks.health import DAY_MS, UNDESCRIBED
from gateway.web.console.desks.seen import serves_any, used_lately
from gateway.web.console.render import render
from gateway.web.console.roll import PLACE, Column, Roll, listed, whole


async def show(asked: Asked) -> web.Response:
    platform = await _of(asked)
    contract = await asyncio.to_thread(described, platform)
    looked, found = await drifted(asked.gateway, platform.name, contract)
    return render(
        asked, "platform", platform=platform.declared, now_open=closed_because(asked.gateway, platform.name),
        answers=await listed(asked, ANSWERS), described=bool(contract), looked=looked,
        drifted=await listed(asked, DRIFT, [_drift(each) for each in found]),
    )  # fmt: skip


async def _answers(asked: Asked) -> list[tuple[Any, ...]]:
    platform, since_ms = await _of(asked), asked.gateway.clock_ms() - DAY_MS
    found = await asked.gateway.store.read(
        lambda connection: health.by_operation(connection, platform.name, since_ms)
    )
    return [
        (each.platform, FACTS[each.kind], _cause(each.cause) if each.cause else None, each.answers)  # type: ignore[index]
        for each in found
    ]


def _cause(cause: str) -> tuple[str, Texts]:
    """Red where nobody described the answer."""
    return "red" if cause in UNDESCRIBED else "none", (cause, cause)


async def _drifts(asked: Asked) -> list[tuple[Any, ...]]:
    platform = await _of(asked)
    contract = await asyncio.to_thread(described, platform)
    _, found = await drifted(asked.gateway, platform.name, contract)
    return [_drift(each) for each in found]


def _drift(each: Drifted) -> tuple[Any, ...]:
    return each.operation, each.difference.path, TEXTS[each.difference.what], each.answers


ANSWERS = Roll(
    "health",
    (Column("operation", "code"), Column("what", "said"), Column("cause", "tone"), Column("count", "number")),
    PLACE, whole(_answers), part="answers", page="health/{id}",
)  # fmt: skip
DRIFT = Roll(
    "health",
    (Column("operation", "code"), Column("path", "code"), Column("what", "said"), Column("count", "number")),
    PLACE, whole(_drifts), part="drift", page="health/{id}",
)  # fmt: skip


async def _of(asked: Asked) -> PlatformRelease:
    """Raises Refusal not_found, also for one that has nothing to do with the account's places."""
    routes, name = asked.gateway.routes, asked.request.match_info["id"]
    platform = routes.active.platforms.get(name) if routes.loaded else None
    if platform is None:
        raise Refusal("not_found")
    used = await used_lately(asked)
    if name not in used and not serves_any(platform, asked.scope[0]):
        raise Refusal("not_found")
    return platform
