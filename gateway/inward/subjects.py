"""What can be called in for: each operation with its canonical schema, its checks, and what it tells of a case."""

from collections.abc import Mapping
from typing import Any, Protocol

from gateway.cases.states import BESIDE
from gateway.exchange.entries import NUMBER
from gateway.exchange.following import follow
from gateway.exchange.outcomes import keep, parted, seal_result
from gateway.exchange.papers import Papers
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.story import Surroundings
from gateway.inward.channels import Channel
from gateway.inward.commits import Telling
from gateway.inward.notices import Considered, considered
from gateway.inward.parcels import Parcel
from gateway.model import Exchange
from gateway.releases.compiled import CALLED_IN
from gateway.store.events import Told
from gateway.store.inward import numbered
from gateway.store.store import Store
from gateway.store.vault import DataKey, Vault

Document = Mapping[str, Any]


class Subject(Protocol):
    """One operation. schema: the canonical one that its mapping writes."""

    schema: str

    async def considered(
        self, around: Surroundings, channel: Channel, document: Document, now_ms: int
    ) -> Considered: ...

    async def telling(self, papers: Papers, by: Exchange, key: DataKey, document: Document) -> Telling:
        """by: the exchange of the call, with the case of this record."""
        ...

    def without_files(self, document: Document) -> Document: ...


class Notice:
    """case.notify: a step of a case (办件环节)."""

    schema = CALLED_IN["case.notify"]

    async def considered(
        self, around: Surroundings, channel: Channel, document: Document, now_ms: int
    ) -> Considered:
        if document["state"] in BESIDE and not document.get("due_on"):
            return Considered("not_mapped")  # it says nothing but a day
        return await _considered(around.store, channel, document, now_ms)

    async def telling(self, papers: Papers, by: Exchange, key: DataKey, document: Document) -> Telling:
        record, undoes = (_loggable(papers.vault, document.get(name, "")) for name in ("record", "corrects"))
        told = Told(
            document["state"], epoch_ms(document["at"]), by.platform, record, undoes, seen_ms=by.changed_ms,
            exchange_id=by.id, due_on=document.get("due_on", ""),
            reason=document.get("ground", ""),
        )  # fmt: skip
        return Telling(by.case_id, follow(by.case_id, [told]), told)

    def without_files(self, document: Document) -> Document:
        return document


class Result:
    """case.result: what became of a case (办理结果), with its documents; also of one that was never asked about."""

    schema = CALLED_IN["case.result"]

    async def considered(
        self, around: Surroundings, channel: Channel, document: Document, now_ms: int
    ) -> Considered:
        named = {**document, "theirs": document.get("reference", "")}
        return await _considered(around.store, channel, named, now_ms)

    async def telling(self, papers: Papers, by: Exchange, key: DataKey, document: Document) -> Telling:
        """Its files are durable when this returns."""
        said = {name: each for name, each in document.items() if name not in ("ours", "unit")}
        outcome = await seal_result(papers, by, said, key)
        return Telling(by.case_id, keep(outcome), outcome.told)

    def without_files(self, document: Document) -> Document:
        return parted(document).document


async def _considered(store: Store, channel: Channel, document: Document, now_ms: int) -> Considered:
    ours, theirs = document.get("ours", ""), document.get("theirs", "")
    known = await store.read(lambda connection: numbered(connection, channel.name, ours, theirs))
    return considered(document, known, channel.speaks_for, at=document.get("at"), now_ms=now_ms)


def _loggable(vault: Vault, number: str) -> str:
    """The number of a record as it may stand in the log: one that could name a person has a stand-in."""
    return number if not number or NUMBER.fullmatch(number) else vault.pseudonym(number)


SUBJECTS: Mapping[str, Subject] = {
    "case.notify": Notice(), "case.result": Result(), "case.parcel": Parcel(),
}  # fmt: skip


def without_files(operation: str, document: Document) -> Document:
    """What is kept of a document beside its files; of a case that was not taken, nothing of them."""
    if operation in SUBJECTS:
        return SUBJECTS[operation].without_files(document)
    materials = document.get("materials")
    bare = [{**each, "files": []} for each in materials or () if isinstance(each, dict)]
    return {**document, "materials": bare} if isinstance(materials, list) else document
