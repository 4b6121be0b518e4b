"""case.receive: a platform elsewhere hands a case to one of ours, and is a caller like any other for it.

It is admitted by the one way through, under a key made of what it says: told again it is the same exchange.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.errors import CODES, Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.following import SUBMIT
from gateway.exchange.story import Exchanges
from gateway.inward.channels import Channel
from gateway.inward.commits import known_as
from gateway.inward.notices import unit_fault
from gateway.model import Exchange
from gateway.settings.callers import Caller

RECEIVE = "case.receive"
LARGE_BYTES = (
    256 * 1024
)  # as of requests of callers: what would hold up the event loop is looked at in a thread
MOST_WORDS = 500
_REASONS: Mapping[str, str] = {
    "invalid_case": "case_faulty", "unmappable": "case_faulty",
    "forbidden_operation": "not_allowed", "forbidden_division": "not_allowed", "forbidden_item": "not_allowed",
    "forbidden_sender": "unit_not_allowed",
    "division_not_served": "not_served", "operation_not_offered": "not_offered",
    "no_agreement": "not_agreed", "mode_not_agreed": "not_agreed", "item_not_open": "not_agreed",
    "power_not_delegated": "not_agreed",
    "case_open": "case_open",
    "case_over": "case_over", "nothing_asked": "nothing_asked", "write_open": "earlier_open",
    "case_unconfirmed": "number_not_known_yet",
    "ticket_over": "ticket_over",
}  # fmt: skip


class NotReceived(Exception):
    """Why a case is not taken: a reason of the closed list, and what is wrong with it, without values."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.words = words


async def receive(
    story: Exchanges, channel: Channel, document: Mapping[str, Any], size_bytes: int
) -> Exchange:
    """Commit 1 of the hand-over is our word. Raises NotReceived, StorageUnavailable."""
    receiving = document.get("receiving")
    place = receiving if isinstance(receiving, dict) else {}
    unit, division = place.get("unit"), str(place.get("division", ""))
    if isinstance(unit, str) and (fault := unit_fault(unit, division, channel.speaks_for)):
        raise NotReceived(fault)
    key = story.around.papers.vault.request(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
    asked = Asked(
        SUBMIT, caller_of(channel), f"{channel.name}/{channel.inward.auth}", dict(document), key, key,
        large=size_bytes > LARGE_BYTES,
    )  # fmt: skip
    try:
        exchange, _ = await story.admit(asked)
    except Refusal as refusal:
        raise not_received(refusal) from refusal
    return exchange


def caller_of(channel: Channel) -> Caller:
    """The channel as a caller; its name has a slash, which no declared caller's has."""
    return Caller.model_construct(
        caller=known_as(channel.name), title=channel.platform.declared.title, speaks_for=channel.speaks_for,
        keys=(), rights=channel.rights,
    )  # fmt: skip


def not_received(refusal: Refusal) -> NotReceived:
    """What is to be mended is told place by place; what is ours to mend is asked to come back."""
    if refusal.code not in _REASONS:
        return NotReceived("item_not_found" if refusal.code.startswith("item_") else "busy")
    said = [f"{each.path} {_text(each)}".strip() for each in refusal.problems]
    words = "；".join([CODES[refusal.code].title[0], *said])
    return NotReceived(_REASONS[refusal.code], words[:MOST_WORDS])


def _text(problem: Any) -> str:
    return str(problem.text("zh")) if hasattr(problem, "text") else str(problem.code)
