"""The walk along the log: entries and batches in their order, the tree recomputed from the entries' bytes.

Where something is wrong, the walk goes on from whatever still agrees with itself, so that one alteration is
one finding and not a thousand.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from audit import tree
from audit.findings import Finding
from audit.ledger import BatchRow, EntryRow, Extent, Log
from audit.order import Orders
from audit.outline import Outline, Outlines
from audit.records import RecordUnreadable, read_record
from audit.succession import KINDS, Succession

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Stretch:
    """The entries of one batch: leaf hashes as stored and as computed, and where the two differ."""

    start: int
    end: int
    stored: list[bytes] = field(default_factory=list)
    computed: list[bytes] = field(default_factory=list)
    suspects: list[int] = field(default_factory=list)
    whole: bool = True
    at_ms: int | None = None

    def add(self, row: EntryRow) -> bool:
        """Take the next entry; whether its bytes have the hash that is stored beside them."""
        stored = row.leaf
        computed = tree.leaf_hash(row.body) if isinstance(row.body, bytes) else b""
        self.stored.append(stored if isinstance(stored, bytes) else b"")
        self.computed.append(computed)
        self.end = row.position + 1
        if computed and computed == stored:
            return True
        self.suspects.append(row.position)
        return False

    def gap(self, until: int) -> Finding:
        missing = Finding(f"entry {self.end}", "entries.missing", {"first": self.end, "last": until - 1})
        self.end, self.whole, self.at_ms = until, False, None
        return missing

    def told(self, code: str) -> Iterator[Finding]:
        return (Finding(f"entry {position}", code) for position in self.suspects)


@dataclass(slots=True)
class Walk:
    """How far the walk came, the tree there (None: unknown), and the roots at the `wanted` (sorted) sizes."""

    ledger: Log
    extent: Extent
    wanted: Sequence[int]
    progress: Progress
    succession: Succession
    roots: dict[int, bytes] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    orders: Orders = field(default_factory=Orders)
    entries: int = 0
    batches: int = 0
    size: int = 0
    frontier: list[bytes] | None = field(default_factory=list)
    _rows: Iterator[EntryRow] = field(default_factory=lambda: iter(()))
    _next: EntryRow | None = None
    _outlines: Outlines = field(default_factory=Outlines)

    def findings(self) -> Iterator[Finding]:
        self._rows = self.ledger.entries(0, self.extent.size)
        self._next = next(self._rows, None)
        first, last = self.extent.first_position, self.extent.last_position
        if first < 0:
            yield Finding(f"entry {first}", "entries.beyond", {"first": first, "last": min(last, -1)})
        for row in self.ledger.batches(self.extent.size):
            self.batches += 1
            if row.size <= 0:
                yield Finding(f"batch {row.size}", "batch.altered")
                continue
            yield from self._batch(row)
            self.size = row.size
            self.progress(self.entries, self.extent.reach)
        if last >= self.size:
            yield Finding(f"entry {self.size}", "entries.beyond", {"first": self.size, "last": last})

    def _batch(self, row: BatchRow) -> Iterator[Finding]:
        path, stretch = f"batch {row.size}", Stretch(self.size, self.size)
        if row.previous != self.size:
            yield _wrong_previous(path, row, self.size)
        for entry in self._entries_until(row.size):
            if entry.position != stretch.end:
                yield stretch.gap(entry.position)
            yield from self._entry(entry, stretch)
        if stretch.end != row.size:
            yield stretch.gap(row.size)
        yield from self._join(path, row, stretch)
        if stretch.at_ms not in (None, row.at_ms):
            yield Finding(path, "batch.time")

    def _entries_until(self, end: int) -> Iterator[EntryRow]:
        """The entries that come next; all are read in one stream, since batches can be of one or two."""
        while self._next is not None and self._next.position < end:
            yield self._next
            self._next = next(self._rows, None)

    def _entry(self, row: EntryRow, stretch: Stretch) -> Iterator[Finding]:
        kind, exchange = row.kind, row.exchange_id
        self.entries += 1
        stretch.at_ms = None
        if stretch.add(row):
            try:
                found = self._outlines.read(row.body, row.kind)
            except RecordUnreadable:
                yield Finding(f"entry {row.position}", "entry.unreadable")
            else:
                if row[1:4] != found[:3]:
                    yield from _wrong_columns(row, found)
                kind, exchange, _, stretch.at_ms = found
                if kind in KINDS:
                    record = read_record(row.body)
                    yield from self.succession.take(f"entry {row.position}", row.position, record)
        if not self.orders.passes(kind, exchange):
            fault = self.orders.take(f"entry {row.position}", kind, exchange)
            if fault:
                yield fault

    def _join(self, path: str, row: BatchRow, stretch: Stretch) -> Iterator[Finding]:
        """Hold the recomputed tree against the row of the batch, and decide with which of them to go on."""
        stored = _frontier(row)
        agrees = stored is not None and tree.fold(stored) == row.root
        if self.frontier is None or not stretch.whole:
            yield from stretch.told("entry.altered")
            if not agrees:
                yield Finding(path, "batch.altered")
            self.frontier = stored if agrees else None
        else:
            self._keep_inner_roots(self.frontier, stretch)
            yield from self._compare(path, self.frontier, stored, agrees, stretch)
        if self.frontier is not None and self._is_wanted(row.size):
            self.roots[row.size] = tree.fold(self.frontier)
            self.times[row.size] = row.at_ms if isinstance(row.at_ms, int) else 0

    def _compare(
        self, path: str, before: list[bytes], stored: list[bytes] | None, agrees: bool, stretch: Stretch
    ) -> Iterator[Finding]:
        by_leaves = tree.grown(before, stretch.start, stretch.stored)
        by_bodies = tree.grown(before, stretch.start, stretch.computed) if stretch.suspects else by_leaves
        self.frontier = by_leaves
        if by_bodies == stored:  # only hashes beside sound entries were touched
            yield from stretch.told("entry.leaf")
            self.frontier = by_bodies
        else:
            yield from stretch.told("entry.altered")
        if stored in (by_leaves, by_bodies):
            if not agrees:
                yield Finding(path, "batch.root")
        elif agrees:
            bounds = {"first": stretch.start, "last": stretch.end - 1}
            yield Finding(f"entry {stretch.start}", "entries.altered", bounds)
            self.frontier = stored
        else:
            yield Finding(path, "batch.altered")

    def _keep_inner_roots(self, before: list[bytes], stretch: Stretch) -> None:
        """Roots wanted inside a batch: of checkpoints whose own batch row is gone, or from elsewhere."""
        first, last = bisect_right(self.wanted, stretch.start), bisect_left(self.wanted, stretch.end)
        for size in self.wanted[first:last]:
            leaves = stretch.stored[: size - stretch.start]
            self.roots[size] = tree.fold(tree.grown(before, stretch.start, leaves))

    def _is_wanted(self, size: int) -> bool:
        place = bisect_left(self.wanted, size)
        return place < len(self.wanted) and self.wanted[place] == size


def _wrong_previous(path: str, row: BatchRow, start: int) -> Finding:
    if isinstance(row.previous, int) and start < row.previous < row.size:
        return Finding(path, "batch.missing", {"first": start, "last": row.previous})
    return Finding(path, "batch.altered")


def _wrong_columns(row: EntryRow, found: Outline) -> Iterator[Finding]:
    for column, value, true in zip(("kind", "exchange_id", "case_id"), row[1:4], found[:3], strict=True):
        if value != true:
            yield Finding(f"entry {row.position}", "entry.column", {"column": column})


def _frontier(row: BatchRow) -> list[bytes] | None:
    """The frontier of the row; None when it cannot be one of a tree of that size."""
    if not isinstance(row.frontier, bytes) or len(row.frontier) != tree.HASH_BYTES * row.size.bit_count():
        return None
    return tree.split(row.frontier)
