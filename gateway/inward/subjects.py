"""What can be called in for: each operation with its canonical schema, its checks, and the event that it tells."""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.inward.channels import Channel
from gateway.inward.notices import Considered, considered, told_of
from gateway.store.events import Told
from gateway.store.inward import numbered
from gateway.store.store import Store


class Subject(Protocol):
    """One operation. schema: the canonical one that its mapping writes."""

    schema: str

    async def considered(
        self, store: Store, channel: Channel, document: Mapping[str, Any], now_ms: int
    ) -> Considered: ...

    def told(self, document: Mapping[str, Any], platform: str, exchange_id: str, seen_ms: int) -> Told: ...


class Notice:
    """case.notify: a step of a case (办件环节)."""

    schema = "canonical/notice@1"

    async def considered(
        self, store: Store, channel: Channel, document: Mapping[str, Any], now_ms: int
    ) -> Considered:
        ours, theirs = document.get("ours", ""), document.get("theirs", "")
        known = await store.read(lambda connection: numbered(connection, channel.name, ours, theirs))
        return considered(document, known, channel.speaks_for, at=document["at"], now_ms=now_ms)

    def told(self, document: Mapping[str, Any], platform: str, exchange_id: str, seen_ms: int) -> Told:
        return told_of(document, platform, exchange_id, seen_ms)


SUBJECTS: Mapping[str, Subject] = {"case.notify": Notice()}
