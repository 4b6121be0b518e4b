"""As of when a call in is read, by a mapping with dated code tables: the receipt (收件) of its case."""

from functools import partial
from typing import Any

from gateway.exchange.receipt import as_of
from gateway.inward.channels import Channel
from gateway.inward.handed import case_handed
from gateway.inward.receiving import NotReceived
from gateway.store import cases
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.inward import numbered
from gateway.store.store import Store
from mappings.mapping import Mapping as Mapped


async def reading(store: Store, channel: Channel, operation: str, said: Any, now_ms: int) -> Mapped:
    """The mapping of one record, as of the receipt of its case; as of now where it names none that they have."""
    mapping = channel.reads(operation)
    if not mapping.dated:
        return mapping
    now = mapping.as_of(as_of(None, now_ms))
    case = await _case_of(store, channel, now.partly(said))  # numbers go through no dated table
    return mapping.as_of(as_of(case.received_ms, now_ms)) if case else now


async def _case_of(store: Store, channel: Channel, named: dict[str, Any]) -> Case | None:
    """The case that they have from us, else one that they handed to us; None also for one that is disputed."""
    ours, theirs = (_text(named.get(name)) for name in ("ours", "theirs"))
    theirs = theirs or _text(named.get("reference"))
    sent = await store.read(partial(_sent, platform=channel.name, ours=ours, theirs=theirs))
    if sent is not None:
        return sent
    try:
        return await case_handed(store, channel, named)
    except NotReceived:
        return None


def _sent(connection: Connection, platform: str, ours: str, theirs: str) -> Case | None:
    known = numbered(connection, platform, ours, theirs)
    named = {each.case_id for each in (*known.by_ours, *known.by_theirs)}
    return cases.by_id(connection, named.pop()) if len(named) == 1 else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
