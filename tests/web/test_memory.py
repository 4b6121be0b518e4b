"""Many large bodies at once: resident memory stays under the stated bound; what is refused is refused whole."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.bench.bodies import identity_number
from tests.bench.processes import resident_mb
from tests.fakes.fixtures import case
from tests.installation import Installation, installed

pytestmark = pytest.mark.alone
MEBI = 1024 * 1024
BOUNDS = {"memory_bytes": 32 * MEBI, "body_bytes": 4 * MEBI}
TIMES = 4  # docs/operating.md: so many times memory_bytes above what the process needs by itself
AT_ONCE = 24  # bodies of each caller: six times what there is room for
ROUNDS = 3


def large(name: str) -> dict[str, Any]:
    """A case with one paper of almost 3 MiB, which base64 makes 4."""
    document = case(name)
    file = next(file for material in document["materials"] for file in material["files"])
    content = base64.b64decode(file["content"]) + os.urandom(3 * MEBI - 50_000)
    file["content"], file["size"] = base64.b64encode(content).decode(), len(content)
    file["digest"] = f"sha-256:{hashlib.sha256(content).hexdigest()}"
    return document


@dataclass
class Burst:
    """Large cases of guichi and large questions of cixi, and what each of them was told."""

    running: Installation
    case: dict[str, Any] = field(default_factory=lambda: large("gd-person"))
    question: dict[str, Any] = field(default_factory=lambda: large("gd-minor"))
    serial: Iterator[int] = field(default_factory=lambda: count(1))
    told: dict[str, int] = field(default_factory=dict)

    async def submit(self) -> None:
        number = next(self.serial)
        document = with_number(self.case, number)
        status, said, headers = await self.running.submit(document, f"large-{number:06d}")
        self.note(f"large-{number:06d}", status, said, headers)

    async def preflight(self) -> None:
        answer = await self.running.call("POST", "/v1/preflight", caller="cixi", body=self.question)
        self.note(f"question {next(self.serial)}", *answer)

    def note(self, key: str, status: int, said: Any, headers: Any) -> None:
        self.told[key] = status
        if status == 429:
            assert (said["code"], said["cause"]) == ("overloaded", "memory")
            assert int(headers["Retry-After"]) >= 1

    def keys(self, *statuses: int) -> list[str]:
        return [key for key, status in self.told.items() if status in statuses and key.startswith("large")]


def with_number(document: dict[str, Any], number: int) -> dict[str, Any]:
    """The same case of another made-up person."""
    kept = {name: each for name, each in document["applicant"].items() if name not in ("birth_date", "sex")}
    return {**document, "applicant": {**kept, "id_number": identity_number(number)}}


@asynccontextmanager
async def most_mb(pid: int) -> AsyncIterator[list[float]]:
    """The largest resident memory while the block runs, looked at a hundred times a second."""
    seen = [resident_mb(pid)]

    async def look() -> None:
        while True:
            seen[0] = max(seen[0], resident_mb(pid))
            await asyncio.sleep(0.01)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()


async def test_large_bodies_at_once_stay_under_the_bound_and_are_refused_whole(tmp_path: Path) -> None:
    async with installed(tmp_path, **BOUNDS) as running:
        await running.start_gateway()
        assert running.gateway and running.gateway.child
        burst, pid = Burst(running), running.gateway.child.pid
        await burst.submit()  # from now on everything is loaded
        idle_mb = resident_mb(pid)
        async with most_mb(pid) as seen_mb:
            for _ in range(ROUNDS):
                both = [
                    *(burst.submit() for _ in range(AT_ONCE)),
                    *(burst.preflight() for _ in range(AT_ONCE)),
                ]
                await asyncio.gather(*both)
        assert set(burst.told.values()) == {200, 201, 429}
        assert seen_mb[0] < idle_mb + TIMES * BOUNDS["memory_bytes"] / MEBI
        files = sum(path.is_file() for path in (tmp_path / "state" / "materials").rglob("*"))
        each = sum(len(material["files"]) for material in burst.case["materials"])
        assert files == len(burst.keys(201)) * each
        for number, key in enumerate(burst.keys(429)[:10]):
            other = with_number(case("gd-person"), 900_001 + number)
            status, _, headers = await running.submit(other, key)
            assert (status, "Idempotency-Replayed" in headers) == (201, False), "the key is as good as new"
