"""One platform closer: what it answered to which operation, and where its answers are not as the contract says."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiohttp import web

from adapters.contract import Part
from adapters.contract import read as read_contract
from adapters.errors import Unbuildable
from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange.papers import Erased
from gateway.needs.offers import offer_of
from gateway.releases.compiled import PlatformRelease
from gateway.store import health
from gateway.store.health import Asked as Question
from gateway.web.console.asked import Asked
from gateway.web.console.desks.closed import closed_because
from gateway.web.console.desks.drift import TEXTS, Difference, differences
from gateway.web.console.desks.facts import FACTS
from gateway.web.console.desks.health import DAY_MS, UNDESCRIBED
from gateway.web.console.desks.seen import serves_any, used_lately
from gateway.web.console.render import render

MOST_ANSWERS, WEEK_MS = 20, 7 * DAY_MS


class Drifted(NamedTuple):
    """So many answers to an operation differ at a path from the contract in the same way."""

    operation: str
    difference: Difference
    answers: int


async def show(asked: Asked) -> web.Response:
    gateway = asked.gateway
    platform = await _of(asked)
    since_ms = gateway.clock_ms()
    answers = await gateway.store.read(
        lambda connection: health.by_operation(connection, platform.name, since_ms - DAY_MS)
    )
    described = await asyncio.to_thread(_described, platform)
    looked, drifted = await _drifted(gateway, platform.name, described)
    return render(
        asked, "platform", platform=platform.declared, now_open=closed_because(gateway, platform.name),
        answers=answers, undescribed=UNDESCRIBED, described=bool(described), looked=looked, drifted=drifted,
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


def _described(platform: PlatformRelease) -> Mapping[str, Part]:
    """What the contract says of the answer to each operation; nothing where there is none to read."""
    declared = platform.declared
    try:
        contract = read_contract(declared.contract, platform.files) if declared.contract else None
    except Unbuildable:
        return {}
    offers = {name: offer_of(contract, declared, name) for name in declared.operations}
    return {name: offer.answer for name, offer in offers.items() if offer and offer.answer}


async def _drifted(gateway: Gateway, name: str, described: Mapping[str, Part]) -> tuple[int, list[Drifted]]:
    """How many of the newest kept answers were looked at, and how they differ; the most frequent first."""
    since_ms, looked, found = gateway.clock_ms() - WEEK_MS, 0, Counter[tuple[str, Difference]]()
    if not described:
        return 0, []
    newest = await gateway.store.read(
        lambda connection: health.newest(connection, name, since_ms, MOST_ANSWERS)
    )
    for each in newest:
        document = await _answer(gateway, each) if each.operation in described else None
        if document is not None:
            looked += 1
            different = {*differences(described[each.operation], document)}
            found.update((each.operation, one) for one in different)
    return looked, [Drifted(operation, one, count) for (operation, one), count in found.most_common()]


async def _answer(gateway: Gateway, question: Question) -> Any:
    """What was kept of it, decoded; None where nothing was, or where it is erased."""
    try:
        answer = await gateway.papers.tree(question.id, f"answer/{question.attempt}")
    except Erased:
        return None
    return answer["document"] if answer else None
