"""What becomes of the parcels (寄件) of a case: whoever tells it, it is kept once, with its entry in one commit.

A window of the receiving place tells it by the API, a platform by its own call or in a progress answer, people of a
place without an interface at the console. What cannot be of a parcel as it is known is refused to who tells it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.cases.parcels import MOST_EVENTS, Content, Parcel, Told, is_new, parcel_of
from gateway.errors import Refusal
from gateway.exchange import entries
from gateway.exchange.following import SUBMIT
from gateway.exchange.papers import Erased, Papers
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.store import events, exchanges, parcels
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.store import Store, Transaction
from mappings import canonical
from mappings.problems import Problem

SCHEMA = "canonical/parcel@1"


class Kept(NamedTuple):
    """A parcel as it is now. repeated: what was told was known before."""

    parcel: Parcel
    repeated: bool


async def record(
    story: Exchanges, case: Case, document: dict[str, Any], *, source: str, actor: str, unit: str = ""
) -> Kept:
    """Keep what happened to a parcel, and tell where it is. document: canonical/parcel.

    unit: that tells it (USCC), where the document names none; empty: the one that received the case.
    Raises Refusal: invalid_case, parcel_differs, parcels_full; Erased.
    """
    now_ms = story.around.clock_ms()
    faults = canonical.check(document, now_ms, SCHEMA)
    if faults:
        raise Refusal("invalid_case", problems=faults, count=len(faults))
    submitted = await submit_of(story.around.store, case.id)
    if brings_papers(document) and (missing := await not_given(story.around.papers, submitted, document)):
        raise Refusal("invalid_case", problems=missing, count=len(missing))
    news = told_of(document, at=document["by"]["at"], source=source, seen_ms=now_ms)
    unit = document["by"].get("unit") or unit or await _receiving(story.around.papers, submitted)
    return await story.around.store.write(keep(case.id, news, actor=actor, unit=unit))


async def _receiving(papers: Papers, submitted: Exchange) -> str:
    """The unit that received the case; empty once its papers are erased."""
    try:
        return str((await papers.tree(submitted.id, "document"))["receiving"]["unit"])
    except Erased:
        return ""


def keep(case_id: str, news: Told, *, actor: str, unit: str) -> Callable[[Transaction], Kept]:
    """Where the parcel is, once this is known of it, too; told again it changes nothing.

    unit: that tells it; empty where its source does not say.
    Raises Refusal parcel_differs: a parcel of that number goes the other way, or holds something else;
    parcels_full: MOST_EVENTS are known of the parcels of this case.
    """

    def work(tx: Transaction) -> Kept:
        events.lock(tx.connection, case_id)
        known = parcels.of_case(tx.connection, case_id)
        of_it = [each for each in known if each.parcel == news.parcel]
        if any(_differs(each, news) for each in of_it):
            raise Refusal("parcel_differs", number=news.number)
        if not is_new(news, of_it):
            return Kept(parcel_of(of_it), repeated=True)
        if len(known) >= MOST_EVENTS:
            raise Refusal("parcels_full", most=MOST_EVENTS)
        now = parcel_of([*of_it, news])
        parcels.add(tx.connection, case_id, len(known), [news])
        tx.record(entries.parcel(case_id, now, news, actor=actor, unit=unit))
        return Kept(now, repeated=False)

    return work


def keep_heard(case_id: str, news: Iterable[Told], *, actor: str, unit: str) -> Callable[[Transaction], None]:
    """What an answer to our question tells of parcels. What differs from what is known, or is beyond what counts of
    a case, is left: nobody waits for a word on it, what was told first stands, and the answer itself is kept.
    """

    def work(tx: Transaction) -> None:
        for each in news:
            try:
                keep(case_id, each, actor=actor, unit=unit)(tx)
            except Refusal:
                continue

    return work


def heard(document: Mapping[str, Any], exchange: Exchange) -> list[Told]:
    """What a progress answer (canonical/progress) tells of parcels, in its order."""
    return [
        told_of(
            {**each, **happened}, at=happened["at"], source=exchange.platform, seen_ms=exchange.changed_ms
        )
        for each in document.get("parcels", ())
        for happened in each["events"]
    ]


def told_of(document: Mapping[str, Any], *, at: str, source: str, seen_ms: int) -> Told:
    """document: event, direction, carrier, number, and what it holds where it was sent."""
    sent = document["event"] == "sent"
    contents = tuple(
        Content(each["code"], each["form"], each["count"])
        for each in (document.get("contents", ()) if sent else ())
    )
    return Told(
        document["carrier"], document["number"], document["event"], document["direction"], epoch_ms(at), source,
        seen_ms, contents,
    )  # fmt: skip


def brings_papers(document: Mapping[str, Any]) -> bool:
    """Whether it says that papers of the applicant's go to the deciding place."""
    return bool(document["event"] == "sent" and document["direction"] == "there")


async def not_given(papers: Papers, submitted: Exchange, document: Mapping[str, Any]) -> list[Problem]:
    """What goes there is a material of the case, in the form that the case says it has. Raises Erased."""
    of_case = await papers.tree(submitted.id, "document")
    given = {(each["code"], each["form"]) for each in of_case["materials"]}
    return [
        Problem(f"/contents/{place}/code", "material_not_given")
        for place, each in enumerate(document["contents"])
        if (each["code"], each["form"]) not in given
    ]


async def submit_of(store: Store, case_id: str) -> Exchange:
    """The exchange by which the platform has the case. Raises Refusal not_found."""

    def look(connection: Connection) -> Exchange | None:
        writes: Sequence[Exchange] = exchanges.of_case(connection, case_id)
        return next((each for each in writes if (each.operation, each.kind) == (SUBMIT, "write")), None)

    found = await store.read(look)
    if found is None:
        raise Refusal("not_found")
    return found


def _differs(known: Told, news: Told) -> bool:
    sent_both = known.kind == news.kind == "sent"
    return known.direction != news.direction or (sent_both and known.contents != news.contents)
