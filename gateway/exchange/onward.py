"""Parcels told onward (转告寄件): what a window says of one, its platform hears, where it declares `case.parcel`.

It goes the one way of what comes to a case later. Its key is made of the parcel and of what happened to it, so that
the same event is the same exchange, however often it is told.
"""

from dataclasses import replace

import orjson

from gateway.errors import Refusal
from gateway.exchange import later
from gateway.exchange.asked import Asked
from gateway.exchange.parcels import submit_of
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.store.cases import Case


async def is_heard(story: Exchanges, asked: Asked, case: Case) -> bool:
    """Whether the platform of the case is told. After every check: nothing is sent and nothing kept.

    Raises what `later.preview` raises, so before anything of it is recorded.
    """
    submitted = await submit_of(story.around.store, case.id)
    if submitted.ended and submitted.state != "delivered":
        return False  # nobody over there has the case
    try:
        story.around.routes.active_route(submitted.platform, asked.operation)
    except Refusal:
        return False
    await later.preview(story, asked, case)
    return True


async def tell(story: Exchanges, asked: Asked, case: Case) -> Exchange:
    """Take responsibility for telling it; told before, it is that exchange. Raises Refusal; Erased."""
    said = asked.document
    event = [case.id, said["carrier"], said["number"], said["direction"], said["event"]]
    key = story.around.papers.vault.request(orjson.dumps(event))
    exchange, _ = await later.write(story, replace(asked, key=key, digest=key), case)
    return exchange
