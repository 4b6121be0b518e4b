"""What comes later to a case that a platform elsewhere handed to us: corrected, supplied or withdrawn by it.

It goes the one way of what callers send later, the channel its caller: the platform of ours that has the case is
told. Its key is made of what it says: told again it is the same exchange.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.cases.later import BRINGS
from gateway.errors import Refusal
from gateway.exchange import later
from gateway.exchange.asked import Asked
from gateway.exchange.story import Exchanges
from gateway.inward.channels import Channel
from gateway.inward.commits import known_as
from gateway.inward.notices import unit_fault
from gateway.inward.receiving import LARGE_BYTES, NotReceived, caller_of, not_received
from gateway.model import Exchange
from gateway.store import cases
from gateway.store.cases import Case
from gateway.store.connection import Connection

LATER = frozenset(BRINGS)
_NUMBERS = ("ours", "theirs")
Document = Mapping[str, Any]


async def come(
    story: Exchanges, channel: Channel, operation: str, document: Document, size_bytes: int
) -> Exchange:
    """Commit 1 of the later write is our word. Raises NotReceived, StorageUnavailable."""
    case = await _case_of(story, channel, document)
    unit = document["by"].get("unit") if isinstance(document.get("by"), dict) else None
    if fault := unit_fault(unit if isinstance(unit, str) else None, case.here, channel.speaks_for):
        raise NotReceived(fault)
    said = {name: each for name, each in document.items() if name not in _NUMBERS}
    key = story.around.papers.vault.request(orjson.dumps([case.id, said], option=orjson.OPT_SORT_KEYS))
    asked = Asked(
        operation, caller_of(channel), f"{channel.name}/{channel.inward.auth}", said, key, key,
        large=size_bytes > LARGE_BYTES,
    )  # fmt: skip
    try:
        exchange, _ = await later.write(story, asked, case)
    except Refusal as refusal:
        raise not_received(refusal) from refusal
    return exchange


async def _case_of(story: Exchanges, channel: Channel, document: Document) -> Case:
    """The case that this platform handed over under these numbers; another's is as unknown as none."""
    named = [number for name in _NUMBERS if isinstance(number := document.get(name), str) and number]
    if not named:
        raise NotReceived("number_missing")
    owner = known_as(channel.name)
    found = await story.around.store.read(
        lambda connection: [_known(connection, owner, each) for each in named]
    )
    if not all(found):
        raise NotReceived("unknown_number")
    same = set(found[0]).intersection(*found[1:])
    if len(same) != 1:
        raise NotReceived("numbers_differ")
    (case_id,) = same
    case = await story.around.store.read(lambda connection: cases.by_id(connection, case_id))
    if case is None:
        raise NotReceived("unknown_number")
    return case


def _known(connection: Connection, owner: str, number: str) -> list[str]:
    """Cases of this caller by one number: our id of the case is one, too."""
    known = [case_id for case_id, caller in cases.by_number(connection, number) if caller == owner]
    case = None if known else cases.by_id(connection, number)
    return [case.id] if case is not None and case.caller == owner else known
