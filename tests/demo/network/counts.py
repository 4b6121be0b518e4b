"""Three counts of the month that know nothing of each other: by the feed, by the store, by what was done there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from gateway.cases.states import DECISIONS, ENDS
from gateway.cli.desk.work import today
from gateway.clock import china_day
from gateway.deadlines.reckon import reckon
from gateway.desk import lines
from gateway.desk.told import recorded
from gateway.exchange.following import known_of
from gateway.store import cases, exchanges, results
from gateway.store.connection import Connection
from tests.demo.network.figures import DECIDED, RETURNED, UNSAID, Fate, Fates
from tests.demo.network.installing import CALLERS, SIGN_WITHIN_DAYS
from tests.demo.network.month import Month, Running
from tests.demo.network.places import EVERY_ITEM
from tests.fakes import clock
from tests.fakes.results import USUAL

ACCEPT_DAYS, SERVE_DAYS = 5, 10  # 行政许可法 art. 32, 44: working days
PAGE = 200
_ITEM_OF = {place.code(item): item for place, item in EVERY_ITEM}
_CLOSED = frozenset(DECISIONS | ENDS)


async def by_events(month: Month) -> Fates:
    """By nothing but GET /v1/events of both callers; where and what by GET /v1/cases/{id}."""
    found: dict[str, Fate] = {}
    for caller in CALLERS:
        of_case: dict[str, list[dict[str, Any]]] = {}
        for each in await events_of(month, caller):
            if "case" in each:
                of_case.setdefault(each["case"], []).append(each)
        for case_id, events in of_case.items():
            _, view = await month.ask("GET", f"/v1/cases/{case_id}", caller=caller)
            found[_number(view)] = _told(view, events)
    return found


async def events_of(month: Month, caller: str) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        after = f"&after={cursor}" if cursor else ""
        status, page = await month.ask("GET", f"/v1/events?limit={PAGE}{after}", caller=caller)
        assert status == 200, page
        found += page["events"]
        if not page["events"]:
            return found
        cursor = page["cursor"]


def _number(view: Mapping[str, Any]) -> str:
    """Ours, by which the places know it."""
    return str(
        next(each["numbers"]["ours"] for each in view["exchanges"] if each["operation"] == "case.submit")
    )


def _told(view: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Fate:
    first: dict[str, Mapping[str, Any]] = {}
    for each in events:
        if each["kind"] == "case.event":
            first.setdefault(each["event"], each)
    submits = [each for each in events if each.get("operation") == "case.submit"]
    admitted = next(each for each in submits if each["kind"] == "exchange.admitted")
    turned_away = any(each["kind"] == "exchange.refused" for each in submits)
    ends = next((kind for kind in first if kind in ENDS), "")
    if any(each["kind"] == "exchange.delivered" and each["operation"] == "case.withdraw" for each in events):
        ends = ends or "withdrawn"  # it ended by what we sent: their platform need not tell it
    reasons = {
        each["event"]: each["reason"] for each in events if each["kind"] == "case.result" and "reason" in each
    }
    back = "turned_away" if turned_away else next((kind for kind in first if kind in RETURNED), "")
    decided = next((kind for kind in first if kind in DECIDED), "")
    days = _day(first[decided]["happened_at"]) - _day(admitted["at"]) if decided else None
    return Fate(
        view["from"], view["division"], _ITEM_OF[view["item"]], "accepted" in first,
        _why(back, reasons.get(back, "")), decided,
        "returned" if turned_away else ends, None if days is None else days.days,
        frozenset(each["clock"] for each in events if each["kind"] == "case.overdue"),
    )  # fmt: skip


def _why(back: str, reason: str) -> str:
    if not back or back == "turned_away":
        return back
    return reason or UNSAID


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


async def by_store(month: Month) -> Fates:
    """By the events, results and limits of each case as the store keeps them, folded anew."""
    found = {}
    for case in month.cases:
        found[case.ours] = await month.gateway.store.read(
            lambda connection, case=case: _kept(month, connection, case)
        )
    return found


def _kept(month: Month, connection: Connection, case: Running) -> Fate:
    row = cases.by_id(connection, case.case)
    assert row is not None
    agreements, day = month.gateway.settings.agreements, china_day(clock.now_ms())
    life, clocks = reckon(connection, known_of(connection, row), agreements, day)
    steps = {each.kind: each for each in reversed(life.steps)}
    submit = next(
        each for each in exchanges.of_case(connection, case.case) if each.operation == "case.submit"
    )
    reasons = {each.state: each.reason for each in results.of_case(connection, case.case)}
    turned_away = submit.state == "refused"
    back = "turned_away" if turned_away else next((kind for kind in steps if kind in RETURNED), "")
    decided = next((kind for kind in steps if kind in DECIDED), "")
    days = china_day(steps[decided].at_ms) - china_day(row.received_ms) if decided else None
    return Fate(
        row.here, row.division, _ITEM_OF[row.item], "accepted" in steps, _why(back, reasons.get(back, "")), decided,
        life.state if life.ended else "", None if days is None else days.days,
        frozenset(each.name for each in clocks if each.colour(day) in ("late", "red")),
    )  # fmt: skip


async def by_places(month: Month) -> Fates:
    """By the simulated platforms' ledgers and by what was recorded at the desks."""
    return {case.ours: await _done(month, case) for case in month.cases}


