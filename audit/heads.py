"""What is read of the stored log: its head, how far it was signed, whether it still holds that, its epochs."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from audit import tree
from audit.checkpoints import Checkpoint, parse_checkpoint
from audit.connection import Connection, LogBroken
from audit.cosigned import whole_note
from audit.origins import split_origin
from audit.records import RecordUnreadable, read_record
from audit.succession import KINDS, Succession
from audit.tables import BATCHES, CHECKPOINTS, ENTRIES
from audit.tiles import span_roots

HEAD = select(BATCHES.c.size, BATCHES.c.root, BATCHES.c.at_ms).order_by(BATCHES.c.size.desc()).limit(1)
NEWEST = select(CHECKPOINTS.c.note, CHECKPOINTS.c.at_ms).order_by(CHECKPOINTS.c.size.desc()).limit(1)
_NEWEST_OF_ORIGIN = NEWEST.where(
    func.substr(CHECKPOINTS.c.note, 1, func.length(bindparam("line"))) == bindparam("line")
)
_EPOCHS = (  # without an index: it is asked for what stands behind a checkpoint, which is little
    select(ENTRIES.c.position, ENTRIES.c.body)
    .where(
        ENTRIES.c.position >= bindparam("first"),
        ENTRIES.c.position < bindparam("end"),
        or_(*(ENTRIES.c.kind == kind for kind in sorted(KINDS))),
    )
    .order_by(ENTRIES.c.position)
)
UNSIGNED = Checkpoint("", 0, tree.EMPTY_ROOT)  # as if somebody had signed that there is nothing


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries the log holds, and the root of the tree over them."""

    size: int
    root: bytes


def head(connection: Connection) -> Head:
    last = connection.row(HEAD)
    return Head(last[0], last[1]) if last else Head(0, tree.EMPTY_ROOT)


def newest_checkpoint(connection: Connection) -> str | None:
    """The note that was signed last, with what witnesses have cosigned of it; None before the first."""
    newest = connection.row(NEWEST)
    return whole_note(connection, newest[0]) if newest else None


def last_signed(connection: Connection, origin: str | None = None) -> Checkpoint:
    """The newest stored checkpoint, or the newest of that origin; UNSIGNED while there is none."""
    newest = connection.row(_NEWEST_OF_ORIGIN, {"line": f"{origin}\n"}) if origin else connection.row(NEWEST)
    return parse_checkpoint(newest[0]) if newest else UNSIGNED


def consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """The hashes that prove that the log of `new` entries (<= head) begins with that of `old`."""
    return span_roots(connection, tree.consistency_spans(old, new))


def check_begins_with(connection: Connection, signed: Checkpoint) -> None:
    """Pass if the log is, or has grown from, the one that `signed` speaks of; else raise LogBroken."""
    check_extends(connection, signed, head(connection))


def check_extends(connection: Connection, signed: Checkpoint, now: Head) -> None:
    """Like `check_begins_with`, for the log as it was at an earlier head."""
    if now.size < signed.size:
        raise LogBroken(f"the log has {now.size} entries, a checkpoint was signed over {signed.size}")
    try:
        hashes = consistency(connection, signed.size, now.size)
        tree.check_consistency(signed.size, signed.root, now.size, now.root, hashes)
    except tree.ProofRejected as error:
        raise LogBroken(f"the log does not begin with what was signed at {signed.size}") from error


def succession(connection: Connection, signed: Checkpoint, size: int) -> Succession:
    """The epochs that were opened, and the changes of key, since `signed`, up to `size` entries.

    Raises LogBroken when one does not follow from what was before, or declares what cannot be.
    """
    name, number = split_origin(signed.origin)
    epochs = Succession(frozenset([name] if name else []), number)
    for position, body in connection.rows(_EPOCHS, {"first": signed.size, "end": size}):
        try:
            faults = [str(fault) for fault in epochs.take(f"entry {position}", position, read_record(body))]
        except RecordUnreadable as error:
            raise LogBroken(f"entry {position} is no entry") from error
        if faults:
            raise LogBroken(faults[0])
    return epochs
