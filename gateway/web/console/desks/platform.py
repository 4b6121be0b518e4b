"""One platform closer: what it answered to which operation, and where its answers are not as the contract says."""

import asyncio

from aiohttp import web

from gateway.errors import Refusal
from gateway.releases.compiled import PlatformRelease
from gateway.store import health
from gateway.web.console.asked import Asked
from gateway.web.console.desks.answers import described, drifted
from gateway.web.console.desks.closed import closed_because
from gateway.web.console.desks.drift import TEXTS
from gateway.web.console.desks.facts import FACTS
from gateway.web.console.desks.health import DAY_MS, UNDESCRIBED
from gateway.web.console.desks.seen import serves_any, used_lately
from gateway.web.console.render import render


async def show(asked: Asked) -> web.Response:
    gateway = asked.gateway
    platform = await _of(asked)
    since_ms = gateway.clock_ms()
    answers = await gateway.store.read(
        lambda connection: health.by_operation(connection, platform.name, since_ms - DAY_MS)
    )
    contract = await asyncio.to_thread(described, platform)
    looked, found = await drifted(gateway, platform.name, contract)
    return render(
        asked, "platform", platform=platform.declared, now_open=closed_because(gateway, platform.name),
        answers=answers, undescribed=UNDESCRIBED, described=bool(contract), looked=looked, drifted=found,
        texts=TEXTS, kinds=FACTS,
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
