"""Time that never jumps: it follows a source (a machine's clock, a database's) at most SLEW faster or slower.

A machine whose clock is set while work is under way would end leases too early, and believe too early that a
platform has not got a message. Differences that would take days to make up are told; a restart takes them over.
"""

import time
from collections.abc import Callable
from datetime import date, datetime

from mappings.china_time import CHINA

SLEW = 0.05
TOLD_FROM_MS = 60_000


def monotonic_ms() -> float:
    """Milliseconds since the machine started, those included in which it was suspended."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) / 1_000_000


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def china_day(at_ms: int) -> date:
    """The China date of a time in epoch milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).date()


class SteadyClock:
    """Epoch milliseconds. `source_ms` may jump, what is returned does not and never goes back."""

    def __init__(self, source_ms: Callable[[], int], monotonic_ms: Callable[[], float]) -> None:
        self._source_ms = source_ms
        self._monotonic_ms = monotonic_ms
        self._at_ms = monotonic_ms()
        self._now_ms = float(source_ms())

    def __call__(self) -> int:
        at_ms = self._monotonic_ms()
        passed_ms = max(at_ms - self._at_ms, 0.0)
        most_ms = passed_ms * SLEW
        now_ms = self._now_ms + passed_ms
        self._now_ms = now_ms + min(max(self._source_ms() - now_ms, -most_ms), most_ms)
        self._at_ms = at_ms
        return int(self._now_ms)

    @property
    def behind_ms(self) -> int:
        """How far the source is ahead (negative: behind); beyond TOLD_FROM_MS somebody should look at it."""
        return self._source_ms() - self()


class HeardClock:
    """A source that is told the time now and then (by the database) and counts on from there."""

    def __init__(self, monotonic_ms: Callable[[], float]) -> None:
        self._monotonic_ms = monotonic_ms
        self._ahead_ms = 0.0

    def heard(self, now_ms: int) -> int:
        """The database's time, just now; returned as it is."""
        self._ahead_ms = now_ms - self._monotonic_ms()
        return now_ms

    def __call__(self) -> int:
        return int(self._monotonic_ms() + self._ahead_ms)
