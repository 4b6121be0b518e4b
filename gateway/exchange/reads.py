"""A read (查询): the same way through with one commit. Repeatable by nature, never held, asked once."""

import asyncio
from typing import Any

from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.papers import Claim
from gateway.exchange.prepare import case_question, translate
from gateway.exchange.story import Exchanges
from gateway.identity import new_id
from gateway.model import Exchange


async def ask(story: Exchanges, asked: Asked, about: Exchange) -> tuple[Exchange, dict[str, Any]]:
    """Ask the platform about a case. (the exchange, the answer in canonical words).

    Raises Refusal: operation_not_offered, platform_refused, platform_unavailable, platform_garbled.
    """
    around = story.around
    now_ms, started_ms = around.clock_ms(), around.monotonic_ms()
    route = around.routes.active_route(about.platform, asked.operation)
    exchange_id = new_id(now_ms, around.random)
    document = await around.papers.tree(about.id, "document")
    question = case_question(document, about.theirs) | {"exchange": exchange_id}
    translated = translate(route, question, exchange_id)
    if translated.problems:
        raise Refusal("unmappable", problems=translated.problems, count=len(translated.problems))
    gate = story.gate_of(route)
    if gate.free(now_ms, reads=True) <= 0 or await around.gates.permitted(gate, 1, reads=True) <= 0:
        raise Refusal("platform_unavailable", cause=gate.closed_because(now_ms) or "busy")
    exchange = about._replace(
        id=exchange_id, kind="read", operation=asked.operation, caller=asked.caller.caller,
        actor=asked.actor, release=route.release, state="sending", step="send", attempt=1, place=0,
        owner=around.owner, due_ms=0, cause="", code="", admitted_ms=now_ms, changed_ms=now_ms,
        ended_ms=0,
    )  # fmt: skip
    claim = Claim(
        exchange,
        route,
        around.papers.vault.new_key(exchange_id),
        translated.message,
        started_ms,
        translated.encoded,
    )
    gate.enter()
    concluded = await asyncio.shield(story.start(story.send(claim, gate)))
    return concluded, await around.papers.answer_of(concluded, route)
