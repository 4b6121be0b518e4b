"""POST /v1/joint-cases, GET /v1/joint-cases/{id}, POST /v1/joint-cases/{id}/withdrawal (多地联办, 一件事)."""

import asyncio
from typing import Any

from aiohttp import web

from gateway.cases.later import WITHDRAW
from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.exchange import joint as story_of_joint
from gateway.exchange import parting
from gateway.exchange.joint import JOINT
from gateway.store import joints
from gateway.store.connection import Connection
from gateway.store.joints import Joint
from gateway.web.answers import GATEWAY, IDENTITY, STAY, answer
from gateway.web.api.cases import asked_for
from gateway.web.edge.reading import idempotency_key, identifier, wait_s
from gateway.web.views.joint import joint_view, withdrawn_view


async def submit(request: web.Request) -> web.Response:
    """Admit a joint case, wait for the ends of its submits; 201 only where every place has its part."""
    gateway = request.app[GATEWAY]
    bounds = gateway.settings.installation.bounds
    longest_s = wait_s(request, bounds.wait_s, bounds.longest_wait_s)
    admitted = await story_of_joint.admit(
        gateway.exchanges, await asked_for(request, JOINT, idempotency_key(request))
    )
    request[STAY].end_turn()
    ended = await asyncio.gather(*(gateway.exchanges.wait(each, longest_s) for each in admitted.exchanges))
    shown = await _shown(request, admitted.joint)
    headers = {"Location": shown["link"]}
    if admitted.repeated:
        headers["Idempotency-Replayed"] = "true"
    states = {each.state for each in ended}
    status = 201 if states == {"delivered"} else 200 if all(each.ended for each in ended) else 202
    return answer({**shown, "repeated": admitted.repeated}, status=status, headers=headers)


async def show(request: web.Request) -> web.Response:
    return answer(await _shown(request, await _own(request)))


async def withdraw(request: web.Request) -> web.Response:
    """Withdraw every part that can be, and say of each what came of it."""
    gateway, joint_id = request.app[GATEWAY], identifier(request)
    bounds = gateway.settings.installation.bounds
    longest_s = wait_s(request, bounds.wait_s, bounds.longest_wait_s)
    asked = await asked_for(request, WITHDRAW, idempotency_key(request), joint_id)
    joint = await _own(request)
    found = await parting.withdraw(gateway.exchanges, asked, joint)
    request[STAY].end_turn()
    under_way = [each.exchange for each in found if each.exchange]
    ended = await asyncio.gather(*(gateway.exchanges.wait(each, longest_s) for each in under_way))
    by_id = {each.id: each for each in ended}
    now = [each._replace(exchange=by_id[each.exchange.id]) if each.exchange else each for each in found]
    shown = {"withdrawals": [withdrawn_view(each) for each in now], "joint": await _shown(request, joint)}
    return answer(shown, status=200 if all(each.ended for each in ended) else 202)


async def _shown(request: web.Request, joint: Joint) -> dict[str, Any]:
    gateway = request.app[GATEWAY]
    today, agreements = china_day(gateway.clock_ms()), gateway.settings.agreements

    def look(connection: Connection) -> dict[str, Any]:
        now = joints.by_id(connection, joint.id) or joint
        return joint_view(connection, now, agreements, today)

    return await gateway.store.read(look)


async def _own(request: web.Request) -> Joint:
    """Another caller's is as unknown as one that does not exist."""
    gateway, joint_id = request.app[GATEWAY], identifier(request)
    joint = await gateway.store.read(lambda connection: joints.by_id(connection, joint_id))
    if joint is None or joint.caller != request[IDENTITY].caller.caller:
        raise Refusal("not_found")
    return joint
