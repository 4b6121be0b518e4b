"""One caller's flood raises another caller's p99 by no more than FACTOR: real processes, HTTP over loopback."""

import statistics
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.bench.bodies import bodies
from tests.installation import CHECKOUT, Installation, installed
from tests.web.flood import flooding

pytestmark = pytest.mark.alone
OPERATING = CHECKOUT / "docs" / "operating.md"
FACTOR = 5
CONNECTIONS = 256  # twice as many as may wait for their turn
ROUNDS = 5
REQUESTS = 100  # in each of them, alone and flooded; the p99 of so many is the slowest
GUICHI, CIXI = (
    b"11341702003278461M400200603100001",
    b"11330282002975311J400200603100001",
)  # one item, two places


def of_cixi(first: int) -> Iterator[bytes]:
    """Cases of ever new people that cixi sends to another platform than the flood goes to."""
    for number in count(first):
        (body,) = bodies("gx-person", number, 1)
        yield body.replace(b'"341702"', b'"330282"', 1).replace(GUICHI, CIXI)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path, platforms=False) as installation:
        await installation.start_platforms("--quiet-bench")
        await installation.start_gateway()
        yield installation


async def one_after_another(running: Installation, cases: Iterator[bytes], number: int) -> float:
    """The p99 in milliseconds of `number` cases of cixi, one at a time; every one of them must be taken."""
    assert running.client
    took_ms = []
    for _ in range(number):
        body = next(cases)
        headers = {"Authorization": f"Bearer {running.keys['cixi']}", "Content-Type": "application/json",
                   "Idempotency-Key": f"fair-{time.monotonic_ns()}"}  # fmt: skip
        started = time.perf_counter()
        async with running.client.post(f"{running.address}/v1/cases", data=body, headers=headers) as response:
            assert response.status == 201, await response.text()
        took_ms.append((time.perf_counter() - started) * 1000)
    return sorted(took_ms)[int(len(took_ms) * 0.99)]


@pytest.mark.parametrize("kind", ["submit", "preflight"])
async def test_a_flood_slows_another_caller_down_by_no_more_than_the_stated_factor(
    running: Installation, kind: str
) -> None:
    """Medians over the rounds: whatever else the machine does in one of them does not decide."""
    cases, first = of_cixi(5_000_000), count(0, 100_000)
    await one_after_another(running, cases, REQUESTS)
    alone_ms, flooded_ms = [], []
    for _ in range(ROUNDS):
        alone_ms.append(await one_after_another(running, cases, REQUESTS))
        flood = flooding(
            running.address, running.keys["guichi"], connections=CONNECTIONS, first=next(first), kind=kind
        )
        async with flood as flooded:
            flooded_ms.append(await one_after_another(running, cases, REQUESTS))
        assert flooded.answers[429] > 0, "it was more than there is room for"
        assert flooded.answers.total() > 3 * REQUESTS, "and it was a flood"
        assert flooded.cut == 0, "whoever is told to come back keeps its connection"
    assert f"by no more than the factor {FACTOR}" in OPERATING.read_text("utf-8").replace("\n", " ")
    factor = statistics.median(flooded_ms) / statistics.median(alone_ms)
    assert factor <= FACTOR, (alone_ms, flooded_ms)
