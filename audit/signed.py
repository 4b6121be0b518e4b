"""Checkpoints held against the log: those stored in it, and those that somebody kept elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.checkpoints import read_checkpoint
from audit.findings import Finding
from audit.ledger import CheckpointRow
from audit.notes import Key, NoteRejected


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the walk found: the size of the log, its root at the sizes asked for, times of those batches."""

    size: int
    roots: Mapping[int, bytes]
    times: Mapping[int, int]


def check_stored(rows: Sequence[CheckpointRow], log: Recomputed, keys: Sequence[Key]) -> Iterator[Finding]:
    before, at_ms = 0, 0
    for row in rows:
        path = f"checkpoint {row.size}"
        if row.previous != before:
            yield Finding(path, "checkpoint.missing")
        yield from check_note(path, row.note, log, keys, size=row.size)
        if not isinstance(row.at_ms, int) or row.at_ms < max(at_ms, log.times.get(row.size, 0)):
            yield Finding(path, "checkpoint.time")
        else:
            at_ms = row.at_ms
        before = row.size


def check_note(
    path: str, note: object, log: Recomputed, keys: Sequence[Key], *, size: int | None = None
) -> Iterator[Finding]:
    """Signature and root of one checkpoint; `size` is what it was stored under (None: kept elsewhere)."""
    try:
        checkpoint = read_checkpoint(note if isinstance(note, str) else "", keys)
    except NoteRejected as error:
        yield Finding(path, "checkpoint.rejected", {"reason": str(error)})
        return
    if size not in (None, checkpoint.size):
        yield Finding(path, "checkpoint.size", {"signed": checkpoint.size})
    if checkpoint.size > log.size:
        yield Finding(path, "checkpoint.beyond", {"size": log.size, "signed": checkpoint.size})
    elif checkpoint.size not in log.roots:
        yield Finding(path, "checkpoint.unprovable")
    elif log.roots[checkpoint.size] != checkpoint.root:
        yield Finding(path, "checkpoint.root", {"size": checkpoint.size})
