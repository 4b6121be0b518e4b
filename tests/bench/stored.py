"""Whether an exchange costs more once many are stored: a full store beside an empty one, on both databases."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path

from gateway.store.database import open_connection
from tests.bench import figures
from tests.bench.bodies import bodies
from tests.bench.fill import fill
from tests.bench.load import fire
from tests.bench.rounds import Load, Subject, ratio, take_turns
from tests.faults.ledgers import verified
from tests.installation import Installation, installed
from tests.postgres import running

RATIO = 1.1
AT_ONCE = 16
ROWS_VERIFIED = (
    200_000  # exchanges; of a larger store the log alone is, since it takes a second for every 7,000 of them
)


async def measured(count: int, *, rounds: int, requests: int) -> list[str]:
    lines = []
    for store in ("SQLite", "PostgreSQL"):
        subjects = await _measure(store == "PostgreSQL", count, Load("gd-person", AT_ONCE, rounds, requests))
        empty, full = subjects
        dearer = ratio(full.rounds, empty.rounds)
        lines += [
            f"### {store}",
            "",
            *figures.subjects(subjects),
            f"- {full.name} / empty: **{dearer}**, asked ≤ {RATIO}: {figures.met(dearer.median <= RATIO)}",
            "",
        ]
    return lines


async def _measure(on_server: bool, count: int, load: Load) -> list[Subject]:
    with tempfile.TemporaryDirectory() as folder, running() if on_server else nullcontext() as server:
        databases = [{"database": server.database()} if server else {} for _ in range(2)]
        async with (
            _place(Path(folder) / "empty", **databases[0]) as empty,
            _place(Path(folder) / "full", **databases[1]) as full,
        ):
            await _filled(full, count)
            await empty.start_gateway()
            await full.start_gateway()
            subjects = [Subject("empty", empty.gateways), Subject(f"{count:,} stored", full.gateways)]
            await take_turns(subjects, load)
            return subjects


@asynccontextmanager
async def _place(folder: Path, **written: str) -> AsyncIterator[Installation]:
    async with installed(folder, platforms=False, lease_margin_s=5, **written) as place:
        await place.start_platforms("--quiet-bench")
        yield place


async def _filled(place: Installation, count: int) -> None:
    """A gateway delivers one exchange; while it is away, `count` copies are made of it. The log must verify."""
    await place.start_gateway()
    await fire([place.address], "/v1/cases", bodies("gd-person", 15_000_000, 1), at_once=1, key="pattern")
    gateway = place.gateways.pop()
    await gateway.end()
    with closing(open_connection(place.address_of_database)) as connection:
        fill(connection, count)
    found = verified(place.address_of_database, str(gateway.said["log_key"]), log_only=count > ROWS_VERIFIED)
    if found:
        raise RuntimeError(f"the filled log does not verify: {found}")