async def _done(month: Month, case: Running) -> Fate:
    story = case.story
    states, reason = await (_at_desk(month, case) if story.there.is_desk else _at_platform(month, case))
    kinds = {kind: china_day(at_ms) for kind, at_ms in reversed(states)}
    back = next((kind for kind, _ in states if kind in RETURNED or kind == "turned_away"), "")
    decided = next((kind for kind, _ in states if kind in DECIDED), "")
    ends = "returned" if back == "turned_away" else next((kind for kind, _ in states if kind in ENDS), "")
    return Fate(
        story.here.division, story.there.division, story.item, "accepted" in kinds, _why(back, reason), decided,
        ends, (kinds[decided] - china_day(story.received_ms)).days if decided else None, overdue(states),
    )  # fmt: skip


async def _at_platform(month: Month, case: Running) -> tuple[list[tuple[str, int]], str]:
    """(its states with their times, why it was returned)."""
    ledger = month.simulators[case.story.there.platform].ledger
    if ledger.reference_of(case.ours) is None:
        outcomes = {each["outcome"] for each in ledger.arrivals(case.ours)}
        return ([("turned_away", case.story.received_ms)] if "refused" in outcomes else []), ""
    endings = [state for state, _ in ledger.states(case.ours) if state in RETURNED]
    if not endings or not case.story.there.answers:  # it gives no results, hence no reasons
        return ledger.states(case.ours), ""
    return ledger.states(case.ours), USUAL[endings[0]][0]


async def _at_desk(month: Month, case: Running) -> tuple[list[tuple[str, int]], str]:
    gateway = month.gateway
    found = await lines.named(gateway.store, today(gateway), case.ours)
    if not found:
        return [], ""
    work = found[0].work
    acts = await recorded(gateway.store, gateway.papers, work.exchange_id)
    states = [(each["kind"], int(datetime.fromisoformat(each["at"]).timestamp() * 1000)) for each in acts]
    reason = next((each.get("reason", "") for each in acts if each["kind"] in RETURNED), "")
    return [("handed_over", work.placed_ms), *states], reason


def overdue(states: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Which limits ran out: 签收 as agreed, 受理 and 送达 by the law."""
    found, runs = set[str](), dict[str, date]()
    for kind, at_ms in states:
        day = china_day(at_ms)
        for name, since in list(runs.items()):
            if kind in _STOPS[name]:
                del runs[name]
                if worked(since, day) > _LIMITS[name]:
                    found.add(name)
        for name in _STARTS.get(kind, ()):
            runs.setdefault(name, day)
    return frozenset(found)


_LIMITS = {"sign": SIGN_WITHIN_DAYS, "accept": ACCEPT_DAYS, "serve": SERVE_DAYS}
_STARTS = {
    "handed_over": ("sign", "accept"), "corrected": ("accept",), "granted": ("serve",), "refused": ("serve",),
    "not_accepted": ("serve",),
}  # fmt: skip
_JUDGED = _CLOSED | {"correction_needed", "accepted"}
_STOPS = {"sign": _JUDGED | {"signed"}, "accept": _JUDGED, "serve": ENDS}


def worked(since: date, until: date) -> int:
    """Working days after `since` up to and with `until`; in November 2026 Monday to Friday are worked."""
    days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(day.weekday() < 5 for day in days)
