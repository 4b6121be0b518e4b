"""A read (查询): the same way through with one commit. Repeatable by nature, never held, asked once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapters.message import Reply
from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.papers import Claim
from gateway.exchange.prepare import case_question, translate
from gateway.exchange.story import Exchanges
from gateway.identity import new_id
from gateway.model import BLANK, Exchange, Fact
from gateway.releases.routes import Route


@dataclass(frozen=True, slots=True)
class Question:
    """What a platform is asked, and for whom.

    about:  the exchange whose case it is about; None if it is about no case.
    asks:   what is asked besides, in canonical words (the day of a list).
    caller: whose question it is; empty for one of this installation's own people.
    probes: the operation whose outcome the answer is to tell (landed, absent); None for an ordinary answer.
    keeps:  whether an answer is worth a record; None: every one is.
    """

    operation: str
    platform: str
    actor: str
    about: Exchange | None = None
    asks: Mapping[str, Any] = field(default_factory=dict, repr=False)
    caller: str = ""
    probes: str | None = None
    keeps: Callable[[Route, Reply, Fact], bool] | None = None


async def ask(story: Exchanges, asked: Asked, about: Exchange) -> tuple[Exchange, dict[str, Any]]:
    """Ask the platform about a case. (the exchange, the answer in canonical words).

    Raises Refusal: operation_not_offered, platform_refused, platform_unavailable, platform_garbled.
    """
    question = Question(asked.operation, about.platform, asked.actor, about=about, caller=asked.caller.caller)
    concluded, route = await pose(story, question)
    return concluded, await story.around.papers.answer_of(concluded, route)


async def pose(story: Exchanges, question: Question) -> tuple[Exchange, Route]:
    """Put any question to its platform. (the exchange as it was concluded, the route by which it was asked).

    Raises Refusal, and then nothing was asked: not_active, operation_not_offered, unmappable,
    platform_unavailable. Raises Erased if the case that it is about has no papers any more.
    """
    around = story.around
    now_ms, started_ms = around.clock_ms(), around.monotonic_ms()
    route = around.routes.active_route(question.platform, question.operation)
    exchange_id = new_id(now_ms, around.random)
    translated = translate(route, await _document(story, question, exchange_id), exchange_id)
    if translated.problems:
        raise Refusal("unmappable", problems=translated.problems, count=len(translated.problems))
    gate = story.gate_of(route)
    free = gate.free(now_ms, reads=True) > 0
    if not free or not (reserved := await around.gates.reserve(gate, 1, reads=True)):
        raise Refusal("platform_unavailable", cause=gate.closed_because(now_ms, reads=True) or "busy")
    exchange = (question.about or BLANK)._replace(
        id=exchange_id, kind="read", operation=question.operation, caller=question.caller,
        actor=question.actor, platform=question.platform, release=route.release, state="sending", step="send",
        attempt=1, place=0, owner=around.owner, due_ms=0, cause="", code="", admitted_ms=now_ms,
        changed_ms=now_ms, ended_ms=0,
    )  # fmt: skip
    key = around.papers.vault.new_key(exchange_id)
    message = replace(translated.message, probes=question.probes)
    claim = Claim(exchange, route, key, message, started_ms, translated.encoded, reserved[0])
    keeps = partial(question.keeps, route) if question.keeps else None
    return await asyncio.shield(story.start(story.send(claim, gate, keeps))), route


async def _document(story: Exchanges, question: Question, exchange_id: str) -> dict[str, Any]:
    """What the mapping reads: numbers and places of the case, if it is about one, and what is asked."""
    about: dict[str, Any] = {}
    if question.about is not None:
        document = await story.around.papers.tree(question.about.id, "document")
        about = case_question(document, question.about.theirs)
    return {**about, **question.asks, "exchange": exchange_id}
