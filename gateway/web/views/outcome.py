"""What a caller is told who submitted: 201 only for what the other platform has, a problem for what it has not."""

from aiohttp import web

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.model import Exchange
from gateway.shown import without_values
from gateway.web.answers import answer
from gateway.web.views.cases import exchange_view
from mappings import canonical

_STATUS = {"delivered": 201, "withdrawn": 200}  # whatever is open: 202


async def outcome(gateway: Gateway, exchange: Exchange, *, repeated: bool) -> web.Response:
    """The exchange as it is now. Raises Refusal: platform_refused, not_delivered."""
    headers = {"Location": f"/v1/exchanges/{exchange.id}"}
    if repeated:
        headers["Idempotency-Replayed"] = "true"
    if exchange.state == "refused":
        raise Refusal(
            "platform_refused", exchange=exchange.id, case=exchange.case_id, their_code=exchange.code,
            their_words=await their_words(gateway, exchange),
        )  # fmt: skip
    if exchange.state == "abandoned":
        raise Refusal("not_delivered", exchange=exchange.id, case=exchange.case_id, cause=exchange.cause)
    shown = {**exchange_view(exchange), "repeated": repeated}
    return answer(shown, status=_STATUS.get(exchange.state, 202), headers=headers)


async def their_words(gateway: Gateway, exchange: Exchange) -> str:
    """Why they refused, in their words; whatever the case says about people is masked, as they may repeat it."""
    told = await gateway.papers.tree(exchange.id, f"answer/{exchange.attempt}") or {}
    document = await gateway.papers.tree(exchange.id, "document")
    words = without_values(str(told.get("reason") or ""), document, canonical.GIVEN[exchange.operation])
    return without_values(words, document.get("case", {}))
