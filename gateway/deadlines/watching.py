"""Looking at the clocks of cases when one of them may turn, and whenever something of the case became known.

Amber and red are told once for each last day of each limit; an entry of the log and what is kept of the clocks
commit together. One process looks for all: its lease is short, and a look that was lost is made again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from audit.entries import Entry
from gateway import logs
from gateway.cases.due import Clock
from gateway.clock import china_day
from gateway.deadlines.reckon import Looked, Reckoned, reckon
from gateway.exchange.following import Known, asked_of
from gateway.settings.agreements import Agreement
from gateway.store import events, leases, watched
from gateway.store.connection import Connection
from gateway.store.store import StorageUnavailable, Store
from gateway.store.transaction import AsksFirst, Transaction
from gateway.store.watched import Kept
from mappings.china_time import CHINA

log = logs.get("worker")
LEASE, LEASE_MS = "deadlines", 10_000
EVERY_MS = 250
MOST = 16  # that are looked at before anything else is tended
AT_ONCE = 4  # in a commit, and in one way to a server: whoever waits for another waits a millisecond or two
AGAIN_MS = 86_400_000  # of a clock without a day: a guide, a year may have been brought in meanwhile
WARNED = ("amber", "red")
_DAY = timedelta(days=1)


class Asked(NamedTuple):
    """A case that is locked, and everything that a look at it needs, once it is looked at."""

    case_id: str
    kept: Callable[[], dict[str, Kept]]
    due_ms: Callable[[], int | None]
    known: Callable[[], Known | None]


def _asked(connection: Connection, case_id: str) -> Asked:
    events.lock(connection, case_id)  # before its row: whoever changes a case locks it first
    kept, due_ms = watched.kept(connection, case_id), watched.due_of(connection, case_id)
    return Asked(case_id, kept, due_ms, asked_of(connection, case_id))


class Watch:
    """The clocks of all cases, as one process looks at them between its rounds."""

    def __init__(
        self, store: Store, agreements: Sequence[Agreement], owner: str, clock_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._agreements = agreements
        self._owner = owner
        self._clock_ms = clock_ms
        self._looked_ms = 0
        self._told: set[tuple[str, int]] = set()

    async def look(self) -> None:
        """Look at what is due, at most MOST cases; at most every EVERY_MS."""
        now_ms = self._clock_ms()
        if now_ms - self._looked_ms < EVERY_MS:
            return
        self._looked_ms = now_ms
        due = await self._store.read(partial(watched.due, now_ms=now_ms, most=MOST))
        if not due or not await self._store.write(self._lease):
            return
        looked, unknown = Looked(), list[set[tuple[str, int]]]()
        for first in range(0, len(due), AT_ONCE):
            unknown.append(await self._look(due[first : first + AT_ONCE], looked))
        for division, year in {each for years in unknown for each in years} - self._told:
            self._told.add((division, year))
            log.warning("calendar.unknown", division=division, year=year)

    async def _look(self, case_ids: Sequence[str], looked: Looked) -> set[tuple[str, int]]:
        """What fails for one case fails for it only: it is looked at again tomorrow."""
        try:
            return await self._store.write(self._work(case_ids, looked))
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - as in the worker's loop
            if len(case_ids) > 1:
                return set().union(*[await self._look([each], looked) for each in case_ids])
            log.error("worker.failed", case=case_ids[0], failure=error)
            await self._store.write(partial(_again, case_ids[0]))
            return set()

    def _lease(self, tx: Transaction) -> bool:
        return leases.take(tx.connection, LEASE, self._owner, now_ms=tx.now_ms, until_ms=tx.now_ms + LEASE_MS)

    def _work(self, case_ids: Sequence[str], looked: Looked) -> AsksFirst[set[tuple[str, int]]]:
        """Look at some cases; the years that they would need to know, by division."""

        def ask(tx: Transaction) -> Callable[[], set[tuple[str, int]]]:
            asked = [_asked(tx.connection, each) for each in sorted(case_ids)]
            return lambda: {year for each in asked for year in self._turn(tx, each, looked)}

        return AsksFirst(ask, frozenset(case_ids))

    def _turn(self, tx: Transaction, asked: Asked, looked: Looked) -> set[tuple[str, int]]:
        due_ms, known = asked.due_ms(), asked.known()
        if due_ms is None or due_ms > tx.now_ms:
            return set()  # somebody else has looked
        if known is None or not known.case.open:
            watched.keep(tx.connection, asked.case_id, ())
            watched.end(tx.connection, asked.case_id)
            return set()
        today = china_day(tx.now_ms)
        found = reckon(tx.connection, known, self._agreements, today, looked)
        turned(tx, asked.case_id, found, today, asked.kept())
        return {(known.case.division, clock.year) for clock in found.clocks if clock.year}


def turned(tx: Transaction, case_id: str, found: Reckoned, today: date, before: Mapping[str, Kept]) -> None:
    """Tell what has turned since the last look, keep the clocks as they are, and plan the next look.

    before: the clocks as they were kept.
    """
    connection, running = tx.connection, [clock for clock in found.clocks if clock.ended is None]
    now = [_kept(case_id, clock, today) for clock in running]
    for clock, each in zip(running, now, strict=True):
        for kind in _news(before.get(each.name), each):
            tx.record(_entry(kind, tx.now_ms, clock, case_id, found.life.state))
    if now != list(before.values()):
        watched.keep(connection, case_id, now)
    if running:
        watched.look(connection, case_id, _next_ms(running, today, tx.now_ms))
    else:
        watched.end(connection, case_id)


def _news(was: Kept | None, now: Kept) -> list[str]:
    """What is to be told of a clock that was kept as it `was`."""
    same = was is not None and (was.start_on, was.due_on) == (now.start_on, now.due_on)
    if now.why == "year_unknown":
        return [] if same and was and was.why == now.why else ["case.due_unknown"]
    if now.colour not in WARNED or (same and was and was.colour in (now.colour, "red")):
        return []
    if now.colour == "amber":
        return ["case.due_soon"]
    return ["case.overdue", "case.deemed_accepted"] if now.name == "accept" else ["case.overdue"]


def _entry(kind: str, at_ms: int, clock: Clock, case_id: str, state: str) -> Entry:
    facts = {
        "case": case_id,
        "clock": clock.name,
        "start_on": clock.start.isoformat(),
        "due_on": clock.on.isoformat() if clock.on else None,
        "why": clock.why,
        "year": clock.year or None,
        "state": state,
    }
    return Entry(kind, at_ms, facts)


def _kept(case_id: str, clock: Clock, today: date) -> Kept:
    on = clock.on
    return Kept(
        case_id, clock.name, clock.start.isoformat(), on.isoformat() if on else "",
        (clock.amber or on + _DAY).isoformat() if on else "", clock.colour(today), clock.why or "",
    )  # fmt: skip


def _next_ms(running: Sequence[Clock], today: date, now_ms: int) -> int:
    """The first moment of the next day on which one turns; this time tomorrow, if one has no day or none turns."""
    turns = [_midnight_ms(day) for clock in running if (day := clock.turns_on(today)) is not None]
    lacks = any(clock.on is None for clock in running)
    return min([*turns, now_ms + AGAIN_MS] if lacks or not turns else turns)


def _midnight_ms(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), CHINA).timestamp() * 1000)


def _again(case_id: str, tx: Transaction) -> None:
    watched.look(tx.connection, case_id, tx.now_ms + AGAIN_MS)
