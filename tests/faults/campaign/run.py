"""One campaign: load and faults for a while, then calm, then the reckoning."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, TCPConnector

from gateway.clock import wall_ms
from tests.faults.campaign.callers import Caller
from tests.faults.campaign.evidence import Evidence, Violation
from tests.faults.campaign.fleet import Fault, Fleet
from tests.faults.campaign.people import Errand, Later, People
from tests.faults.campaign.schedule import FRONTS, PLATFORMS, Schedule
from tests.faults.campaign.telling import Teller, Telling
from tests.faults.campaign.trouble import Trouble
from tests.faults.campaign.verdict import violations
from tests.faults.ledgers import ask, halves, verified
from tests.faults.nursery import nursery
from tests.faults.places import Place
from tests.postgres import Server, running

CALLERS, TELLERS = 20, 5
STALL_MS = 300  # a loop of this process that stands still for longer: the machine was not there
UP_S = 30
QUIET_S = 64  # settled_after + 60 s
OPEN = (  # what waits behind a write that a person has to settle waits for that person, too
    "select count(*) from exchanges e where kind = 'write' and state in ('waiting', 'sending', 'deferred')"
    " and not exists (select 1 from exchanges h where h.case_id = e.case_id and h.state = 'held'"
    " and h.kind = 'write' and h.place < e.place)"
)
FOLLOWED = ("sim-gd", "sim-gx")
UNFOLLOWED = (
    "select id from exchanges where kind = 'write' and operation = 'case.submit' and state = 'delivered'"
    " and platform in ('sim-gd', 'sim-gx') and case_id in (select id from cases where open = 1)"
    " and not exists (select 1 from followed_cases where exchange_id = exchanges.id)"
)
LEFT = "select exchange_id, due_ms, owner, unchanged, cause from followed_cases"
SHORT = {
    "timeout_s: 5, connect_s: 2": "timeout_s: 1, connect_s: 1",
    "first: 50ms, most: 200ms": "first: 50ms, most: 500ms",
    "settled_after: 2s": "settled_after: 4s",
    "follow: {first: 10m, most: 6h}": "follow: {first: 500ms, most: 2s}",
}
DECLARED = dict.fromkeys((*PLATFORMS, *FRONTS), SHORT)


@dataclass(slots=True)
class Campaign:
    """What one run did and found. stalls: when this machine stood still, which nobody injected."""

    schedule: Schedule
    seen: Evidence = field(init=False)
    faults: list[Fault] = field(default_factory=list)
    stalls: list[tuple[int, int]] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    found: list[Violation] = field(default_factory=list)
    began_ms: int = 0
    took_s: float = 0
    quiet_s: float = 0


async def campaign(schedule: Schedule, *, without: str = "", callers: int = CALLERS) -> Campaign:
    """Run it. without: a guard that the gateways lack (guards.py). callers: how many are at work at once."""
    done = Campaign(schedule)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tongban-campaign-"))) / "place"
        server = stack.enter_context(running(fsync="off")) if schedule.store == "postgresql" else None
        folder.mkdir()
        place = await _installed(folder, server)
        async with (
            nursery(place.folder) as children,
            place.platforms(*PLATFORMS) as simulators,
            place.fronts(*(FRONTS if schedule.fronts else ())) as fronts,
            _watched(done.stalls),
        ):
            fleet = Fleet(schedule, place, children, done.faults, without)
            trouble = Trouble(fleet, simulators, server, place.database, done.faults, fronts)
            done.seen = Evidence(
                place.database, simulators, done.errands, done.faults, done.stalls, fronts, done.tellings
            )
            fleet.start()
            await _load(done, fleet, trouble, callers)
            codes = await fleet.stop()
            done.found += [Violation(f"gateways did not stop in order: {codes}")] if any(codes) else []
            done.found += _reckoned(done.seen, place)
    done.took_s = time.monotonic() - began
    return done


async def _installed(folder: Path, server: Server | None) -> Place:
    place = Place(folder, server)
    place.write(DECLARED, lease_margin_s=1)
    async with place.gateway() as gateway:
        (folder / "log_key").write_text(gateway.signer.vkey)
    place.forget_sources()
    return place


def _reckoned(seen: Evidence, place: Place) -> Iterator[Violation]:
    seen.read()
    yield from violations(seen)
    yield from map(Violation, halves(place.database))
    if unsound := verified(place.database, (place.folder / "log_key").read_text()):
        yield Violation(f"the log does not verify: {unsound}")


async def _load(done: Campaign, fleet: Fleet, trouble: Trouble, windows: int) -> None:
    """Callers and faults for as long as the schedule says; then all is well, and everybody asks again."""
    chance = done.schedule.chance
    async with ClientSession(connector=TCPConnector(limit=0, force_close=True)) as session:
        callers = [
            Caller(
                session,
                lambda: fleet.addresses,
                People(chance(f"people {n}"), count(10_000 * n), fronts=done.schedule.fronts),
                chance(f"caller {n}"),
                trouble.doom,
            )
            for n in range(windows)
        ]
        tellers = [
            Teller(
                session, lambda: fleet.addresses, trouble.simulators, chance(f"teller {n}"), count(10_000 * n)
            )
            for n in range(TELLERS)
        ]
        await fleet.all_up(UP_S)
        await _work(done, callers, tellers, trouble)
        fleet.calm()
        calm = time.monotonic()
        if not await fleet.all_up(UP_S):
            done.found.append(Violation("not all gateways came up again"))
        await _everybody(callers, lambda errand: not errand.ids, lambda later: not (later.ids or later.told))
        await asyncio.gather(*(teller.again() for teller in tellers))
        await _quiet(done.seen.database)
        done.quiet_s = time.monotonic() - calm
        await _everybody(callers, lambda errand: True, lambda later: bool(later.ids))
        await asyncio.gather(*(teller.again() for teller in tellers))
        done.found += await _followed(done.seen)


async def _work(done: Campaign, callers: list[Caller], tellers: list[Teller], trouble: Trouble) -> None:
    everybody = [*callers, *tellers]
    working = [asyncio.create_task(each.work()) for each in everybody]
    done.began_ms = wall_ms()
    try:
        await trouble.run(done.schedule.events)
        await _until(done.began_ms + done.schedule.seconds * 1000)
    finally:
        for each in everybody:
            each.resting.set()
        await asyncio.gather(*working)
    done.errands += [errand for caller in callers for errand in caller.errands]
    done.tellings += [telling for teller in tellers for telling in teller.told]


async def _until(at_ms: float) -> None:
    await asyncio.sleep(max(at_ms - wall_ms(), 0) / 1000)


async def _everybody(
    callers: list[Caller], whose: Callable[[Errand], bool], which: Callable[[Later], bool]
) -> None:
    """Every caller asks again under the same keys, one after another; each gets an answer."""

    async def again(caller: Caller) -> None:
        for errand in filter(whose, caller.errands):
            errand.told = ""
            for _ in range(10):
                await caller.submit(errand, wait_s=0)
                if errand.told:
                    break
                await asyncio.sleep(0.5)
        for errand in caller.errands:
            for later in filter(which, errand.later):
                await _once_more(caller, errand, later)

    await asyncio.gather(*map(again, callers))


async def _once_more(caller: Caller, errand: Errand, later: Later) -> None:
    """For what is put off till another write has ended nobody waits."""
    later.told = ""
    for _ in range(4):
        await caller.write(errand, later)
        if later.told:
            break
        await asyncio.sleep(0.2)


async def _quiet(database: str) -> None:
    """Wait until nothing is open but what is held, or as long as everything may take."""
    until = time.monotonic() + QUIET_S
    while time.monotonic() < until:
        with suppress(Exception):
            if ask(database, OPEN) == [(0,)]:
                break
        await asyncio.sleep(0.2)


async def _followed(seen: Evidence) -> list[Violation]:
    """Every case that was delivered is still followed; and to its end, as soon as the platforms tell it."""
    found = [Violation("delivered, and not followed", each) for (each,) in ask(seen.database, UNFOLLOWED)]
    for name in FOLLOWED:
        ledger = seen.simulators[name].ledger
        for each in ledger.cases():
            ledger.move(str(each["number"]), "served")
    until = time.monotonic() + QUIET_S
    while (left := ask(seen.database, LEFT)) and time.monotonic() < until:  # noqa: ASYNC110 - as in `_quiet`
        await asyncio.sleep(0.2)
    return found + [Violation(f"not followed to its end: {each}", each[0]) for each in left]


@asynccontextmanager
async def _watched(stalls: list[tuple[int, int]]) -> AsyncIterator[None]:
    """Note when this process, and with it the simulated platforms, stood still: nobody injected that."""

    async def watch() -> None:
        while True:
            before_ms = wall_ms()
            await asyncio.sleep(0.05)
            if wall_ms() - before_ms > STALL_MS:
                stalls.append((before_ms, wall_ms()))

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
