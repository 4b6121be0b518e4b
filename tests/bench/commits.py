"""The store alone: a loop that makes only the two commits of an exchange, through the gateway's own store.

    python -m tests.bench.commits --database ADDRESS --like ADDRESS --per-s 100 --seconds 20 [--waits FILE]

The rows are those of an exchange that a gateway delivered (in the database `--like`), under new names; there is no
HTTP, no mapping, nothing to encrypt. Between the two commits it sleeps, as the platform would. Its one line of
output: {"each_ms": [both commits together, from the intended time on, without the sleep]}.
"""

import argparse
import asyncio
import os
import sys
import time
from contextlib import closing
from pathlib import Path

import orjson
import uvloop

from audit import log as audit_log
from gateway.clock import wall_ms
from gateway.identity import new_id
from gateway.store.database import open_connection, open_engine
from gateway.store.store import Store
from gateway.world import World
from tests.bench.rows import Named, Pattern, first_commit, pattern, second_commit
from tests.bench.served import watched

WARM_S = 2.0


def named() -> Named:
    serial = new_id(wall_ms(), os.urandom)
    case = new_id(wall_ms(), os.urandom)
    return Named(serial, case, os.urandom(16).hex(), f"B{serial}", f"bench-{serial}")


async def loop(store: Store, like: Pattern, *, per_s: float, seconds: float, pause_s: float) -> list[float]:
    """Milliseconds of each exchange after the warm-up."""
    times: list[float] = []
    began = time.perf_counter()

    async def one(due: float) -> None:
        await asyncio.sleep(due - time.perf_counter())
        name = named()
        await store.write(first_commit(like, name))
        await asyncio.sleep(pause_s)
        await store.write(second_commit(like, name))
        if due > began + WARM_S:
            times.append((time.perf_counter() - due - pause_s) * 1000)

    async with asyncio.TaskGroup() as running:
        for number in range(int((seconds + WARM_S) * per_s)):
            due = began + number / per_s
            await asyncio.sleep(due - time.perf_counter() - 0.05)
            running.create_task(one(due))
    return times


async def run(given: argparse.Namespace) -> None:
    with closing(open_connection(given.like)) as connection:
        like = pattern(connection)
    world = watched(given.waits) if given.waits else World()
    store = Store(
        open_engine(
            given.database, audit_log.append, audit_log.holds, connect=world.connect, clock_ms=wall_ms,
            heard=lambda now_ms: now_ms,
        )
    )  # fmt: skip
    store.start()
    pause_s = given.pause_ms / 1000
    times = await loop(store, like, per_s=given.per_s, seconds=given.seconds, pause_s=pause_s)
    await store.stop()
    sys.stdout.write(orjson.dumps({"each_ms": times}).decode())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", required=True)
    options.add_argument("--like", required=True)
    options.add_argument("--per-s", type=float, default=100)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--pause-ms", type=float, default=50)
    options.add_argument("--waits", type=Path)
    uvloop.run(run(options.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
