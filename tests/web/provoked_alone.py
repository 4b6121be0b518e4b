"""Codes that take a gateway of their own: a full disk, a stopped clock, no room, no release."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.store.database import connect
from gateway.world import World
from tests.waiting import LONGEST_S, eventually
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, key_of, serving
from tests.web.stage import Stage, provokes


@provokes("numbers_exhausted")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder) as own:
        await own.submit(case_of_somebody(), "the-first-of-the-day")
        await own.gateway.store.write(
            lambda tx: tx.connection._driver.execute("UPDATE sequences SET following = 10000")
        )
        own.gateway.preparation._serials._blocks.clear()  # as after a restart
        return await own.submit(case_of_somebody(), stage.key)


@provokes("not_active")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder, release=False) as own:
        return await own.ask("GET", "/v1/platforms")


@provokes("overloaded")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder, open_requests="1") as own:
        await own.tell("sim-gd", do="stall", seconds=3)
        first = asyncio.create_task(own.submit(case_of_somebody(), stage.key))
        await eventually(lambda: own.counts()["sim-gd"]["arrivals"] > 1)
        second = await own.ask("GET", "/v1/platforms")
        await first
        return second


@provokes("too_slow")
async def _(stage: Stage) -> Answer:
    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"item": '
        await asyncio.sleep(3)

    async with serving(stage.folder, read_s="0.5") as own:
        headers = {"Authorization": f"Bearer {key_of('guichi')}", "Content-Type": "application/json",
                   "Idempotency-Key": stage.key}  # fmt: skip
        async with own.client.post(f"{own.address}/v1/cases", data=slowly(), headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())


@provokes("stopping")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder) as own:
        own.gateway.stopping = True
        return await own.submit(case_of_somebody(), stage.key)


@dataclass
class FullDisk:
    """A connection to a database on a disk that fills up: SQLite's own error, at a COMMIT."""

    driver: sqlite3.Connection
    full: list[bool]

    def execute(self, text: str, *parameters: Any) -> Any:
        if self.full and text.startswith("COMMIT"):
            self.driver.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        return self.driver.execute(text, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@provokes("storage_unavailable")
async def _(stage: Stage) -> Answer:
    full: list[bool] = []
    async with serving(
        stage.folder, world=World(connect=lambda address: FullDisk(connect(address), full))
    ) as own:
        await own.submit(case_of_somebody(), "while-there-is-room")
        full.append(True)
        try:
            return await own.submit(case_of_somebody(), stage.key)
        finally:
            full.clear()


@dataclass
class Chance:
    """A source of chance that can run dry."""

    dry: list[bool] = field(default_factory=list)

    def __call__(self, size: int) -> bytes:
        if self.dry:
            raise NotImplementedError("no randomness")
        return Path("/dev/urandom").open("rb").read(size)


@provokes("internal")
async def _(stage: Stage) -> Answer:
    chance = Chance()
    async with serving(stage.folder, world=World(random=chance)) as own:
        chance.dry.append(True)
        return await own.submit(case_of_somebody(), stage.key)


@dataclass
class Clock:
    """The real clock, until it is stopped or set forward."""

    ahead_ms: int = 0
    stopped_ms: int = 0

    def __call__(self) -> int:
        return self.stopped_ms or time.time_ns() // 1_000_000 + self.ahead_ms


@provokes("proof_not_ready")
async def _(stage: Stage) -> Answer:
    clock = Clock()
    async with serving(stage.folder, world=World(clock_ms=clock)) as own:
        await own.submit(case_of_somebody(), "before-the-clock-stops")
        await asyncio.sleep(0.8)  # a checkpoint is signed at most twice a second
        clock.stopped_ms = clock()
        await asyncio.sleep(0.3)
        submitted = await own.submit(case_of_somebody(), stage.key)
        return await own.ask("GET", submitted.document["links"]["proof"])


async def _comes_to(own: Running, submitted: Answer, state: str) -> None:
    """Returns once the exchange is in that state. Raises TimeoutError."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            if (await own.ask("GET", submitted.document["links"]["self"])).document["state"] == state:
                return
            await asyncio.sleep(0.1)


@provokes("not_delivered")
async def _(stage: Stage) -> Answer:
    """The platform is busy for longer than anybody has patience: surely not taken, and over."""
    clock, case = Clock(), case_of_somebody()
    async with serving(stage.folder, world=World(clock_ms=clock)) as own:
        await own.tell("sim-gd", do="busy", times=0)
        submitted = await own.submit(case, stage.key, Prefer="wait=1")
        await _comes_to(own, submitted, "deferred")
        clock.ahead_ms = 25 * 3_600_000
        await _comes_to(own, submitted, "abandoned")
        return await own.submit(case, stage.key)
