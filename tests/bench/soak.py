"""A light load for a long time on both databases at once: memory and descriptors must not grow.

    make soak MINUTES=30        or        python -m tests.bench.soak --minutes 30

Callers submit, repeat and look up; one answer of a platform in twenty goes wrong or is slow, so that retries and
connections that break are in it. Memory is resident memory, once a second; its slope is the median of the slopes
between the first and the second half of what follows the warm-up (Theil-Sen).
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

import uvloop

from tests.bench import figures
from tests.bench.bodies import whole
from tests.bench.load import fire
from tests.bench.processes import descriptors, resident_mb
from tests.installation import Installation, installed
from tests.postgres import running

PER_S = 20  # of both gateways together
SLOPE_MB = 1.0  # a minute at this rate; at half of it half as much
BURST, AT_ONCE = 400, 16
WARM_UP = 0.3  # of the time
MORE_DESCRIPTORS = 3  # connections that happen to be open in one half and not in the other
ANSWERED = 500  # at least, else nothing was tried
EACH = 20  # requests in a round of trouble


@dataclass(slots=True)
class Watch:
    """What one gateway held, second by second after the warm-up."""

    name: str
    installation: Installation
    at_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    open_descriptors: list[int] = field(default_factory=list)
    answered: int = 0

    def look(self) -> None:
        gateway = self.installation.gateway
        assert gateway and gateway.child
        self.at_s.append(time.monotonic())
        self.memory_mb.append(resident_mb(gateway.child.pid))
        self.open_descriptors.append(descriptors(gateway.child.pid))

    @property
    def slope_mb(self) -> float:
        """Growth of memory in MB a minute."""
        return slope(self.at_s, self.memory_mb) * 60

    @property
    def more_descriptors(self) -> int:
        """How many more stayed open in the second half than in the first.

        The fewest of each half: how many connections happen to be open at one moment is up to the machine, what is
        never given back is not.
        """
        half = len(self.open_descriptors) // 2
        return min(self.open_descriptors[half:]) - min(self.open_descriptors[:half])


def slope(at: Sequence[float], values: Sequence[float]) -> float:
    """The median slope between each value of the first half and its partner in the second (Theil-Sen)."""
    half = len(at) // 2
    return median((values[i + half] - values[i]) / (at[i + half] - at[i]) for i in range(half))


async def soaked(minutes: float, per_s: float) -> list[Watch]:
    """Both gateways under load for so long, the warm-up included; per_s: exchanges of both together."""
    async with _watches() as watches:
        for each in watches:
            await _warm(each)
        until = time.monotonic() + minutes * 60
        warm = time.monotonic() + minutes * 60 * WARM_UP
        async with asyncio.TaskGroup() as tasks:
            for each in watches:
                tasks.create_task(_load(each, until, per_s / 2))
            while time.monotonic() < until:
                await asyncio.sleep(1)
                if time.monotonic() > warm:
                    for each in watches:
                        each.look()
        return watches


@asynccontextmanager
async def _watches() -> AsyncIterator[list[Watch]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running())
        watches = []
        for name, written in (("SQLite", {}), ("PostgreSQL", {"database": server.database()})):
            place = await stack.enter_async_context(installed(folder / name, **written))
            await place.start_gateway()
            watches.append(Watch(name, place))
        yield watches


async def _warm(watch: Watch) -> None:
    """Caches, pools and prepared statements fill before anything is measured."""
    requests = [json.dumps(whole("gd-person", 14_000_000 + number)).encode() for number in range(BURST)]
    await fire([watch.installation.address], "/v1/cases", requests, at_once=AT_ONCE, key="warm")


async def _load(watch: Watch, until: float, per_s: float) -> None:
    """By the clock; what is asked is awaited at the end."""
    chance = random.Random(20260101)
    began = time.monotonic()
    async with asyncio.TaskGroup() as asking:
        for number in count():
            due = began + number / per_s
            if due > until:
                return
            await asyncio.sleep(due - time.monotonic())
            if number % EACH == 0:
                await _trouble(watch.installation, chance)
            asking.create_task(_exchange(watch, number))


async def _trouble(installation: Installation, chance: random.Random) -> None:
    """One of the next answers goes wrong, in one of the ways in which they do."""
    how = chance.choice(
        [{"do": "busy"}, {"do": "take_then_drop"}, {"do": "stall", "seconds": 1}, {"do": "garbage"}]
    )
    await installation.control("sim-gd", "programme", how)


async def _exchange(watch: Watch, number: int) -> None:
    """A case by either dialect, asked for once more under the same key, then looked up."""
    place, key = watch.installation, f"soak-{number:08d}"
    name = "gx-person" if number % 3 == 0 else "gd-person"
    asked = whole(name, number)
    status, answer, _ = await place.submit(asked, key)
    if status not in (201, 202):
        raise RuntimeError(f"{watch.name}: {status} {answer}")
    again, found, _ = await place.submit(asked, key)
    if found["exchange"] != answer["exchange"]:
        raise RuntimeError(f"{watch.name}: {again} {found}")
    await place.call("GET", f"/v1/exchanges/{answer['exchange']}")
    watch.answered += 1


def told(watches: Sequence[Watch], most_mb: float) -> list[str]:
    """most_mb: how much a gateway may grow in a minute."""
    lines = []
    for each in watches:
        grew = f"{each.slope_mb:+.2f} MB/min (asked < {most_mb}: {figures.met(each.slope_mb < most_mb)})"
        more = figures.met(each.more_descriptors <= MORE_DESCRIPTORS)
        lines.append(
            f"{each.name}: {each.answered} cases; {each.memory_mb[0]:.0f} to {each.memory_mb[-1]:.0f} MB, {grew}; "
            f"descriptors {min(each.open_descriptors)} at least, {each.more_descriptors:+d} later ({more})"
        )
    return lines


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--per-s", type=float, default=PER_S)
    given = options.parse_args()
    watches, most_mb = uvloop.run(soaked(given.minutes, given.per_s)), SLOPE_MB * given.per_s / PER_S
    sys.stdout.write("\n".join([*told(watches, most_mb), ""]))
    sound = all(
        each.slope_mb < most_mb and each.more_descriptors <= MORE_DESCRIPTORS and each.answered > ANSWERED
        for each in watches
    )
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
