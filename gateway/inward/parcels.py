"""case.parcel: a platform tells what became of a parcel (寄件) of a case, whichever of the two places it is.

The place that decides tells what has reached it and what it sends back; one that handed a case to a platform of
ours tells what it sends there. What differs from what is known of the parcel is found out in the commit.
"""

from collections.abc import Mapping
from typing import Any

from gateway.exchange.papers import Erased, Papers
from gateway.exchange.parcels import brings_papers, keep, not_given, submit_of, told_of
from gateway.exchange.sound import is_parcel_told
from gateway.exchange.story import Surroundings
from gateway.inward.channels import Channel
from gateway.inward.commits import Telling
from gateway.inward.handed import case_handed
from gateway.inward.notices import Considered, considered, time_fault, unit_fault
from gateway.inward.receiving import NotReceived
from gateway.model import Exchange
from gateway.releases.compiled import CALLED_IN
from gateway.store.inward import numbered
from gateway.store.store import Transaction
from gateway.store.vault import DataKey

Document = Mapping[str, Any]


class Parcel:
    """One event of one parcel."""

    schema = CALLED_IN["case.parcel"]

    async def considered(
        self, around: Surroundings, channel: Channel, document: Document, now_ms: int
    ) -> Considered:
        if not is_parcel_told(document):
            return Considered("not_mapped")
        found = await _whose(around, channel, document, now_ms)
        if found.reason == "taken" and found.exchange and brings_papers(document):
            return await _with_materials(around.papers, found.exchange, document)
        return found

    async def telling(self, papers: Papers, by: Exchange, key: DataKey, document: Document) -> Telling:
        news = told_of(document, at=document["at"], source=by.platform, seen_ms=by.changed_ms)

        def work(tx: Transaction) -> None:
            keep(by.case_id, news, actor=by.actor, unit=document.get("unit", ""))(tx)

        return Telling(by.case_id, work)

    def without_files(self, document: Document) -> Document:
        return document


async def _whose(around: Surroundings, channel: Channel, document: Document, now_ms: int) -> Considered:
    """The case that the platform has by these numbers, else one that it handed over under them."""
    ours, theirs = document.get("ours", ""), document.get("theirs", "")
    known = await around.store.read(lambda connection: numbered(connection, channel.name, ours, theirs))
    at = document["at"]
    found = considered(document, known, channel.speaks_for, at=at, now_ms=now_ms)
    if found.reason not in ("unknown_number", "number_not_known_yet"):
        return found
    try:
        case = await case_handed(around.store, channel, document)
    except NotReceived:
        return found
    fault = unit_fault(document.get("unit"), case.here, channel.speaks_for) or time_fault(at, now_ms)
    return Considered(fault or "taken", await submit_of(around.store, case.id))


async def _with_materials(papers: Papers, submitted: Exchange, document: Document) -> Considered:
    """What goes to the deciding place is of the case; what is erased nobody can hold it against."""
    try:
        faults = await not_given(papers, submitted, document)
    except Erased:
        faults = []
    return Considered("not_mapped" if faults else "taken", submitted)
