"""Brings about what the schedule says, when it says so, and writes down what was done when."""

import asyncio
import signal
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

import psycopg

from gateway.clock import wall_ms
from tests.fakes.fronts import Far, Tables
from tests.fakes.programme import Step, step
from tests.fakes.server import Simulator
from tests.faults.campaign.fleet import Fault, Fleet
from tests.faults.campaign.people import Errand
from tests.faults.campaign.schedule import Event
from tests.postgres import Server


@dataclass(slots=True)
class Trouble:
    """All events of one campaign. Whatever lasts is put right again by whoever began it."""

    fleet: Fleet
    simulators: dict[str, Simulator]
    server: Server | None
    database: str
    faults: list[Fault]
    fronts: dict[str, Far] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _at_fronts: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def run(self, events: tuple[Event, ...]) -> None:
        """Returns when everything is over that was begun."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            for event in events:
                await asyncio.sleep(began + event.at_s - asyncio.get_running_loop().time())
                tasks.create_task(getattr(self, f"_{event.kind}")(event))
        for simulator in self.simulators.values():
            steps = simulator.programme.steps
            steps[:] = [each for each in steps if each.match]

    def doom(self, errand: Errand) -> None:
        """Their platform refuses this person from now on, whenever it is asked."""
        self.simulators[errand.platform].programme.add(Step("refuse", match=errand.person, times=0))

    def _note(self, event: Event, from_ms: int, pid: int = 0) -> None:
        what = " ".join(f"{name}={value}" for name, value in event.facts.items())
        self.faults.append(Fault(event.kind, event.target, from_ms, wall_ms(), pid, what))

    # ---- platforms ---------------------------------------------------------------------------------------

    async def _tell(self, event: Event) -> None:
        simulator = self.simulators[event.target]
        simulator.programme.add(step(event.facts, simulator.dialect.behaviours, wall_ms()))

    async def _down(self, event: Event) -> None:
        simulator, from_ms = self.simulators[event.target], wall_ms()
        if simulator.runner is None or not simulator.runner.sites:
            return  # it is down already
        await simulator.down()
        await asyncio.sleep(event.facts["seconds"])
        await simulator.up()
        self._note(event, from_ms)

    # ---- fronts ------------------------------------------------------------------------------------------

    async def _away(self, event: Event) -> None:
        await self._at_front(event, self.fronts[event.target].down)

    async def _lock(self, event: Event) -> None:
        await self._at_front(event, self.fronts[event.target].lock)

    async def _sever(self, event: Event) -> None:
        far = self.fronts[event.target]
        if isinstance(far, Tables):
            await self._at_front(event, lambda _: far.sever())

    async def _at_front(self, event: Event, does: Callable[[float], None]) -> None:
        from_ms = wall_ms()
        async with self._at_fronts[event.target]:  # one trouble after the other
            with suppress(psycopg.Error, sqlite3.Error, OSError):  # the server is down, the file is in use
                await asyncio.to_thread(does, event.facts["seconds"])
                self._note(event, from_ms)

    # ---- processes ---------------------------------------------------------------------------------------

    async def _kill(self, event: Event) -> None:
        self.fleet.end(self.fleet.seats[event.target], signal.SIGKILL, "kill")

    async def _end(self, event: Event) -> None:
        self.fleet.end(self.fleet.seats[event.target], signal.SIGTERM, "end")

    async def _pause(self, event: Event) -> None:
        seat, from_ms = self.fleet.seats[event.target], wall_ms()
        child = seat.child
        if child is None or child.ended.done() or seat.busy:
            return
        seat.busy = True
        child.send(signal.SIGSTOP)
        await asyncio.sleep(event.facts["seconds"])
        child.send(signal.SIGCONT)
        seat.busy = False
        self._note(event, from_ms, child.pid)

    async def _jump(self, event: Event) -> None:
        seat, from_ms = self.fleet.seats[event.target], wall_ms()
        if not seat.address:
            return  # it is being started: a new process would believe the wrong clock
        seat.steering.turn(event.facts["ahead_ms"])
        await asyncio.sleep(event.facts["seconds"])
        seat.steering.turn(0)
        self._note(event, from_ms)

    # ---- the database ------------------------------------------------------------------------------------

    async def _full(self, event: Event) -> None:
        seat, from_ms = self.fleet.seats[event.target], wall_ms()
        seat.steering.fill()
        await asyncio.sleep(event.facts["seconds"])
        seat.steering.free()
        self._note(event, from_ms)

    async def _restart(self, event: Event) -> None:
        assert self.server
        from_ms = wall_ms()
        async with self._one_at_a_time:
            await asyncio.to_thread(self.server.stop, event.facts["how"])
            await asyncio.sleep(event.facts["seconds"])
            await asyncio.to_thread(self.server.start)
        self._note(event, from_ms)

    async def _cut(self, event: Event) -> None:
        from_ms = wall_ms()
        async with self._one_at_a_time:
            await asyncio.to_thread(_terminate, self.database, event.facts["share"])
        self._note(event, from_ms)


def _terminate(database: str, share: float) -> None:
    """Ends this share of all connections, evenly among processes and purposes."""
    with psycopg.connect(database, autocommit=True) as connection:
        others = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid != pg_backend_pid()"
            " order by pid"
        ).fetchall()
        step_ = max(round(1 / share), 1)
        for (pid,) in islice(others, 0, None, step_):
            connection.execute("select pg_terminate_backend(%s)", (pid,))
