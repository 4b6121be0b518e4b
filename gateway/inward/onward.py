"""Parcels of a case that a platform handed over: what it tells of them, the platform of ours that has it hears.

It goes on as what a window says does (`exchange.onward`): after the commit of the call, under a key made of the
parcel and of what happened to it. A call that is told again is told on again, and that is the same exchange.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from gateway.cases.later import PARCEL
from gateway.errors import Refusal
from gateway.exchange import onward
from gateway.exchange.asked import Asked
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.inward.channels import Channel
from gateway.inward.commits import known_as
from gateway.inward.notices import Considered
from gateway.inward.receiving import caller_of, not_received
from gateway.inward.replies import reply_of
from gateway.model import Exchange
from gateway.store import cases

Document = Mapping[str, Any]


async def fault(
    story: Exchanges, channel: Channel, operation: str, document: Document, found: Considered
) -> str:
    """Why it cannot be told on, as a reason of the closed list; empty where it can, or is not to be."""
    about = found.exchange
    if operation != PARCEL or found.reason != "taken" or not _is_handed(about, channel):
        return ""
    try:
        await _is_heard(story, channel, document, about)
    except Refusal as refusal:
        return not_received(refusal).reason
    except Erased:
        return ""  # it is kept with the case, and nothing is left to tell
    return ""


async def told_on(
    story: Exchanges,
    channel: Channel,
    operation: str,
    told: Iterable[tuple[Document, Exchange | None]],
    reply: Mapping[str, Any],
) -> Mapping[str, Any]:
    """The answer, once what was taken has gone on. Where it no longer can they are to tell it again."""
    if operation != PARCEL or reply["outcome"] != "taken":
        return reply
    for document, about in told:
        try:
            if _is_handed(about, channel) and await _is_heard(story, channel, document, about):
                await onward.tell(story, _asked(channel, document), await _case_of(story, about))
        except Erased:
            continue
        except Refusal:
            records = [each["said"] for each in reply["records"]]
            return reply_of(["busy"] * len(records), at_ms=story.around.clock_ms(), said=reply.get("said"),
                            records=records)  # fmt: skip
    return reply


def _is_handed(about: Exchange | None, channel: Channel) -> TypeGuard[Exchange]:
    return about is not None and about.caller == known_as(channel.name)


async def _is_heard(story: Exchanges, channel: Channel, document: Document, about: Exchange) -> bool:
    return await onward.is_heard(story, _asked(channel, document), await _case_of(story, about))


async def _case_of(story: Exchanges, about: Exchange) -> cases.Case:
    case = await story.around.store.read(lambda connection: cases.by_id(connection, about.case_id))
    if case is None:
        raise Refusal("not_found")
    return case


def _asked(channel: Channel, document: Document) -> Asked:
    """As a window would say it (canonical/parcel); without a unit it is of the one that received the case."""
    names = ("event", "direction", "carrier", "number", "contents")
    said = {name: document[name] for name in names if name in document}
    said["by"] = {name: document[name] for name in ("at", "unit") if name in document}
    return Asked(PARCEL, caller_of(channel), f"{channel.name}/{channel.inward.auth}", said)
