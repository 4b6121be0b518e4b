"""CPU per exchange: the gateway with everything on, a bare proxy and a plain script, in interleaved rounds."""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.bodies import bodies
from tests.bench.load import fire
from tests.bench.processes import cpu_us, resident_mb
from tests.installation import CHECKOUT, Installation, Process, installed

DIALECTS = {"rest": ("sim-gd", "gd-person", 32), "soap": ("sim-gx", "gx-person", 16)}


@dataclass(slots=True)
class Subject:
    """One program under measurement, and what each round cost it (CPU µs per exchange)."""

    name: str
    process: Process
    rounds: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int:
        assert self.process.child
        return self.process.child.pid


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median of the paired ratios, with a 95 % interval of that median (bootstrap over rounds)."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


def ratio(of: Sequence[float], to: Sequence[float]) -> Ratio:
    pairs = [a / b for a, b in zip(of, to, strict=True)]
    chance = random.Random(20260101)
    medians = sorted(statistics.median(chance.choices(pairs, k=len(pairs))) for _ in range(4000))
    return Ratio(statistics.median(pairs), medians[100], medians[3899])


async def measure(dialect: str, *, rounds: int, requests: int) -> tuple[dict[str, Subject], float]:
    """All subjects of a dialect, and the gateway's resident memory before the first request (MB)."""
    platform, fixture, at_once = DIALECTS[dialect]
    with tempfile.TemporaryDirectory() as folder:
        async with installed(Path(folder), platforms=False) as installation:
            await installation.start_platforms("--quiet-bench")
            await installation.start_gateway()
            subjects = await _subjects(installation, dialect, platform, folder)
            idle_mb = resident_mb(subjects["gateway"].pid)
            try:
                serial = 0
                for number in range(rounds + 1):
                    names = list(subjects)
                    for name in names[number % 3 :] + names[: number % 3]:
                        count = 150 if number == 0 else requests
                        await _round(subjects[name], bodies(fixture, serial, count), at_once, number)
                        serial += count
            finally:
                for subject in subjects.values():
                    await subject.process.end()
    return subjects, idle_mb


async def _subjects(
    installation: Installation, dialect: str, platform: str, folder: str
) -> dict[str, Subject]:
    target = str(installation.platforms[platform].said["address"])
    wsdl = str(CHECKOUT / "mappings/examples/sim-gx/contract/service.wsdl")
    script = Process(["tests.bench.script", dialect, target, f"{folder}/script.db", wsdl])
    path = "/api/v2/cases" if dialect == "rest" else ""
    proxy = Process(["tests.bench.proxy", target + path])
    await asyncio.gather(script.start(), proxy.start())
    assert installation.gateway
    return {
        "proxy": Subject("proxy", proxy),
        "script": Subject("script", script),
        "gateway": Subject("gateway", installation.gateway),
    }


async def _round(subject: Subject, requests: list[bytes], at_once: int, number: int) -> None:
    before = cpu_us(subject.pid)
    done = await fire(
        str(subject.process.said["address"]),
        "/v1/cases",
        requests,
        at_once=at_once,
        key=f"{subject.name}-{number}",
    )
    used = cpu_us(subject.pid) - before
    if number:  # the first is the warm-up
        subject.rounds.append(used / len(requests))
        subject.p50_ms.append(done.each_ms[len(done.each_ms) // 2])
        subject.p99_ms.append(done.each_ms[int(len(done.each_ms) * 0.99)])
