"""The month itself: a real gateway, its HTTP interface and its simulated platforms, on a clock that leaps.

Nothing waits for a real night: once everything that is due has come to its rest the clock leaps to the next moment
at which somebody does something, three hours at most. Gateway, platforms and people read the same clock.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientSession

from gateway.boot import Gateway
from gateway.cli.desk.work import today
from gateway.desk import lines, records
from gateway.store import exchanges, followed, results, watched
from gateway.store.connection import Connection
from tests.demo.network import papers
from tests.demo.network.installing import SQLITE, key_of, write
from tests.demo.network.notices import Notices
from tests.demo.network.places import PLATFORMS
from tests.demo.network.seat import Seat
from tests.demo.network.stories import BEGINS, ENDS, Step, Story
from tests.fakes import clock
from tests.fakes.control import application
from tests.fakes.programme import step as programmed
from tests.fakes.server import Simulator, running

LEAP_MS = 3 * 3_600_000
HOUR_MS = 3_600_000
NUDGE_MS = 500  # how often a worker looks by itself
PATHS = {"correct": "correction", "supplement": "supplement", "withdraw": "withdrawal"}


@dataclass(slots=True)
class Running:
    """A case of the month: its story, and how far it has come.

    refused: what the gateway or the platform said to a step of the receiving place that should have been taken.
    """

    story: Story
    case: str = ""
    ours: str = ""
    done: int = 0
    refused: list[str] = field(default_factory=list)

    @property
    def next(self) -> Step | None:
        steps = self.story.steps
        return steps[self.done] if self.done < len(steps) else None


@dataclass(slots=True)
class Month:
    """Everything of the month while it runs.

    kills: how often the gateway is killed with a submission just admitted; done: told after each step of a story.
    """

    seat: Seat
    client: ClientSession
    simulators: Mapping[str, Simulator]
    stories: list[Story]
    notices: Notices
    kills: int = 0
    done: Callable[[], None] = lambda: None
    cases: list[Running] = field(default_factory=list)
    _agenda: list[tuple[int, int, Running]] = field(default_factory=list)
    _turn: "count[int]" = field(default_factory=count)

    @property
    def gateway(self) -> Gateway:
        return self.seat.gateway

    async def run(self) -> None:
        """Play it to its end: every story told, and everything that it leads to come to rest."""
        self.cases = [Running(story) for story in self.stories]
        for case in self.cases:
            self._put(case.story.received_ms, case)
        while self._agenda:
            await self._leap(self._agenda[0][0])
            while self._agenda and self._agenda[0][0] <= clock.now_ms():
                await self._act(heapq.heappop(self._agenda)[2])
            await self.settle()
        await self.notices.tell_held_back()
        while clock.now_ms() < ENDS.timestamp() * 1000:
            await self._leap(int(ENDS.timestamp() * 1000))
            await self.settle()

    async def ask(
        self, method: str, path: str, *, caller: str = "cixi", body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """(status, document) of one request to the gateway."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {key_of(caller)}"
        async with self.client.request(method, self.seat.address + path, json=body, headers=sent) as response:
            return response.status, await response.json()

    async def view(self, case: Running) -> dict[str, Any]:
        """GET /v1/cases/{id}."""
        _, document = await self.ask("GET", f"/v1/cases/{case.case}", caller=case.story.caller)
        return dict(document)

    async def settle(self) -> None:
        """Returns once nothing is due: nothing on the wire, to be sent, asked, fetched, looked at."""
        async with asyncio.timeout(30):
            while True:
                self.gateway.worker.poke()
                await asyncio.sleep(0.002)
                await self.gateway.exchanges.drain()
                if not await self.gateway.store.read(self._is_due):
                    return
                clock.set_ms(clock.now_ms() + NUDGE_MS)

    def _is_due(self, connection: Connection) -> bool:
        now_ms, routes = clock.now_ms(), self.gateway.routes
        return bool(watched.due(connection, now_ms, 1)) or any(
            exchanges.due(connection, name, now_ms, 1)
            or followed.is_due(connection, name, now_ms)
            or (routes.asked_for_results(name) is not None and results.is_due(connection, name, now_ms))
            for name in PLATFORMS
        )

    async def _leap(self, until_ms: int) -> None:
        """To that moment, in leaps after each of which everything comes to its rest."""
        while (now_ms := clock.now_ms()) < until_ms:
            clock.set_ms(min(until_ms, now_ms + LEAP_MS))
            await self.settle()

    def _put(self, at_ms: int, case: Running) -> None:
        heapq.heappush(self._agenda, (max(at_ms, clock.now_ms()), next(self._turn), case))

    async def _act(self, case: Running) -> None:
        """The next step of a story; one whose time has not come (not there yet, not known here) an hour later."""
        if not case.case and self._is_fatal(case):
            async with self.seat.given_up_to_one_that_dies():
                await self._submit(case)
        elif not case.case:
            await self._submit(case)
        elif (step := case.next) is not None:
            acted = await (self._here(case, step) if step.here else self._there(case, step))
            if not acted:
                self._put(clock.now_ms() + HOUR_MS, case)
                return
            case.done += 1
        self.done()
        if (step := case.next) is not None:
            self._put(max(step.at_ms, clock.now_ms() + 600_000), case)

    def _is_fatal(self, case: Running) -> bool:
        """Whether the gateway dies with this submission: those in the middle of the month."""
        place = self.cases.index(case) - len(self.cases) // 2
        return place >= 0 and self.seat.kills < self.kills and not case.story.there.is_desk

    async def _submit(self, case: Running) -> None:
        story = case.story
        document = papers.case_of(story)
        if story.fault:
            simulator = self.simulators[story.there.platform]
            told = {**story.fault, "match": document["applicant"]["id_number"]}
            simulator.programme.add(programmed(told, simulator.dialect.behaviours, clock.now_ms()))
        status, answer = await self.ask(
            "POST", "/v1/cases", caller=story.caller, body=document, Idempotency_Key=f"case-{story.number:05d}",
            Prefer="wait=0",
        )  # fmt: skip
        if status not in (201, 202):
            raise AssertionError(f"case {story.number} ({story.plot}) was not admitted: {status} {answer}")
        case.case, case.ours = answer["case"], answer["numbers"]["ours"]

    async def _there(self, case: Running, step: Step) -> bool:
        """The deciding place goes on with a case that it has."""
        place = case.story.there
        if place.is_desk:
            return await self._by_hand(case, step)
        ledger = self.simulators[place.platform].ledger
        if ledger.reference_of(case.ours) is None:
            return False
        ledger.move(case.ours, step.what)
        if place.pushes:
            await self.notices.tell(place.platform, case.ours, place.unit(case.story.item), step.what)
        return True

    async def _by_hand(self, case: Running, step: Step) -> bool:
        gateway, place = self.gateway, case.story.there
        found = await lines.named(gateway.store, today(gateway), case.ours)
        if not found:
            return False
        unit = place.unit(case.story.item)
        what = records.Record(step.what, clock.now_ms(), "W0007", unit, papers.said_at_desk(step.what))
        await records.record(gateway.store, gateway.papers, found[0].work, what)
        return True

    async def _here(self, case: Running, step: Step) -> bool:
        """The receiving place sends something later, once it knows that it is asked for."""
        if step.what == "correct" and (await self.view(case))["state"] != "correction_needed":
            return False
        status, answer = await self.ask(
            "POST", f"/v1/cases/{case.case}/{PATHS[step.what]}", caller=case.story.caller,
            body=papers.later_of(case.story, step.what), Idempotency_Key=f"{step.what}-{case.story.number:05d}",
        )  # fmt: skip
        if status in (409, 503) and answer.get("code") in ("case_unconfirmed", "write_open"):
            return False
        if status not in (201, 202):
            case.refused.append(f"{step.what}: {status} {answer.get('code')}")
        return True


@asynccontextmanager
async def month(
    folder: Path, stories: list[Story], seed: int, *, database: str = SQLITE, kills: int = 0
) -> AsyncIterator[Month]:
    """Everything started on the first morning of the month, and stopped again. database: its address."""
    clock.set_ms(int(BEGINS.timestamp() * 1000))
    async with AsyncExitStack() as stack:
        stack.callback(clock.follow_machine)
        client = await stack.enter_async_context(ClientSession())
        made = {name: each.simulator() for name, each in PLATFORMS.items() if each.simulator}
        for simulator in made.values():
            await stack.enter_async_context(running(simulator, application))
        seat = Seat(await asyncio.to_thread(write, folder, made, database))
        await seat.sit()
        stack.push_async_callback(seat.rise)
        notices = Notices(client, seat, Random(seed))
        yield Month(seat, client, made, stories, notices, kills)
