"""PostgreSQL: what an exchange costs in one process and in two, and how long they wait for the log's head."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import orjson

from gateway.store.migrate import upgrade
from tests.bench import figures
from tests.bench.bodies import bodies
from tests.bench.load import paced
from tests.bench.processes import family_cpu_us
from tests.bench.rounds import Load, Subject, ratio, take_turns
from tests.installation import CHECKOUT, Installation, installed
from tests.postgres import Server, running

RATIO, WAIT_MS, PER_S = 1.2, 20, 200
AT_ONCE = 16
SLOWER = (200, 150, 120, 100, 80, 60, 40, 30, 20)
PROBE_S = 3


async def measured(*, rounds: int, requests: int, seconds: float) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, running() as server:
        waits = Path(folder) / "waits"
        async with _gateways(Path(folder), server, waits) as (one, two):
            counted = partial(family_cpu_us, server.pid)
            subjects = [
                Subject("one process", one.gateways, counted),
                Subject("two processes", two.gateways, counted),
            ]
            await take_turns(subjects, Load("gd-person", AT_ONCE, rounds, requests))
            per_s, taken_ms = await _whole(two, waits, seconds)
        alone_ms, both_ms = await _store_alone(Path(folder), server, two.address_of_database, seconds)
    return [
        *_costs(*subjects),
        *_waited(f"two gateways at {per_s} exchanges/s in all", per_s, taken_ms),
        *_waited(f"two processes that make only the two commits, at {PER_S}/s in all", PER_S, alone_ms),
        f"- both commits of those, together: p50 {figures.share(both_ms, 0.5):.1f} ms, "
        f"p99 {figures.share(both_ms, 0.99):.1f} ms",
        "",
    ]


def _costs(one: Subject, two: Subject) -> list[str]:
    dearer = ratio(two.rounds, one.rounds)
    servers = [f"{each.name} {figures.spread(each.beside_rounds)}" for each in (one, two)]
    return [
        *figures.subjects([one, two]),
        f"- two processes / one, gateway processes only, the same {AT_ONCE} at once: **{dearer}**, "
        f"asked ≤ {RATIO}: {figures.met(dearer.median <= RATIO)}",
        f"- the PostgreSQL server's CPU µs per exchange, apart: {', '.join(servers)}",
    ]


def _waited(who: str, per_s: float, waits_ms: Sequence[float]) -> list[str]:
    p50, p99 = figures.share(waits_ms, 0.5), figures.share(waits_ms, 0.99)
    asked = f"asked < {WAIT_MS} at {PER_S}/s: " + (
        figures.met(p99 < WAIT_MS) if per_s >= PER_S else f"NOT shown at {PER_S}/s"
    )
    return [f"- wait for the head, {who}: p50 {p50:.1f} ms, **p99 {p99:.1f} ms**, {asked}"]


@asynccontextmanager
async def _gateways(
    folder: Path, server: Server, waits: Path
) -> AsyncIterator[tuple[Installation, Installation]]:
    """An installation with one process and one with two, each with its own database on the server."""
    async with (
        installed(folder / "one", platforms=False, lease_margin_s=5, database=server.database()) as one,
        installed(folder / "two", platforms=False, lease_margin_s=5, database=server.database()) as two,
    ):
        await two.start_platforms("--quiet-bench")
        await one.start_platforms("--quiet-bench")
        await one.start_gateway()
        for _ in range(2):
            await two.start_gateway("tests.bench.served", "--waits", str(waits))
        await asyncio.sleep(2)  # each has heard that there are two
        yield one, two


async def _whole(two: Installation, waits: Path, seconds: float) -> tuple[float, list[float]]:
    """The highest rate, PER_S at most, that the machine carries with callers and platform on it; the waits."""
    addresses = [str(each.said["address"]) for each in two.gateways]
    serial = 10_000_000
    for per_s in SLOWER:
        requests = bodies("gd-person", serial, int(per_s * PROBE_S))
        serial += len(requests)
        done = await paced(addresses, "/v1/cases", requests, per_s=per_s, key=f"probe-{per_s}")
        if done.wall_s < PROBE_S + 0.5 and not (done.still_open or done.refused):
            break
    since = time.time()
    requests = bodies("gd-person", serial, int(per_s * seconds))
    await paced(addresses, "/v1/cases", requests, per_s=per_s, key="head")
    await asyncio.sleep(1)
    return per_s, waits_since(waits, since)


async def _store_alone(
    folder: Path, server: Server, like: str, seconds: float
) -> tuple[list[float], list[float]]:
    """Two processes and nothing but the two commits: (waits for the head, both commits), milliseconds."""
    waits, database = folder / "alone", server.database()
    upgrade(database)
    since = time.time()
    options = {"--database": database, "--like": like, "--seconds": str(seconds), "--waits": str(waits)}
    found = await asyncio.gather(*(commits(per_s=PER_S / 2, **options) for _ in range(2)))
    return waits_since(waits, since + 2), [each for times in found for each in times]


async def commits(*, per_s: float, **options: str) -> list[float]:
    """A run of tests.bench.commits: milliseconds of each exchange."""
    words = [word for option in options.items() for word in option]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.commits", "--per-s", str(per_s), *words,
        stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT,
    )  # fmt: skip
    said, _ = await child.communicate()
    times: list[float] = orjson.loads(said)["each_ms"]
    return times


def waits_since(file: Path, since: float) -> list[float]:
    """Milliseconds of the waits that ended after a moment (epoch seconds)."""
    lines = [line.split() for line in file.read_text().splitlines()]
    return [float(ms) for at, ms in lines if float(at) >= since]
