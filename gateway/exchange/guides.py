"""A guide is fetched from the platform that does the item (guide.get), held against our own form, and kept."""

from collections.abc import Mapping

from gateway.errors import Refusal
from gateway.exchange.reads import Question, pose
from gateway.exchange.story import Exchanges
from gateway.guides.canonical import Unfit, codes_in, guide_of
from gateway.guides.guide import Guide
from gateway.guides.store import put
from gateway.items.codes import parse

GET = "guide.get"
_NAMES = {"handling": "handling_code", "implementation": "implementation_code", "basic": "basic_code"}


async def fetch(
    story: Exchanges, division: str, codes: tuple[str, ...], *, actor: str, caller: str = ""
) -> Guide:
    """Ask the platform of the division for the guide of an item, and keep it; what was kept is never told instead.

    codes: all codes of the item that are known, the one asked about first, normalised.
    Raises Refusal: not_active, division_not_served, route_ambiguous, operation_not_offered, unmappable,
    platform_refused, platform_unavailable, platform_garbled (also for a guide that is none, or of another item).
    """
    around = story.around
    item = item_of(codes)
    platform = around.routes.find(division=division, item=item, operation=GET).name
    asks = {"division": division, "item": {"there": item}}
    concluded, route = await pose(story, Question(GET, platform, actor, asks=asks, caller=caller))
    document = await around.papers.answer_of(concluded, route)
    try:
        guide = guide_of(document, division, as_of_ms=around.clock_ms(), source=platform)
    except Unfit as error:
        raise Refusal("platform_garbled", exchange=concluded.id, cause="not_canonical") from error
    if codes_in(guide).isdisjoint(codes):
        raise Refusal("platform_garbled", exchange=concluded.id, cause="other_item")
    # a guide that is not kept was not told: the next question is asked again
    await around.store.write(lambda tx: put(tx.connection, guide))
    return guide


def item_of(codes: tuple[str, ...]) -> Mapping[str, str]:
    """The codes as `item.there` of a mapping: each under the name that its structure gives it."""
    named: dict[str, str] = {}
    for code in map(parse, codes):
        name = _NAMES.get(code.kind, "local_code")
        named.setdefault(name, code.text)
        if code.kind == "handling":
            named.setdefault("implementation_code", code.implementation)
        if code.basic:
            named.setdefault("basic_code", code.basic)
    return named
