"""Refused attempts (被拒尝试), counted by minute and source, so that they are entries without flooding the log.

A source is a caller or an account by its name, anybody else by a keyed digest of the address; a process that dies
takes the counts of its last minute with it.
"""

from collections import Counter
from collections.abc import Callable

from audit.entries import Entry, china_time
from gateway.store.store import Store, Transaction

MINUTE_MS = 60_000
MOST_SOURCES = 50  # of one minute; what comes from more is counted together
MOST_MINUTES = 60  # that wait while the database cannot record; what comes then is counted with the last
OTHERS = "others"


class Attempts:
    """The counts of one process. Used on its event loop only."""

    def __init__(self, store: Store, clock_ms: Callable[[], int], mark_of: Callable[[str], str]) -> None:
        self._store = store
        self._clock_ms = clock_ms
        self._mark_of = mark_of
        self._minutes: dict[int, dict[str, Counter[str]]] = {}

    def note(self, code: str, *, name: str = "", address: str = "") -> None:
        """Somebody was refused. name: who it was, if that is known; code: why, as they were told."""
        minute = self._clock_ms() // MINUTE_MS
        if minute not in self._minutes and len(self._minutes) >= MOST_MINUTES:
            minute = max(self._minutes)
        sources = self._minutes.setdefault(minute, {})
        source = name or f"address:{self._mark_of(address)}"
        if source not in sources and len(sources) >= MOST_SOURCES:
            source = OTHERS
        sources.setdefault(source, Counter())[code] += 1

    async def look(self, *, now: bool = False) -> None:
        """Record the minutes that are over; now: the one that is not, too."""
        current = self._clock_ms() // MINUTE_MS
        over = [minute for minute in self._minutes if now or minute < current]
        if not over:
            return
        told = {minute: self._minutes.pop(minute) for minute in over}
        try:
            await self._store.write(lambda tx: _record(tx, told))
        except Exception:
            self._put_back(told)  # nothing was recorded: they are told with the next minute
            raise

    def _put_back(self, told: dict[int, dict[str, Counter[str]]]) -> None:
        for minute, sources in told.items():
            kept = self._minutes.setdefault(minute, {})
            for source, counts in sources.items():
                kept.setdefault(source, Counter()).update(counts)


def _record(tx: Transaction, told: dict[int, dict[str, Counter[str]]]) -> None:
    for minute, sources in sorted(told.items()):
        for source, counts in sorted(sources.items()):
            facts: dict[str, str | int | list[str] | None] = {
                "minute": china_time(minute * MINUTE_MS), "source": source, "count": counts.total(),
                "codes": [f"{code} {count}" for code, count in sorted(counts.items())],
            }  # fmt: skip
            tx.record(Entry("attempts.refused", tx.now_ms, facts))
