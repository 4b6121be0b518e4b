"""What a caller is told who submitted: 201 only for what the other platform has, a problem for what it has not."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.model import Exchange
from gateway.web.answers import answer
from gateway.web.views import exchange_view
from mappings import canonical

MASK = "＊＊"
SHORTEST = 2  # a single letter or digit says nothing about anybody
_STATUS = {"delivered": 201, "withdrawn": 200}  # whatever is open: 202


async def outcome(gateway: Gateway, exchange: Exchange, *, repeated: bool) -> web.Response:
    """The exchange as it is now. Raises Refusal: platform_refused, not_delivered."""
    headers = {"Location": f"/v1/exchanges/{exchange.id}"}
    if repeated:
        headers["Idempotency-Replayed"] = "true"
    if exchange.state == "refused":
        raise Refusal(
            "platform_refused", exchange=exchange.id, case=exchange.case_id, their_code=exchange.code,
            their_words=await _their_words(gateway, exchange),
        )  # fmt: skip
    if exchange.state == "abandoned":
        raise Refusal("not_delivered", exchange=exchange.id, case=exchange.case_id, cause=exchange.cause)
    return answer(exchange_view(exchange), status=_STATUS.get(exchange.state, 202), headers=headers)


async def _their_words(gateway: Gateway, exchange: Exchange) -> str:
    """Why they refused, in their words; whatever the case says about people is masked, as they may repeat it."""
    told = await gateway.papers.tree(exchange.id, f"answer/{exchange.attempt}") or {}
    document = await gateway.papers.tree(exchange.id, "document")
    return masked(str(told.get("reason") or ""), document)


def masked(words: str, document: Mapping[str, Any]) -> str:
    """`words` without any personal value of a canonical case."""
    for value in sorted(_personal_values(document), key=len, reverse=True):
        words = words.replace(value, MASK)
    return words


def _personal_values(document: Mapping[str, Any]) -> Iterator[str]:
    for path in canonical.personal_fields(dict(document)):
        yield from _texts(document, path.split("."))


def _texts(node: Any, steps: list[str]) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _texts(each, steps)
    elif isinstance(node, Mapping):
        for name in (steps[0],) if steps else tuple(node):
            if name in node:
                yield from _texts(node[name], steps[1:])
    elif isinstance(node, str) and len(node) >= SHORTEST:
        yield node
