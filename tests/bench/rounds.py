"""Programs under one load in interleaved rounds, and the ratios of what each round cost them."""

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.bench.bodies import bodies
from tests.bench.load import fire
from tests.bench.processes import cpu_us
from tests.installation import Process

WARM_UP = 150


@dataclass(slots=True)
class Subject:
    """What is measured, one process or several that share a load, and what each round cost it.

    rounds: CPU µs per exchange; beside: CPU µs so far of what serves it and is counted apart.
    """

    name: str
    processes: Sequence[Process]
    beside: Callable[[], float] = lambda: 0.0
    rounds: list[float] = field(default_factory=list)
    beside_rounds: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        return [str(each.said["address"]) for each in self.processes]

    @property
    def pids(self) -> list[int]:
        return [each.child.pid for each in self.processes if each.child]

    def cpu_us(self) -> float:
        return sum(map(cpu_us, self.pids))


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


@dataclass(frozen=True, slots=True)
class Load:
    """fixture: whose case is asked; at_once: how many requests are under way; requests: in each round."""

    fixture: str
    at_once: int
    rounds: int
    requests: int


async def take_turns(subjects: Sequence[Subject], load: Load) -> None:
    """A round for each subject in turn, first another one every time; the very first is the warm-up."""
    serial = 0
    for number in range(load.rounds + 1):
        first = number % len(subjects)
        for subject in (*subjects[first:], *subjects[:first]):
            count = load.requests if number else WARM_UP
            await _round(subject, bodies(load.fixture, serial, count), load.at_once, number)
            serial += count


async def _round(subject: Subject, requests: list[bytes], at_once: int, number: int) -> None:
    before_us, beside_us = subject.cpu_us(), subject.beside()
    key = f"{subject.name.replace(' ', '-')}-{number}"
    done = await fire(subject.addresses, "/v1/cases", requests, at_once=at_once, key=key)
    if number:
        subject.rounds.append((subject.cpu_us() - before_us) / len(requests))
        subject.beside_rounds.append((subject.beside() - beside_us) / len(requests))
        subject.p50_ms.append(done.at(0.5))
        subject.p99_ms.append(done.at(0.99))
