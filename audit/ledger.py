"""The stored log as an auditor reads it: a SQLite file, read-only, with nothing of the code that wrote it.

Every query is its own short read, because the log only grows: a check of hours does not hold back the writer.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Row = tuple[Any, ...]

WIDTH = 256
KEYS = {  # column -> type, where the type matters: an INTEGER key holds integers only, each once
    "audit_entries": {"position": "INTEGER"},
    "audit_batches": {"size": "INTEGER"},
    "audit_tiles": {"level": "BIGINT", "number": "BIGINT"},
    "audit_checkpoints": {"size": "INTEGER"},
}
LOWEST = -(2**63)


class LedgerUnreadable(Exception):
    """There is no such file, it is no SQLite database, or it holds no log."""


class EntryRow(NamedTuple):
    """One row of `audit_entries`; a value of a foreign type counts as altered."""

    position: int
    kind: str
    exchange_id: str | None
    case_id: str | None
    leaf: bytes
    body: bytes


class BatchRow(NamedTuple):
    size: int
    previous: int
    frontier: bytes
    root: bytes
    at_ms: int


class TileRow(NamedTuple):
    root: bytes
    hashes: bytes


class CheckpointRow(NamedTuple):
    size: int
    previous: int
    note: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the log reached when the check began; what grows afterwards is left for the next one."""

    size: int
    first_position: int
    last_position: int
    last_checkpoint: int
    tiles: frozenset[tuple[int, int]]  # level, number

    @property
    def reach(self) -> int:
        """How many entries there can be at most, whatever a batch row claims."""
        return min(self.size, self.last_position + 1)


class Ledger:
    """Read-only access to one database file. Raises LedgerUnreadable, also later, when reading fails.

    Without a -wal file beside it nobody has the database open: it is then read as a file that cannot change,
    which leaves no trace and works on a medium that cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._wal = path.with_name(path.name + "-wal")
        self._quiet = not self._wal.exists()
        self._driver = _open(path, quiet=self._quiet)

    def extent(self) -> Extent:
        """All limits from one moment."""
        limits = """
            SELECT coalesce((SELECT max(size) FROM audit_batches), 0),
                   coalesce((SELECT min(position) FROM audit_entries), 0),
                   coalesce((SELECT max(position) FROM audit_entries), -1),
                   coalesce((SELECT max(size) FROM audit_checkpoints), 0)"""
        self._driver.execute("BEGIN")
        [(size, first, last, checkpoint)] = self._query(limits)
        tiles = frozenset(self._query("SELECT level, number FROM audit_tiles"))
        self._driver.execute("COMMIT")
        return Extent(size, first, last, checkpoint, tiles)

    def entries(self, start: int, end: int) -> Iterator[EntryRow]:
        query = """
            SELECT position, kind, exchange_id, case_id, leaf, body FROM audit_entries
            WHERE position >= ? AND position < ? ORDER BY position"""
        return map(EntryRow._make, self._query(query, start, end))

    def batches(self, up_to: int) -> Iterator[BatchRow]:
        query = """
            SELECT size, previous, frontier, root, at_ms FROM audit_batches
            WHERE size > ? AND size <= ? ORDER BY size LIMIT 1000"""
        return map(BatchRow._make, self._pages(query, LOWEST, up_to))

    def checkpoints(self, up_to: int) -> list[CheckpointRow]:
        query = "SELECT size, previous, note, at_ms FROM audit_checkpoints WHERE size <= ? ORDER BY size"
        return [CheckpointRow._make(row) for row in self._query(query, up_to)]

    def tile(self, level: int, number: int) -> TileRow:
        """A tile that the extent lists."""
        query = "SELECT root, hashes FROM audit_tiles WHERE level = ? AND number = ?"
        [row] = self._query(query, level, number)
        return TileRow._make(row)

    def below_tile(self, level: int, number: int) -> list[bytes]:
        """The hashes that the tile should hold: leaves of its entries, or roots of tiles one level below."""
        leaves = "SELECT leaf FROM audit_entries WHERE position >= ? AND position < ? ORDER BY position"
        roots = "SELECT root FROM audit_tiles WHERE number >= ? AND number < ? AND level = ? ORDER BY number"
        bounds = (number * WIDTH, (number + 1) * WIDTH)
        rows = self._query(roots, *bounds, level - 1) if level else self._query(leaves, *bounds)
        return [root for (root,) in rows]

    def check_undisturbed(self) -> None:
        """Raises LedgerUnreadable when a writer came while the file was taken for one that cannot change."""
        if self._quiet and self._wal.exists():
            raise LedgerUnreadable("the database was opened for writing during the check: run it again")

    def close(self) -> None:
        self._driver.close()

    def _pages(self, query: str, after: int, up_to: int) -> Iterator[Row]:
        while page := list(self._query(query, after, up_to)):
            yield from page
            after = page[-1][0]

    def _query(self, query: str, *values: int) -> Iterator[Row]:
        try:
            yield from self._driver.execute(query, values)
        except sqlite3.Error as error:
            raise LedgerUnreadable(f"the database cannot be read: {error}") from error


def _open(path: Path, *, quiet: bool) -> sqlite3.Connection:
    if not path.is_file():
        raise LedgerUnreadable(f"{path}: no such file")
    try:
        return _connect(path, "mode=ro&immutable=1" if quiet else "mode=ro")
    except sqlite3.Error as error:
        raise LedgerUnreadable(f"{path}: {error}") from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    driver = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    driver.text_factory = lambda text: text.decode("utf-8", "replace")
    for table, keys in KEYS.items():
        columns = driver.execute(f"PRAGMA table_info({table})").fetchall()
        if {name: kind for _, name, kind, _, _, key in columns if key} != keys:
            driver.close()
            raise LedgerUnreadable(f"{path}: holds no audit log: the table {table} is not that of a log")
    return driver
