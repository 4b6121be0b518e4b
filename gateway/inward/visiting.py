"""visit.redeem: a platform learns, in its own dialect, who has come to its site with a ticket, and has the case.

It is told what the mapping of its answer reads and nothing else; the entry names those fields. Whether that can be
said in its words is tried when the link is made and again before the ticket is used up: nobody is lost over there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.errors import Unencodable
from gateway.errors import Refusal
from gateway.exchange import redeeming
from gateway.exchange.asked import Asked
from gateway.exchange.given import is_read
from gateway.exchange.redeeming import REDEEM
from gateway.exchange.story import Exchanges
from gateway.exchange.visits import SCHEMA, Redeemed, Redeeming
from gateway.inward.channels import Channel, Channels
from gateway.inward.notices import unit_fault
from gateway.inward.receiving import NotReceived, caller_of, not_received
from gateway.inward.replies import reply_of
from gateway.settings.platforms import PlatformAccess
from mappings.canonical import personal_fields
from mappings.problems import Unmappable

TOLD = "document."  # where it stands in the answer
_NOBODY = "0" * 26
Document = Mapping[str, Any]


async def redeemed(
    story: Exchanges, channel: Channel, document: Document, reply: Callable[..., Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The answer; what it says is committed. Raises NotReceived, StorageUnavailable."""

    def answer(found: Redeemed) -> Mapping[str, Any]:
        return reply(case=found.case_id, ours=found.ours, document=dict(found.document))

    def tells(found: Redeemed) -> Sequence[str]:
        if fault := unit_fault(document.get("unit"), found.document["division"], channel.speaks_for):
            raise NotReceived(fault)
        if problems := list(_unsayable(channel, answer(found))):
            raise not_received(Refusal("unmappable", problems=problems, count=len(problems)))
        return fields_of(channel, found.document)

    asked = Asked(REDEEM, caller_of(channel), f"{channel.name}/{channel.inward.auth}", dict(document))
    by = Redeeming(asked, lambda visit: visit.platform == channel.name, tells)
    try:
        return answer(await redeeming.redeem(story, document["ticket"], by))
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise NotReceived("ticket_unknown") from refusal
        raise not_received(refusal) from refusal


def fields_of(channel: Channel, document: Document) -> list[str]:
    """Names of the personal fields of who has come that the platform is told: those that its mapping reads."""
    sources = channel.replies(REDEEM).sources
    read = frozenset(each.removeprefix(TOLD) for each in sources if each.startswith(TOLD))
    return [name for name in personal_fields(dict(document), SCHEMA) if is_read(name, read)]


def tellable(channels: Channels, sites: Mapping[str, PlatformAccess]) -> Callable[[str, Document], None]:
    """What refuses a link before it is made, where nobody over there could be told who comes."""

    def check(platform: str, document: Document) -> None:
        """Raises Refusal: no_site, unmappable."""
        channel = channels.of(platform)
        if channel is None or REDEEM not in channel.inward.calls:
            site = sites[platform].site
            if site is None or site.redeemed_by is None:
                raise Refusal("no_site", platform=platform)
            return
        reply = reply_of(
            ["taken"], at_ms=0, said={}, records=[{}], case=_NOBODY, ours=_NOBODY, document=document
        )
        if problems := list(_unsayable(channel, reply)):
            raise Refusal("unmappable", problems=problems, count=len(problems))

    return check


def _unsayable(channel: Channel, reply: Mapping[str, Any]) -> Iterator[Any]:
    """Everything of an answer that cannot be said in their words, with its place in what the caller said."""
    try:
        channel.said(REDEEM, reply)
    except (Unmappable, Unencodable) as error:
        origins = channel.replies(REDEEM).origins(dict(reply))
        for each in error.problems:
            source = origins.get(each.path, "").removeprefix(TOLD)
            yield replace(each, facts={**each.facts, "source": source}) if source else each
