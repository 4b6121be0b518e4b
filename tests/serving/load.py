"""Callers that never rest: keep-alive connections, every case of another made-up person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, TCPConnector

from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

CALLERS, PAUSE_S = 5, 0.3
NAMES = ("gd-person", "gx-person")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one caller was told. last: that it is to connect anew."""

    status: int
    exchange: str
    release: str
    last: bool


@dataclass(slots=True)
class Load:
    """Everything that callers were told so far, and everything that befell them instead of an answer."""

    address: str
    answers: list[Answer] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    over: bool = False

    async def more(self, count: int) -> None:
        """Returns once there are so many more answers."""
        wanted = len(self.answers) + count
        async with asyncio.timeout(LONGEST_S):
            while len(self.answers) < wanted:  # noqa: ASYNC110 - it is others who bring them
                await asyncio.sleep(0.05)

    async def call(self, caller: int) -> None:
        """One caller on one connection: a case, a short pause, the next."""
        async with ClientSession(connector=TCPConnector(limit=1)) as session:
            for number in count():
                if self.over:
                    return
                document = case_of_somebody(NAMES[(caller + number) % len(NAMES)])
                try:
                    self.answers.append(await self._post(session, f"load-{caller}-{number:06d}", document))
                except (ClientError, OSError, TimeoutError) as error:
                    self.broken.append(f"{caller}/{number}: {type(error).__name__}")
                await asyncio.sleep(PAUSE_S)

    async def _post(self, session: ClientSession, key: str, document: dict[str, Any]) -> Answer:
        headers = {
            "Authorization": "Bearer demo-key-of-guichi",
            "Idempotency-Key": key,
            "Prefer": "wait=20",
        }
        async with session.post(f"{self.address}/v1/cases", json=document, headers=headers) as response:
            said = await response.json()
            last = response.headers.get("Connection") == "close"
            return Answer(response.status, said.get("exchange", ""), said.get("release", ""), last)


@asynccontextmanager
async def under_load(address: str) -> AsyncIterator[Load]:
    """Callers at work while the block runs; each of them gets its last answer before it ends."""
    load = Load(address)
    calling = [asyncio.create_task(load.call(caller)) for caller in range(CALLERS)]
    try:
        yield load
    finally:
        load.over = True
        await asyncio.gather(*calling)
