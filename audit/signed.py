"""Checkpoints held against the log: those stored in it, and those that somebody kept elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.checkpoints import Checkpoint, read_checkpoint
from audit.findings import Finding
from audit.ledger import HIGHEST, CheckpointRow, Log
from audit.notes import Key, NoteRejected
from audit.origins import FIRST_EPOCH, split_origin
from audit.succession import Epoch, Succession


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the walk found: size of the log, roots at the sizes asked for, times of those batches, epochs."""

    size: int
    roots: Mapping[int, bytes]
    times: Mapping[int, int]
    succession: Succession


def check_stored(rows: Sequence[CheckpointRow], log: Recomputed, keys: Sequence[Key]) -> Iterator[Finding]:
    before, at_ms, number = 0, 0, FIRST_EPOCH
    keys = log.succession.trusted(keys)
    for row in rows:
        path = f"checkpoint {row.size}"
        if row.previous != before:
            yield Finding(path, "checkpoint.missing")
        signed = _read(path, row.note, keys)
        if isinstance(signed, Finding):
            yield signed
        else:
            if signed.size != row.size:
                yield Finding(path, "checkpoint.size", {"signed": signed.size})
            due = max(number, log.succession.number_at(signed.size))
            yield from _check(path, signed, log, due)
            yield from _retired(path, row.note, signed, log.succession)
            number = max(due, split_origin(signed.origin)[1])  # a lost epoch is told once
        if not isinstance(row.at_ms, int) or row.at_ms < max(at_ms, log.times.get(row.size, 0)):
            yield Finding(path, "checkpoint.time")
        else:
            at_ms = row.at_ms
        before = row.size


def rejected(log: Log, keys: Sequence[Key]) -> Finding | None:
    """The first stored checkpoint that none of the keys signed; None where all hold."""
    read = (_read(f"checkpoint {row.size}", row.note, keys) for row in log.checkpoints(HIGHEST))
    return next((each for each in read if isinstance(each, Finding)), None)


def check_held(path: str, note: str, log: Recomputed, keys: Sequence[Key]) -> Iterator[Finding]:
    """A checkpoint that was kept elsewhere."""
    signed = _read(path, note, log.succession.trusted(keys))
    if isinstance(signed, Finding):
        yield signed
    else:
        yield from _check(path, signed, log, log.succession.number_at(signed.size))
        yield from _retired(path, note, signed, log.succession)


def _read(path: str, note: object, keys: Sequence[Key]) -> Checkpoint | Finding:
    try:
        return read_checkpoint(note if isinstance(note, str) else "", keys)
    except NoteRejected as error:
        return Finding(path, "checkpoint.rejected", {"reason": str(error)})


def _check(path: str, signed: Checkpoint, log: Recomputed, due: int) -> Iterator[Finding]:
    """The root, and whether the origin is that of the epoch `due`."""
    number = split_origin(signed.origin)[1]
    ended = log.succession.ended(number, signed.size)
    if ended and log.roots.get(signed.size) != signed.root:
        yield _lost(path, signed, *ended)
    elif signed.size > log.size:
        yield Finding(path, "checkpoint.beyond", {"size": log.size, "signed": signed.size})
    elif signed.size not in log.roots:
        yield Finding(path, "checkpoint.unprovable")
    elif log.roots[signed.size] != signed.root:
        yield Finding(path, "checkpoint.root", {"size": signed.size})
    elif number != due:
        yield Finding(path, "checkpoint.epoch", {"epoch": due, "origin": signed.origin})


def _retired(path: str, note: str, signed: Checkpoint, succession: Succession) -> Iterator[Finding]:
    """Whether it bears the signature of the key that was in force over so many entries."""
    public = succession.key_at(signed.size)
    if public is not None:
        try:
            read_checkpoint(note, [Key(signed.origin, public)])
        except NoteRejected:
            yield Finding(path, "key.retired", {"size": signed.size})


def _lost(path: str, signed: Checkpoint, position: int, epoch: Epoch) -> Finding:
    """What becomes of a checkpoint over more entries than were left when its epoch ended."""
    told = {"epoch": epoch.number, "first": position, "last": signed.size - 1}
    if epoch.declares(signed):
        return Finding(path, "checkpoint.lost", told)
    beyond = signed.size > epoch.lost_to
    return Finding(path, "checkpoint.undeclared" if beyond else "checkpoint.contradicted", told)
