"""What the gateway adds to a platform's own time at a steady rate, beside a loop that makes only the two commits.

Requests leave at intended times, whatever comes back, and are counted from then; the platform thinks for PAUSE_MS.
The two run by turns, in several slices, so that both meet the same disk and the same neighbours.
"""

import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from gateway.store.migrate import upgrade
from tests.bench import figures
from tests.bench.bodies import bodies
from tests.bench.load import Done, paced
from tests.bench.several import commits
from tests.installation import Installation, installed
from tests.postgres import running

PER_S, PAUSE_MS, ADDED_MS, TIMES = 100, 50, 8, 4
SLICES = 4
WARM_UP_S = 3


@dataclass(slots=True)
class Slices:
    """Milliseconds of every request, slice by slice; how many were still open (202), how many refused."""

    each_ms: list[Sequence[float]] = field(default_factory=list)
    still_open: int = 0
    refused: int = 0

    def at(self, share: float) -> list[float]:
        return [figures.share(one, share) for one in self.each_ms]

    def whole(self, share: float) -> float:
        return figures.share([ms for one in self.each_ms for ms in one], share)


async def measured(*, seconds: float) -> list[str]:
    lines = []
    for store in ("SQLite", "PostgreSQL"):
        added, alone = await _measure(store == "PostgreSQL", seconds)
        lines += [f"### {store}, {PER_S}/s, the platform takes {PAUSE_MS} ms", "", *_told(added, alone), ""]
    return lines


def _told(added: Slices, alone: Slices) -> list[str]:
    p50, p99, bound = added.whole(0.5), added.whole(0.99), TIMES * alone.whole(0.99)
    rows = [
        f"| {name} | {one.whole(0.5):.1f} | {one.whole(0.99):.1f} | {figures.spread(one.at(0.5), 1)} "
        f"| {figures.spread(one.at(0.99), 1)} |"
        for name, one in (("added by the gateway", added), ("the two commits alone", alone))
    ]
    return [
        "| ms | p50 | p99 | p50 of the slices | p99 of the slices |",
        "|---|---|---|---|---|",
        *rows,
        "",
        f"- added, p50: **{p50:.1f} ms**, asked < {ADDED_MS}: {figures.met(p50 < ADDED_MS)}",
        f"- added, p99: **{p99:.1f} ms**, asked < {TIMES} × {alone.whole(0.99):.1f} = {bound:.1f}: "
        f"{figures.met(p99 < bound)}",
        f"- answered before the end of the exchange (202): {added.still_open} "
        f"of {sum(map(len, added.each_ms))}",
        f"- refused because there was too much (429, 503): {added.refused}, asked 0: "
        f"{figures.met(not added.refused)}",
    ]


async def _measure(on_server: bool, seconds: float) -> tuple[Slices, Slices]:
    """(what the gateway added, the two commits alone), each for `seconds` in all."""
    with tempfile.TemporaryDirectory() as folder, running() if on_server else nullcontext() as server:
        ours = {"database": server.database()} if server else {}
        other = server.database() if server else f"sqlite:///{folder}/alone.db"
        upgrade(other)
        place = Path(folder) / "place"
        async with installed(place, platforms=False, lease_margin_s=5, **ours) as installation:
            await installation.start_platforms("--quiet-bench", "--pause-ms", str(PAUSE_MS))
            await installation.start_gateway()
            return await _slices(installation, other, seconds / SLICES)


async def _slices(installation: Installation, other: str, seconds: float) -> tuple[Slices, Slices]:
    added, alone = Slices(), Slices()
    await _slice(installation, 0, WARM_UP_S)
    for number in range(1, SLICES + 1):
        done = await _slice(installation, number, seconds)
        added.each_ms.append([ms - PAUSE_MS for ms in done.each_ms])
        added.still_open += done.still_open
        added.refused += done.refused
        options = {"--database": other, "--like": installation.address_of_database}
        options |= {"--seconds": str(seconds), "--pause-ms": str(PAUSE_MS)}
        alone.each_ms.append(await commits(per_s=PER_S, **options))
    return added, alone


async def _slice(installation: Installation, number: int, seconds: float) -> Done:
    requests = bodies("gd-person", number * 1_000_000, int(PER_S * seconds))
    return await paced([installation.address], "/v1/cases", requests, per_s=PER_S, key=f"slice-{number}")
