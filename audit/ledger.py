"""The stored log as an auditor reads it: read-only, with nothing of the code that wrote it.

Every query is its own short read, because the log only grows: a check of hours does not hold back the writer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from audit.findings import Finding
from audit.rows import Rows
from audit.source import LedgerUnreadable, Row, Source
from audit.sqlite import SqliteFile

WIDTH = 256
LOWEST, HIGHEST = -(2**63), 2**63 - 1
_PAGE = 1000


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


class CosignatureRow(NamedTuple):
    size: int
    name: str
    line: str
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


class Log(Protocol):
    """The questions that a check asks of a log, wherever it is kept. Its failures are LedgerUnreadable."""

    @property
    def name(self) -> str: ...
    def extent(self) -> Extent: ...
    def entries(self, start: int, end: int) -> Iterator[EntryRow]: ...
    def batches(self, up_to: int) -> Iterator[BatchRow]: ...
    def checkpoints(self, up_to: int) -> list[CheckpointRow]: ...
    def cosignatures(self, over: int | None = None) -> Iterator[CosignatureRow]:
        """What witnesses said later, of all checkpoints or of that over so many entries; none of tiles."""
        ...

    def tile(self, level: int, number: int) -> TileRow: ...
    def below_tile(self, level: int, number: int) -> list[bytes]: ...
    def faults(self) -> Iterator[Finding]:
        """What is wrong with how it is kept, and shows nowhere else; to be asked for after everything."""
        ...

    def check_undisturbed(self) -> None: ...
    def close(self) -> None: ...


class Ledger:
    """The questions of a check, put to one database. Raises LedgerUnreadable, also later, when reading fails.

    address: where it can be opened again; it may hold a password, and is not shown.
    """

    def __init__(self, source: Source, address: str, *, with_rows: bool = True) -> None:
        self._source, self.address, self.with_rows = source, address, with_rows

    @property
    def name(self) -> str:
        return self._source.name

    def extent(self) -> Extent:
        """All limits from one moment."""
        limits = """
            SELECT coalesce((SELECT max(size) FROM audit_batches), 0),
                   coalesce((SELECT min(position) FROM audit_entries), 0),
                   coalesce((SELECT max(position) FROM audit_entries), -1),
                   coalesce((SELECT max(size) FROM audit_checkpoints), 0)"""
        with self._source.moment():
            [(size, first, last, checkpoint)] = self._source.rows(limits)
            tiles = frozenset(self._source.rows("SELECT level, number FROM audit_tiles"))
        return Extent(size, first, last, checkpoint, tiles)

    def entries(self, start: int, end: int) -> Iterator[EntryRow]:
        query = """
            SELECT position, kind, exchange_id, case_id, leaf, body FROM audit_entries
            WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""
        return map(EntryRow._make, self._pages(query, start - 1, end - 1))

    def batches(self, up_to: int) -> Iterator[BatchRow]:
        query = """
            SELECT size, previous, frontier, root, at_ms FROM audit_batches
            WHERE size > ? AND size <= ? ORDER BY size LIMIT ?"""
        return map(BatchRow._make, self._pages(query, LOWEST, up_to))

    def checkpoints(self, up_to: int) -> list[CheckpointRow]:
        query = "SELECT size, previous, note, at_ms FROM audit_checkpoints WHERE size <= ? ORDER BY size"
        return [CheckpointRow._make(row) for row in self._source.rows(query, up_to)]

    def cosignatures(self, over: int | None = None) -> Iterator[CosignatureRow]:
        query = """
            SELECT size, name, line, at_ms FROM audit_cosignatures
            WHERE size > ? AND size <= ? ORDER BY size, name LIMIT ?"""
        after, end = (LOWEST, HIGHEST) if over is None else (over - 1, over)
        if "audit_cosignatures" not in self._source.tables():
            return
        while page := list(self._source.rows(query, after, end, _PAGE)):
            whole = [row for row in page if row[0] != page[-1][0]] if len(page) == _PAGE else page
            yield from map(CosignatureRow._make, whole or page)
            after = (whole or page)[-1][0]

    def tile(self, level: int, number: int) -> TileRow:
        """A tile that the extent lists. Raises LedgerUnreadable when it went since then."""
        query = "SELECT root, hashes FROM audit_tiles WHERE level = ? AND number = ?"
        for row in self._source.rows(query, level, number):
            return TileRow._make(row)
        raise LedgerUnreadable(f"tile {level}/{number} was removed during the check: run it again")

    def below_tile(self, level: int, number: int) -> list[bytes]:
        """The hashes that the tile should hold: leaves of its entries, or roots of tiles one level below."""
        leaves = "SELECT leaf FROM audit_entries WHERE position >= ? AND position < ? ORDER BY position"
        roots = "SELECT root FROM audit_tiles WHERE number >= ? AND number < ? AND level = ? ORDER BY number"
        bounds = (number * WIDTH, (number + 1) * WIDTH)
        rows = self._source.rows(roots, *bounds, level - 1) if level else self._source.rows(leaves, *bounds)
        return [root for (root,) in rows]

    def faults(self, *, beyond: str = "") -> Iterator[Finding]:
        """What the rows of a store that stands beside the log say otherwise than its entries.

        beyond: those of cases up to this one are left for `faults_of_cases`.
        """
        return Rows(self._source).findings(beyond=beyond) if self.with_rows else iter(())

    def faults_of_cases(self, up_to: str) -> Iterator[Finding]:
        """Those that `faults` beyond this case leaves out; none where that is empty."""
        return Rows(self._source).cases(up_to=up_to) if self.with_rows and up_to else iter(())

    def case_at(self, place: int) -> str:
        """The case of the entry at this place of all that name one, in the order of cases; "" if they are fewer."""
        query = "SELECT case_id FROM audit_entries WHERE case_id > '' ORDER BY case_id LIMIT 1 OFFSET ?"
        return next((str(case) for (case,) in self._source.rows(query, place)), "")

    def check_undisturbed(self) -> None:
        self._source.check_undisturbed()

    def close(self) -> None:
        self._source.close()

    def _pages(self, query: str, after: int, up_to: int) -> Iterator[Row]:
        """Rows in the order of their key, which is their first column: > after, <= up_to."""
        while page := list(self._source.rows(query, after, up_to, _PAGE)):
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]


def due_tiles(size: int) -> Iterator[tuple[int, int]]:
    """Level and number of every full tile of a log of `size` entries."""
    level, count = 0, size // WIDTH
    while count:
        yield from ((level, number) for number in range(count))
        level, count = level + 1, count // WIDTH


def open_ledger(address: str, *, with_rows: bool = True) -> Ledger:
    """The log at `postgresql://…`, or in the SQLite file of that path. Raises LedgerUnreadable.

    with_rows: its faults include those of the rows beside it.
    """
    scheme, is_address, _ = address.partition("://")
    if not is_address:
        return Ledger(SqliteFile(Path(address)), address, with_rows=with_rows)
    if scheme not in ("postgresql", "postgres"):
        raise LedgerUnreadable("the address of a database begins with postgresql://, a path is a SQLite file")
    try:
        from audit.postgresql import PostgresqlServer  # the only module that needs a database driver
    except ImportError as error:
        raise LedgerUnreadable('reading PostgreSQL needs a driver: pip install "psycopg[binary]"') from error
    return Ledger(PostgresqlServer(address), address, with_rows=with_rows)
