"""What a platform says it has: its own list of the day, or a probe for each case.

Every question goes the one way (exchange.reads) and leaves its entry.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal

from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.exchange.facts import number_of
from gateway.exchange.papers import Erased
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.reads import Question, pose
from gateway.exchange.story import Exchanges
from gateway.model import Exchange, Fact
from gateway.reconcile.compare import Record, once
from gateway.reconcile.lists import Fault
from gateway.releases.routes import Route
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.store.sent import Sent
from gateway.store.vault import WrongKey
from mappings.problems import Refused

LIST, SUBMIT = "case.list", "case.submit"
MOST_PAGES = 2_000
PAGES = {"page", "page_from_0"}
CLOCKS_APART_MS = 600_000  # how much their clock may be off
MOST_DAYS = 7
SourceName = Literal["list", "file", "probe"]
Told = Callable[[int, int], None]  # how many of how many are done


@dataclass(frozen=True, slots=True)
class Listing:
    """What was learnt. unclear: ids of the exchanges whose absence from `records` says nothing.

    complete: False if rows are known to be lacking, so that no absence says anything.
    """

    source: SourceName
    records: tuple[Record, ...]
    faults: tuple[Fault, ...] = ()
    unclear: frozenset[str] = frozenset()
    complete: bool = True


async def _answered(story: Exchanges, question: Question) -> tuple[Exchange, Route, Fact]:
    """(the read as it was concluded, its route, the fact that it was concluded with). Raises Refusal.

    It is asked once more if the session secret had run out: many questions may take longer than one lives.
    """
    for last in (False, True):
        concluded, route = await pose(story, question)
        fact = await story.around.store.read(partial(_last_fact, concluded.id))
        if last or fact.kind != "barred" or not route.policy.renews_secret:
            break
    return concluded, route, fact


def _last_fact(exchange_id: str, connection: Connection) -> Fact:
    return exchanges.facts_of(connection, exchange_id)[-1]


# ---- the platform's own list ----------------------------------------------------------------------------


async def listed(story: Exchanges, platform: str, day: date, actor: str, ours: Sequence[Sent]) -> Listing:
    """The platform's list of the day, and what stands of `ours` in its lists of the days around. Raises Refusal.

    What was sent over midnight, or took days, is listed over there on another day than here.
    """
    found = await _list_of(story, platform, day, actor)
    missing = _missing(ours, found.records)
    today = china_day(story.around.clock_ms())
    numbers = {number for sent in missing for number in (sent.ours, sent.theirs)} - {""}
    days = {other for sent in missing for other in _days_of(sent, day) if other <= today}
    for other in sorted(days):
        more = await _list_of(story, platform, other, actor)
        fitting = [record for record in more.records if not numbers.isdisjoint((record.ours, record.theirs))]
        found = replace(found, records=(*found.records, *fitting), complete=found.complete and more.complete)
    return found


def _days_of(sent: Sent, day: date) -> Iterator[date]:
    """The other days on which it may have been taken, by clocks that lie apart; the nearest of them only."""
    first, last = china_day(sent.admitted_ms - CLOCKS_APART_MS), china_day(sent.changed_ms + CLOCKS_APART_MS)
    last = min(last, day + timedelta(days=MOST_DAYS))
    while first <= last:
        if first != day:
            yield first
        first += timedelta(days=1)


def _missing(ours: Sequence[Sent], records: Iterable[Record]) -> list[Sent]:
    """What may have left, and bears no number that they list."""
    there = {number for record in records for number in (record.ours, record.theirs)} - {""}
    return [sent for sent in ours if sent.attempt and there.isdisjoint((sent.ours, sent.theirs))]


async def _list_of(story: Exchanges, platform: str, day: date, actor: str) -> Listing:
    """One day of it, page by page if its mapping reads the page."""
    route = story.around.routes.active_route(platform, LIST)
    is_paged = bool(PAGES & route.mapping.sources)
    rows: list[Any] = []
    total: int | None = None
    for page in range(1, MOST_PAGES + 1):
        answer = await _page(story, route, day, page, actor)
        total, cases = answer.get("total", total), answer["cases"]
        if not cases or cases == rows[-len(cases) :]:  # or the page before once more
            break
        rows += cases
        if not is_paged or (total is not None and len(rows) >= total):
            break
    records, faults = _records(rows)
    lacking = bool(faults) or page == MOST_PAGES or (total is not None and len(once(records)) < total)
    return Listing("list", tuple(records), tuple(faults), complete=not lacking)


async def _page(story: Exchanges, route: Route, day: date, page: int, actor: str) -> dict[str, Any]:
    asks = {"day": day.isoformat(), "page": str(page), "page_from_0": str(page - 1)}
    concluded, asked, _ = await _answered(story, Question(LIST, route.name, actor, asks=asks))
    return await story.around.papers.answer_of(concluded, asked)


def _records(rows: Sequence[Any]) -> tuple[list[Record], list[Fault]]:
    records, faults = [], []
    for place, row in enumerate(rows, 1):
        ours, theirs = number_of(row.get("ours")), number_of(row.get("theirs"))
        if ours or theirs:
            records.append(Record(ours, theirs, row.get("state", ""), _at_ms(row.get("at"))))
        else:
            faults.append(Fault(place, "bad_number" if row.get("ours") or row.get("theirs") else "no_number"))
    return records, faults


def _at_ms(text: str | None) -> int:
    try:
        return epoch_ms(text) if text else 0
    except Refused:
        return 0


# ---- a probe for each case ------------------------------------------------------------------------------


async def probed(story: Exchanges, route: Route, ours: Sequence[Sent], actor: str, told: Told) -> Listing:
    """Ask after each exchange of which a byte may have left, as the platform's probe says.

    route: of case.submit, with a probe. Raises Refusal if not one of them could be asked.
    """
    asked = [sent for sent in ours if sent.attempt]
    records: list[Record] = []
    unclear: set[str] = set()
    refusal: Refusal | None = None
    for done, sent in enumerate(asked):
        told(done, len(asked))
        try:
            record, is_clear = await _probe(story, route, sent, actor)
        except Refusal as error:
            record, is_clear, refusal = None, False, error
        except (Erased, WrongKey):
            record, is_clear = None, False
        if record is not None:
            records.append(record)
        elif not is_clear:
            unclear.add(sent.exchange)
    told(len(asked), len(asked))
    if refusal is not None and len(unclear) == len(asked):
        raise refusal
    return Listing("probe", tuple(records), unclear=frozenset(unclear))


async def _probe(story: Exchanges, route: Route, sent: Sent, actor: str) -> tuple[Record | None, bool]:
    """(what they have, None for nothing), and whether the answer can be believed."""
    about = await story.look_up(sent.exchange)
    question = Question(route.probe_operation, route.name, actor, about=about, probes=SUBMIT)
    concluded, asked, fact = await _answered(story, question)
    if fact.kind == "landed":
        return Record(sent.ours, fact.reference, await _state(story, concluded, asked)), True
    settled_ms = sent.changed_ms + (route.policy.probe.settled_after_ms if route.policy.probe else 0)
    return None, fact.kind == "absent" and story.around.clock_ms() >= settled_ms


async def _state(story: Exchanges, concluded: Exchange, asked: Route) -> str:
    """How the case stands by the same answer; empty where it cannot be said in our words."""
    try:
        answer = await story.around.papers.answer_of(concluded, asked)
    except Refusal:
        return ""
    return str(answer.get("state", ""))
