"""A sample of cases (抽样): how many must be looked at, and which, so that anybody comes to the same ones.

Attribute sampling without replacement, by the hypergeometric distribution (中国注册会计师审计准则第1314号 审计抽样;
discovery sampling where no fault is expected). Of N cases K = ceil(rate * N) would be faulty at the rate that is
just not tolerated any more. The sample is the least n for which

    P(at most e faults are found) = sum over i = 0 … e of C(K, i) C(N - K, n - i) / C(N, n)  <=  1 - confidence

e being how many faults are expected. Then, if no more than e are found in it, fewer than K cases are faulty with
that confidence. Which cases: those n whose SHA-256(seed || 0x00 || id of the case) is smallest; no chance is
involved, and where the seed is agreed on after the log was signed nobody could have arranged the cases for it.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import ceil, comb

MOST_EXPECTED = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """population, tolerated, expected: cases. size: how many to look at."""

    population: int
    confidence: Fraction
    rate: Fraction
    tolerated: int
    expected: int
    size: int


class NoPlan(ValueError):
    """No sample of these cases can show that; the text says why."""


def plan(population: int, confidence: Fraction, rate: Fraction, expected: int = 0) -> Plan:
    """confidence, rate: between 0 and 1. Raises NoPlan."""
    if not (0 < confidence < 1 and 0 < rate <= 1 and 0 <= expected <= MOST_EXPECTED):
        raise NoPlan(
            f"confidence and rate lie between 0 and 1, expected faults between 0 and {MOST_EXPECTED}"
        )
    tolerated = ceil(rate * population)
    if tolerated <= expected:
        raise NoPlan(f"{tolerated} faulty cases of {population} cannot be told from {expected} expected ones")

    def is_enough(size: int) -> bool:
        return overlooked(population, tolerated, expected, size) <= 1 - confidence

    low = high = expected + 1
    while high < population and not is_enough(high):
        low, high = high + 1, min(2 * high, population)
    while low < high:  # the chance to overlook them falls with every case that is looked at
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return Plan(population, confidence, rate, tolerated, expected, low)


def overlooked(population: int, faulty: int, expected: int, size: int) -> Fraction:
    """The chance that a sample of `size` shows no more than `expected` of the faulty cases."""
    ways = sum(comb(faulty, each) * comb(population - faulty, size - each) for each in range(expected + 1))
    return Fraction(ways, comb(population, size))


def chosen(cases: Iterable[str], seed: str, size: int) -> list[str]:
    """Which cases: the `size` of the smallest digests, in the order of those. Memory grows with `size` alone."""
    return heapq.nsmallest(size, cases, key=lambda case: digest(seed, case))


def digest(seed: str, case: str) -> bytes:
    return sha256(seed.encode() + b"\0" + case.encode()).digest()
