"""Loads over keep-alive connections.

`fire` keeps C requests under way (closed), and every answer must be 201. `paced` sends at intended times whatever
comes back (open), and counts every answer from the intended time: what waits for a sender that is late has waited,
and what is refused because there is too much (429, 503) has waited for ever.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from aiohttp import ClientSession, TCPConnector

REFUSED = (429, 503)


@dataclass(frozen=True, slots=True)
class Done:
    """Seconds for the whole, milliseconds of each request in order of size, how many were still open (202) or
    refused (429, 503).
    """

    wall_s: float
    each_ms: Sequence[float]
    still_open: int = 0
    refused: int = 0

    def at(self, share: float) -> float:
        """The time that this share of the requests did not exceed."""
        return self.each_ms[min(int(len(self.each_ms) * share), len(self.each_ms) - 1)]


async def fire(
    addresses: Sequence[str], path: str, bodies: Sequence[bytes], *, at_once: int, key: str
) -> Done:
    """All bodies, `at_once` under way, the senders spread over the addresses."""
    queue = iter(enumerate(bodies))
    times: list[float] = []
    started = time.perf_counter()
    async with ClientSession(connector=TCPConnector(limit=at_once)) as session:
        senders = zip(range(at_once), cycle(addresses), strict=False)
        await asyncio.gather(*(_sender(session, at + path, queue, key, times) for _, at in senders))
    return Done(time.perf_counter() - started, sorted(times))


async def paced(
    addresses: Sequence[str], path: str, bodies: Sequence[bytes], *, per_s: float, key: str
) -> Done:
    """All bodies, one every 1/per_s seconds, to the addresses in turn."""
    times: list[float] = []
    statuses: Counter[int] = Counter()
    started = time.perf_counter()

    async def one(session: ClientSession, url: str, number: int, body: bytes) -> None:
        due = started + number / per_s
        await asyncio.sleep(due - time.perf_counter())
        status = await _ask(session, url, body, f"{key}-{number:08d}", expected=(201, 202, *REFUSED))
        statuses[status] += 1
        times.append(math.inf if status in REFUSED else (time.perf_counter() - due) * 1000)

    async with ClientSession(connector=TCPConnector(limit=0)) as session, asyncio.TaskGroup() as sending:
        for number, (body, at) in enumerate(zip(bodies, cycle(addresses), strict=False)):
            if number % 64 == 0:  # tasks a little ahead of their time, not all at the beginning
                await asyncio.sleep(started + number / per_s - time.perf_counter() - 0.1)
            sending.create_task(one(session, at + path, number, body))
    refused = sum(statuses[each] for each in REFUSED)
    return Done(time.perf_counter() - started, sorted(times), statuses[202], refused)


async def _sender(
    session: ClientSession, url: str, queue: Iterator[tuple[int, bytes]], key: str, times: list[float]
) -> None:
    for number, body in queue:
        started = time.perf_counter()
        await _ask(session, url, body, f"{key}-{number:08d}")
        times.append((time.perf_counter() - started) * 1000)


async def _ask(
    session: ClientSession, url: str, body: bytes, key: str, *, expected: Sequence[int] = (201,)
) -> int:
    headers = {
        "Authorization": "Bearer demo-key-of-guichi",
        "Content-Type": "application/json",
        "Idempotency-Key": f"bench-{key}",
    }
    async with session.post(url, data=body, headers=headers) as response:
        text = await response.read()
        if response.status not in expected:
            raise RuntimeError(f"{url}: {response.status} {text[:500]!r}")
        return response.status
