"""The survey of a stored log: every batch, tile and checkpoint recomputed from the bytes of the entries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit import tree
from audit.beside import faults_beside
from audit.checkpoints import parse_checkpoint
from audit.findings import Finding
from audit.ledger import WIDTH, CheckpointRow, Extent, Log, due_tiles
from audit.notes import Key, NoteRejected
from audit.origins import split_origin
from audit.signed import Recomputed, check_held, check_stored
from audit.succession import Succession
from audit.walk import Progress, Walk


@dataclass(frozen=True, slots=True)
class Summary:
    """What was looked at: counts, the head as recomputed (None: unknowable), and how far it is signed."""

    entries: int
    batches: int
    tiles: int
    checkpoints: int
    exchanges: int
    ended: int
    size: int
    root: bytes | None
    signed_size: int
    epoch: int


@dataclass(slots=True)
class Survey:
    """One check of one log with the keys and the checkpoints (name -> note) that the auditor holds."""

    ledger: Log
    keys: Sequence[Key]
    held: Mapping[str, str]
    progress: Progress
    extent: Extent = field(init=False)
    stored: list[CheckpointRow] = field(init=False)
    walk: Walk = field(init=False)

    def __post_init__(self) -> None:
        self.extent = self.ledger.extent()
        self.stored = self.ledger.checkpoints(self.extent.last_checkpoint)
        notes = [*(row.note for row in self.stored), *self.held.values()]
        wanted = {self.extent.size, *(row.size for row in self.stored), *_sizes(notes)}
        succession = Succession(frozenset(split_origin(key.name)[0] for key in self.keys))
        self.walk = Walk(self.ledger, self.extent, sorted(wanted), self.progress, succession)

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, as it is found; the log is sound when nothing comes."""
        with faults_beside(self.ledger, self.extent.reach) as faults:
            yield from self.walk.findings()
            yield from _tiles(self.ledger, self.extent)
            yield from faults()
        walk = self.walk
        log = Recomputed(walk.size, {0: tree.EMPTY_ROOT, **walk.roots}, walk.times, walk.succession)
        yield from check_stored(self.stored, log, self.keys)
        for name, note in self.held.items():
            yield from check_held(name, note, log, self.keys)
        self.ledger.check_undisturbed()

    def notices(self) -> list[Finding]:
        """What is no fault, but must be looked at. To be asked for after the findings."""
        return list(self.walk.succession.notices())

    def summary(self) -> Summary:
        """To be asked for after the findings."""
        walk = self.walk
        return Summary(
            entries=walk.entries,
            batches=walk.batches,
            tiles=len(self.extent.tiles),
            checkpoints=len(self.stored),
            exchanges=len(walk.orders.open) + len(walk.orders.ended),
            ended=len(walk.orders.ended),
            size=walk.size,
            root=tree.fold(walk.frontier) if walk.frontier is not None else None,
            signed_size=self.extent.last_checkpoint,
            epoch=walk.succession.number_at(walk.size),
        )


def _sizes(notes: Sequence[object]) -> Iterator[int]:
    """Sizes that the notes speak of, unverified: the roots there will be wanted."""
    for note in notes:
        try:
            yield parse_checkpoint(note if isinstance(note, str) else "").size
        except NoteRejected:
            continue


def _tiles(ledger: Log, extent: Extent) -> Iterator[Finding]:
    due = set(due_tiles(extent.reach))
    for level, number in sorted(due):
        path = f"tile {level}/{number}"
        if (level, number) in extent.tiles:
            yield from _tile(path, ledger, level, number)
        else:
            yield Finding(path, "tile.missing")
    yield from (Finding(f"tile {level}/{number}", "tile.extra") for level, number in extent.tiles - due)


def _tile(path: str, ledger: Log, level: int, number: int) -> Iterator[Finding]:
    row, below = ledger.tile(level, number), ledger.below_tile(level, number)
    if not isinstance(row.hashes, bytes) or len(row.hashes) != WIDTH * tree.HASH_BYTES:
        yield Finding(path, "tile.altered", {"position": 0})
        return
    hashes = tree.split(row.hashes)
    if row.root != tree.root_of(hashes):
        yield Finding(path, "tile.root")
    if len(below) == WIDTH:  # else entries or tiles are missing, which is told where they should be
        for position, (stored, due) in enumerate(zip(hashes, below, strict=True), number * WIDTH):
            if stored != due:
                yield Finding(path, "tile.altered", {"position": position})
