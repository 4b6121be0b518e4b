"""A load of N requests, C at once, over keep-alive connections; every answer must be 201."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiohttp import ClientSession, TCPConnector


@dataclass(frozen=True, slots=True)
class Done:
    """Seconds for the whole, and milliseconds of each request in order of size."""

    wall_s: float
    each_ms: Sequence[float]


async def fire(address: str, path: str, bodies: Sequence[bytes], *, at_once: int, key: str) -> Done:
    queue = iter(enumerate(bodies))
    times: list[float] = []
    started = time.perf_counter()
    async with ClientSession(connector=TCPConnector(limit=at_once)) as session:
        await asyncio.gather(*(_worker(session, address + path, queue, key, times) for _ in range(at_once)))
    return Done(time.perf_counter() - started, sorted(times))


async def _worker(
    session: ClientSession, url: str, queue: Iterator[tuple[int, bytes]], key: str, times: list[float]
) -> None:
    for number, body in queue:
        headers = {
            "Authorization": "Bearer demo-key-of-guichi",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{key}-{number:08d}",
        }
        started = time.perf_counter()
        async with session.post(url, data=body, headers=headers) as response:
            text = await response.read()
            if response.status != 201:
                raise RuntimeError(f"{url}: {response.status} {text[:500]!r}")
        times.append((time.perf_counter() - started) * 1000)
