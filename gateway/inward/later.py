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
from gateway.inward.handed import NUMBERS, case_handed
from gateway.inward.notices import unit_fault
from gateway.inward.receiving import LARGE_BYTES, NotReceived, caller_of, not_received
from gateway.model import Exchange

LATER = frozenset(BRINGS)
Document = Mapping[str, Any]


async def come(
    story: Exchanges, channel: Channel, operation: str, document: Document, size_bytes: int
) -> Exchange:
    """Commit 1 of the later write is our word. Raises NotReceived, StorageUnavailable."""
    case = await case_handed(story.around.store, channel, document)
    unit = document["by"].get("unit") if isinstance(document.get("by"), dict) else None
    if fault := unit_fault(unit if isinstance(unit, str) else None, case.here, channel.speaks_for):
        raise NotReceived(fault)
    said = {name: each for name, each in document.items() if name not in NUMBERS}
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
