"""Reading the entries below one checkpoint, which must be those that were signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.findings import Finding
from audit.growth import Growth
from audit.ledger import HIGHEST, EntryRow, Log
from audit.notes import Key, KeyRejected, NoteRejected
from audit.quorum import Quorum
from audit.records import Record, RecordUnreadable, read_record
from audit.source import LedgerUnreadable
from audit.walk import Progress

_LOOKED_AT = 64  # checkpoints, half a minute of them under load


class NotCovered(LedgerUnreadable):
    """No checkpoint of the log covers what is asked for; it is signed again soon after the next entry."""


@dataclass(slots=True)
class Reading:
    """The records of all entries that were signed, in their order.

    findings: known at the end of the reading; with any, the entries are not those that were signed.
    """

    ledger: Log
    signed: Checkpoint
    progress: Progress
    findings: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, Record]]:
        growth, due = Growth(), self.signed.size
        for row in self.ledger.entries(0, due):
            record = record_at(row, growth.size)
            if isinstance(record, Finding):
                self.findings.append(record)
                return
            yield growth.size, record
            growth.add(tree.leaf_hash(row.body))
            self.progress(growth.size, due)
        if growth.size < due:
            bounds = {"first": growth.size, "last": due - 1}
            self.findings.append(Finding(f"entry {growth.size}", "entries.missing", bounds))
        elif growth.root != self.signed.root:
            self.findings.append(Finding(f"checkpoint {due}", "checkpoint.root", {"size": due}))


def record_at(row: EntryRow, position: int) -> Record | Finding:
    """The record of the row that should stand at the position."""
    if row.position != position:
        bounds = {"first": position, "last": row.position - 1}
        return Finding(f"entry {position}", "entries.missing", bounds)
    try:
        return read_record(row.body if isinstance(row.body, bytes) else b"")
    except RecordUnreadable:
        return Finding(f"entry {position}", "entry.unreadable")


def newest(ledger: Log, keys: Sequence[Key]) -> tuple[str, Checkpoint]:
    """The newest checkpoint of the log as note and as what it says. Raises NotCovered, KeyRejected."""
    stored = ledger.checkpoints(HIGHEST)
    note = stored[-1].note if stored else None
    if not isinstance(note, str):
        raise NotCovered(f"{ledger.name}: the log holds no checkpoint")
    try:
        checkpoint = read_checkpoint(note, keys)
    except NoteRejected as error:
        raise KeyRejected(f"{ledger.name}: the newest checkpoint does not hold: {error}") from error
    return note, checkpoint


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint with what witnesses said of it. newest: how many entries the newest one is over.

    cosigned: by enough of the witnesses that are asked for; where none is, by any at all.
    """

    note: str
    signed: Checkpoint
    newest: int
    cosigned: bool


def preferred(ledger: Log, keys: Sequence[Key], quorum: Quorum, least: int) -> Published:
    """The newest cosigned checkpoint over at least so many entries, else the newest one.

    A few of the newest are looked at: a witness is a second behind, or away. Raises NotCovered, KeyRejected.
    """
    note, newest_signed = newest(ledger, keys)
    for row in reversed(ledger.checkpoints(HIGHEST)[-_LOOKED_AT:]):
        lines = [each.line for each in ledger.cosignatures(row.size)]
        whole = row.note + "".join(lines)
        enough = not quorum.check("", whole)[1] if quorum.least else bool(lines)
        if enough and row.size >= least:
            return Published(whole, read_checkpoint(row.note, keys), newest_signed.size, cosigned=True)
    return Published(
        with_cosignatures(ledger, note, newest_signed), newest_signed, newest_signed.size, cosigned=False
    )


def with_cosignatures(ledger: Log, note: str, signed: Checkpoint) -> str:
    """The note with what witnesses said of it later."""
    return note + "".join(row.line for row in ledger.cosignatures(signed.size))
