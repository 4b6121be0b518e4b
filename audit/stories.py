"""Stories: the entries of each exchange side by side, however many there are.

They are sorted in a private SQLite file that SQLite removes when it is closed: memory stays bounded, and one
exchange is looked at at a time.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from audit.order import ALONE, ENDS, Orders
from audit.records import Record

_ROWS_AT_ONCE = 10_000
_MEMORY_KB = 32_000
_MADE = "CREATE TABLE told (exchange TEXT, position INTEGER, kind TEXT, at_ms INTEGER)"
_SORTED = "SELECT exchange, position, kind, at_ms FROM told ORDER BY exchange, position"

Step = tuple[str | None, int, str, int]  # exchange, position, kind, epoch ms


@dataclass(frozen=True, slots=True)
class Story:
    """What the log tells of one exchange: where and when it begins, its end (None: open), what is unlawful.

    exchange: None where entries that should name one do not; each of those is a story of its own.
    """

    exchange: str | None
    position: int
    at_ms: int
    end: str | None
    faults: tuple[tuple[int, str], ...]  # position, code


class Stories:
    """Entries are put in as they come, and come out as stories, sorted by exchange (code points)."""

    def __init__(self) -> None:
        self._waiting: list[Step] = []
        self._driver = sqlite3.connect(
            "", isolation_level=None
        )  # an empty name: a file that nobody else sees
        self._driver.execute(f"PRAGMA cache_size = -{_MEMORY_KB}")
        self._driver.execute("PRAGMA journal_mode = OFF")
        self._driver.execute(_MADE)

    def put(self, position: int, record: Record) -> None:
        """The next entry of the log; whatever is no part of a story is passed over."""
        if not record.kind.startswith("exchange.") or record.kind in ALONE:
            return
        self._waiting.append((record.text("exchange"), position, record.kind, record.at_ms))
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._store()

    def __iter__(self) -> Iterator[Story]:
        self._store()
        rows: Iterator[Step] = iter(self._driver.execute(_SORTED))
        for exchange, steps in groupby(rows, lambda row: row[0]):
            if exchange is None:
                yield from (_story(None, [step]) for step in steps)
            else:
                yield _story(exchange, steps)

    def close(self) -> None:
        self._driver.close()

    def _store(self) -> None:
        self._driver.execute("BEGIN")
        self._driver.executemany("INSERT INTO told VALUES (?, ?, ?, ?)", self._waiting)
        self._driver.execute("COMMIT")
        self._waiting.clear()


def _story(exchange: str | None, steps: Iterator[Step] | list[Step]) -> Story:
    orders, end, first, faults = Orders(), None, None, []
    for _, position, kind, at_ms in steps:
        first = first or (position, at_ms)
        fault = orders.take(f"entry {position}", kind, exchange)
        if fault is not None:
            faults.append((position, fault.code))
        end = kind if end is None and kind in ENDS else end
    position, at_ms = first or (0, 0)
    return Story(exchange, position, at_ms, end, tuple(faults))
