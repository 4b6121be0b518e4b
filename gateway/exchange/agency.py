"""What a window does for another place (代收代办): papers that go by post, results that are handed out here.

Each is recorded with its entry in one commit; told again it changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from gateway.agreements import Agreement
from gateway.cases.parcels import Content, Parcel, Told, is_new, parcel_of
from gateway.cases.states import DECISIONS
from gateway.errors import Refusal
from gateway.exchange import entries
from gateway.exchange.following import SUBMIT, follow, known_of, life_of
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.store import bodies, events, exchanges, parcels
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.events import Told as Happened
from gateway.store.store import Transaction
from mappings import canonical
from mappings.problems import Problem

PARCEL, SERVICE = "canonical/parcel@1", "canonical/service@1"


async def record_parcel(
    story: Exchanges, case: Case, document: dict[str, Any], *, source: str, actor: str
) -> Parcel:
    """Keep what happened to a parcel, and tell where it is. document: canonical/parcel.

    Raises Refusal: invalid_case, parcel_differs; Erased.
    """
    now_ms = story.around.clock_ms()
    _check(document, now_ms, PARCEL)
    if document["event"] == "sent" and document["direction"] == "there":
        await _require_given(story, case, document)
    news = _told(document, source, now_ms)

    def work(tx: Transaction) -> Parcel:
        events.lock(tx.connection, case.id)
        known = parcels.of_case(tx.connection, case.id)
        of_it = [each for each in known if each.parcel == news.parcel]
        if any(_differs(each, news) for each in of_it):
            raise Refusal("parcel_differs", number=news.number)
        if not is_new(news, of_it):
            return parcel_of(of_it)
        now = parcel_of([*of_it, news])
        parcels.add(tx.connection, case.id, len(known), [news])
        tx.record(entries.parcel(case.id, now, news, actor=actor))
        return now

    return await story.around.store.write(work)


async def record_service(
    story: Exchanges, case: Case, document: dict[str, Any], *, source: str, actor: str,
    agreements: Sequence[Agreement],
) -> None:  # fmt: skip
    """The result was handed out at a window: the case is served. document: canonical/service.

    Raises Refusal: invalid_case, nothing_decided, power_not_delegated; Erased.
    """
    now_ms = story.around.clock_ms()
    _check(document, now_ms, SERVICE)
    submitted = await _submitted(story, case)
    _require_power(submitted, agreements)
    key = await story.around.papers.key_of(submitted.id)
    name = f"service/{document['receipt']}"
    sealed = {name: story.around.papers.vault.seal_tree(key, name, document)}
    number = f"served/{document['receipt']}"
    told = Happened(
        "served", epoch_ms(document["by"]["at"]), source, number, seen_ms=now_ms, exchange_id=submitted.id
    )

    def work(tx: Transaction) -> None:
        events.lock(tx.connection, case.id)
        known = known_of(tx.connection, case)
        if any((each.source, each.number) == (source, number) for each in known.told):
            return
        life = life_of(known)
        if life.state not in DECISIONS:
            raise Refusal("nothing_decided", state=life.state)
        bodies.add(tx.connection, submitted.id, sealed)
        tx.record(entries.handed_out(submitted, document, key, now_ms, actor=actor))
        follow(case.id, [told])(tx)

    await story.around.store.write(work)


def _check(document: dict[str, Any], now_ms: int, schema: str) -> None:
    faults = canonical.check(document, now_ms, schema)
    if faults:
        raise Refusal("invalid_case", problems=faults, count=len(faults))


async def _require_given(story: Exchanges, case: Case, document: dict[str, Any]) -> None:
    """What goes by post is a material of the case, in the form that the case says it has. Raises Refusal."""
    of_case = await story.around.papers.tree((await _submitted(story, case)).id, "document")
    given = {(each["code"], each["form"]) for each in of_case["materials"]}
    faults = [
        Problem(f"/contents/{place}/code", "material_not_given")
        for place, each in enumerate(document["contents"])
        if (each["code"], each["form"]) not in given
    ]
    if faults:
        raise Refusal("invalid_case", problems=faults, count=len(faults))


def _told(document: dict[str, Any], source: str, now_ms: int) -> Told:
    contents = tuple(
        Content(each["code"], each["form"], each["count"]) for each in document.get("contents", ())
    )
    return Told(
        document["carrier"], document["number"], document["event"], document["direction"],
        epoch_ms(document["by"]["at"]), source, now_ms, contents,
    )  # fmt: skip


def _differs(known: Told, news: Told) -> bool:
    sent_both = known.kind == news.kind == "sent"
    return known.direction != news.direction or (sent_both and known.contents != news.contents)


async def _submitted(story: Exchanges, case: Case) -> Exchange:
    def look(connection: Connection) -> Exchange | None:
        writes = exchanges.of_case(connection, case.id)
        return next((each for each in writes if (each.operation, each.kind) == (SUBMIT, "write")), None)

    found = await story.around.store.read(look)
    if found is None:
        raise Refusal("not_found")
    return found


def _require_power(submitted: Exchange, agreements: Sequence[Agreement]) -> None:
    """Under an agreement, a window serves only what it was given the power to (送达权). Raises Refusal."""
    agreement = next((each for each in agreements if each.agreement == submitted.agreement), None)
    if agreement is not None and "serve" not in agreement.powers:
        raise Refusal("power_not_delegated", powers="serve", document=agreement.document)
