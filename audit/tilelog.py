"""A log read from its tiles and bundles of entries, which anybody can serve: the same questions as to a database.

Each bundle is told as one batch, whose tree follows from the hashes of its tile: an entry that does not fit
its hash was altered, and a hash that was altered does not fit the tile above it or the checkpoint.
"""

from collections.abc import Iterator
from pathlib import Path

from audit import tree
from audit.checkpoints import parse_checkpoint
from audit.findings import Finding
from audit.growth import Growth
from audit.ledger import (
    WIDTH,
    BatchRow,
    CheckpointRow,
    CosignatureRow,
    EntryRow,
    Extent,
    Log,
    TileRow,
    due_tiles,
    open_ledger,
)
from audit.notes import NoteRejected
from audit.records import RecordUnreadable, read_record
from audit.source import LedgerUnreadable
from audit.tilefiles import (
    BUNDLE_BYTES_AT_MOST,
    CHECKPOINT,
    CHECKPOINT_BYTES_AT_MOST,
    TILE_BYTES,
    Absent,
    Place,
    TileFolder,
    TileServer,
    bundle_path,
    read_bundle,
    tile_path,
)

_UNTOLD_MS = 2**62  # tiles do not tell when they were signed: never before what they cover


class TileLog:
    """The log of one checkpoint. Raises LedgerUnreadable, also later, when a file is missing or too large."""

    def __init__(self, place: Place) -> None:
        self._place = place
        try:
            self._note = place.get(CHECKPOINT, CHECKPOINT_BYTES_AT_MOST).decode("utf-8")
            self._size = parse_checkpoint(self._note).size
        except (UnicodeDecodeError, NoteRejected) as error:
            raise LedgerUnreadable(f"{place.name}: holds no checkpoint of a log") from error
        self._roots: dict[tuple[int, int], bytes] = {}
        self._bundle: tuple[int, list[bytes]] = (-1, [])
        self._leaves: tuple[int, list[bytes]] = (-1, [])
        self._faults: dict[str, Finding] = {}

    @property
    def name(self) -> str:
        return self._place.name

    def extent(self) -> Extent:
        return Extent(self._size, 0, self._size - 1, self._size, frozenset(due_tiles(self._size)))

    def entries(self, start: int, end: int) -> Iterator[EntryRow]:
        for number in range(start // WIDTH, -(-min(end, self._size) // WIDTH)):
            leaves = self._hashes(number)
            for position, body in enumerate(self._bodies(number), number * WIDTH):
                if start <= position < end:
                    yield _row(position, leaves[position % WIDTH], body)

    def batches(self, up_to: int) -> Iterator[BatchRow]:
        growth = Growth()
        for start in range(0, up_to, WIDTH):
            for leaf in self._hashes(start // WIDTH):
                growth.add(leaf)
            bodies = self._bodies(start // WIDTH)
            at_ms = _time(bodies[-1]) if bodies else 0
            yield BatchRow(growth.size, start, b"".join(growth.frontier), growth.root, at_ms)

    def checkpoints(self, up_to: int) -> list[CheckpointRow]:
        return [CheckpointRow(self._size, 0, self._note, _UNTOLD_MS)] if self._size <= up_to else []

    def cosignatures(self, over: int | None = None) -> Iterator[CosignatureRow]:
        return iter(())

    def tile(self, level: int, number: int) -> TileRow:
        content = self._place.get(tile_path(level, number), TILE_BYTES)
        if len(content) == TILE_BYTES:
            hashes = tree.split(content)
        else:  # what it should hold, so that the tiles above are not told as well
            hashes = self._below(level, number, WIDTH) if level else self._hashes(number)
        self._roots[level, number] = tree.root_of(hashes)
        return TileRow(self._roots[level, number], content)

    def below_tile(self, level: int, number: int) -> list[bytes]:
        """Of level 0 what stands there itself: every entry was held against it on the walk."""
        if level == 0:
            content = self.tile(0, number).hashes
            return tree.split(content) if len(content) == TILE_BYTES else []
        return self._below(level, number, WIDTH)

    def faults(self) -> Iterator[Finding]:
        """What is wrong with partial tiles and with bundles, beyond what their entries show."""
        yield from self._faults.values()
        level, count = 1, self._size // WIDTH
        while count:
            number, width = divmod(count, WIDTH)
            if width:
                yield from self._partial(level, number, width)
            level, count = level + 1, number

    def check_undisturbed(self) -> None:
        """Nothing to be seen to: full tiles never change, and a checkpoint says how far the others count."""

    def close(self) -> None:
        """Nothing is held open."""

    def _partial(self, level: int, number: int, width: int) -> Iterator[Finding]:
        path, most = tile_path(level, number, width), width * tree.HASH_BYTES
        try:
            content = self._place.get(path, most)
        except Absent:  # it may be removed once the full one is there
            content = self._place.get(tile_path(level, number), TILE_BYTES)[:most]
        due = self._below(level, number, width)
        if content != b"".join(due):
            stored = [content[at : at + tree.HASH_BYTES] for at in range(0, most, tree.HASH_BYTES)]
            first = next(at for at in range(width) if stored[at] != due[at])
            yield Finding(path, "tile.altered", {"position": number * WIDTH + first})

    def _below(self, level: int, number: int, width: int) -> list[bytes]:
        return [self._root(level - 1, number * WIDTH + place) for place in range(width)]

    def _root(self, level: int, number: int) -> bytes:
        if (level, number) not in self._roots:
            self.tile(level, number)
        return self._roots[level, number]

    def _bodies(self, number: int) -> list[bytes]:
        if self._bundle[0] != number:
            width = self._width(number)
            content, whole = self._got(bundle_path(number, width), bundle_path(number), BUNDLE_BYTES_AT_MOST)
            bodies, rest = read_bundle(content, width)
            if rest and whole and len(bodies) == width:
                path = bundle_path(number, width)
                self._faults[path] = Finding(path, "bundle.altered", {"number": width})
            self._bundle = number, bodies
        return self._bundle[1]

    def _hashes(self, number: int) -> list[bytes]:
        """Hashes of the entries of a bundle, from the tile; from the entries where it is no tile, which is told."""
        if self._leaves[0] != number:
            width = self._width(number)
            path, due = tile_path(0, number, width), width * tree.HASH_BYTES
            content, whole = self._got(path, tile_path(0, number), TILE_BYTES)
            content = content if whole else content[:due]
            if len(content) != due:
                content = b"".join(map(tree.leaf_hash, self._bodies(number)))
                if width < WIDTH:  # a full one is told where all full tiles are looked at
                    self._faults[path] = Finding(path, "tile.altered", {"position": number * WIDTH})
            self._leaves = number, tree.split(content.ljust(due, b"\0"))
        return self._leaves[1]

    def _got(self, path: str, full: str, most: int) -> tuple[bytes, bool]:
        """A file, or the full one that took its place; and whether it is the first."""
        try:
            return self._place.get(path, most), True
        except Absent:
            if path == full:
                raise
            try:
                return self._place.get(full, most), False
            except Absent:
                raise Absent(f"{self.name}: there is no file {path}") from None

    def _width(self, number: int) -> int:
        return min(WIDTH, self._size - number * WIDTH)


def open_tiles(address: str, key: str = "") -> TileLog:
    """The log whose tiles are at `http(s)://…` or in that folder. key: what a server wants to be shown.

    Raises LedgerUnreadable.
    """
    if address.startswith(("http://", "https://")):
        return TileLog(TileServer(address, key))
    return TileLog(TileFolder(Path(address)))


def open_log(address: str) -> Log:
    """The log at `http(s)://…` or in a folder (tiles), else in a database. Raises LedgerUnreadable."""
    tiles = address.startswith(("http://", "https://")) or Path(address).is_dir()
    return open_tiles(address) if tiles else open_ledger(address)


def _row(position: int, leaf: bytes, body: bytes) -> EntryRow:
    """An entry with what its columns in a database would say."""
    try:
        record = read_record(body)
    except RecordUnreadable:
        return EntryRow(position, "", None, None, leaf, body)
    return EntryRow(position, record.kind, record.text("exchange"), record.text("case"), leaf, body)


def _time(body: bytes) -> int:
    try:
        return read_record(body).at_ms
    except RecordUnreadable:
        return 0
