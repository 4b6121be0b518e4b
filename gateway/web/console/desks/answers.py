"""What platforms answered lately, held against their contracts (契约偏离): where somebody looks; it judges nothing.

Of an answer that took a message only the bytes are kept, so it is read again here: no exchange pays for it, and
what became of it stays as it is.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from adapters.contract import Part
from adapters.contract import read as read_contract
from adapters.declared import Platform
from adapters.errors import Garbled, Unbuildable
from adapters.reread import reread
from gateway.boot import Gateway
from gateway.exchange.papers import Erased
from gateway.needs.offers import offer_of
from gateway.releases.compiled import PlatformRelease
from gateway.store import health
from gateway.store.health import Asked
from gateway.store.vault import WrongKey
from gateway.web.console.desks.drift import Difference, differences

WEEK_MS = 7 * 86_400_000
MOST_ANSWERS = 40  # the newest of each operation in turn, so that what is asked often hides nothing


class Typed(NamedTuple):
    """What the contract says of the answer to an operation. in_xml: its values are texts."""

    part: Part
    in_xml: bool


class Drifted(NamedTuple):
    """So many answers to an operation differ at a path from the contract in the same way."""

    operation: str
    difference: Difference
    answers: int


def described(platform: PlatformRelease) -> Mapping[str, Typed]:
    """By operation; nothing where there is no contract to read."""
    declared = platform.declared
    try:
        contract = read_contract(declared.contract, platform.files) if declared.contract else None
    except Unbuildable:
        return {}
    found = {}
    for name in declared.operations:
        offer, in_xml = offer_of(contract, declared, name), _in_xml(declared, name)
        if offer and offer.answer and in_xml is not None:
            found[name] = Typed(offer.answer, in_xml)
    return found


def _in_xml(declared: Platform, operation: str) -> bool | None:
    """None where it is a document in a text, or has names of its own: the contract knows nothing of it."""
    answer = declared.operations[operation].answer
    if answer is None:
        return declared.speaks == "soap"
    is_inside = declared.speaks == "soap" or answer.document == "json" or answer.at or answer.around
    return None if is_inside or answer.label else True


async def drifted(gateway: Gateway, name: str, contract: Mapping[str, Typed]) -> tuple[int, list[Drifted]]:
    """How many of the newest kept answers were looked at, and how they differ; the most frequent first."""
    since_ms, looked, found = gateway.clock_ms() - WEEK_MS, 0, Counter[tuple[str, Difference]]()
    if not contract:
        return 0, []
    newest = await gateway.store.survey(
        lambda connection: health.newest(connection, name, since_ms, MOST_ANSWERS)
    )
    for each in newest:
        document = await _answer(gateway, name, each) if each.operation in contract else None
        if document is not None:
            looked += 1
            part, in_xml = contract[each.operation]
            different = {*differences(part, document, in_xml=in_xml)}
            found.update((each.operation, one) for one in different)
    return looked, [Drifted(operation, one, count) for (operation, one), count in found.most_common()]


async def _answer(gateway: Gateway, name: str, asked: Asked) -> Any:
    """What was kept of it, decoded; None where nothing can be read of it any more, or where it is a SOAP fault."""
    try:
        kept = await gateway.papers.answer(asked.id, asked.attempt)
    except (Erased, WrongKey):  # its key is gone, or is not on this machine
        return None
    if isinstance(kept, bytes):
        adapter = gateway.routes.active_route(name, asked.operation).adapter
        try:
            kept = await asyncio.to_thread(reread, adapter, asked.operation, kept)
        except Garbled:
            return None
    return None if isinstance(kept, Mapping) and "fault" in kept else kept
