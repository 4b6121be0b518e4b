"""The log: appending and signing inside the caller's transaction, and proofs from what is stored.

The head is the last row of `audit_batches`, read and advanced inside the committing transaction; nothing is
kept between calls, so any number of processes share one tree. On PostgreSQL they take turns; whatever would
fork the tree all the same collides on the keys.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, insert, select

from audit import tree
from audit.checkpoints import Checkpoint, parse_checkpoint, read_checkpoint
from audit.connection import APPENDING, SIGNING, Connection, LogBroken, take_turn
from audit.cosigned import best_cosigned
from audit.entries import Entry, Unwritable, encode
from audit.heads import (
    HEAD,
    NEWEST,
    UNSIGNED,
    Head,
    check_begins_with,
    check_extends,
    consistency,
    head,
    newest_checkpoint,
    succession,
)
from audit.notes import NoteRejected, Signer
from audit.origins import origin, split_origin
from audit.proofs import write_proof
from audit.succession import Succession
from audit.tables import BATCHES, CHECKPOINTS, ENTRIES
from audit.tiles import WIDTH, span_roots, write_full_tiles

__all__ = [
    "Connection",
    "Head",
    "LogBroken",
    "append",
    "check_begins_with",
    "checkpoint",
    "consistency",
    "entries_of",
    "entries_of_case",
    "entry",
    "has_grown",
    "head",
    "holds",
    "inclusion",
    "looks_at_case",
    "newest_checkpoint",
    "proof",
]

LOOKED = "account.viewed"  # tells of who looked, nothing of the case

_LAST_BATCH = select(BATCHES.c.size, BATCHES.c.frontier).order_by(BATCHES.c.size.desc()).limit(1)
_ADD_ENTRY = insert(ENTRIES)
_ADD_BATCH = insert(BATCHES)
_ADD_CHECKPOINT = insert(CHECKPOINTS)
_ENTRY = select(ENTRIES.c.body).where(ENTRIES.c.position == bindparam("position"))
_BODIES = (
    select(ENTRIES.c.body)
    .where(ENTRIES.c.position >= bindparam("first"), ENTRIES.c.position < bindparam("end"))
    .order_by(ENTRIES.c.position)
)
_SIGNED_SIZE = select(CHECKPOINTS.c.size).order_by(CHECKPOINTS.c.size.desc()).limit(1)
_ENTRIES_OF = (
    select(ENTRIES.c.position, ENTRIES.c.body)
    .where(ENTRIES.c.exchange_id == bindparam("exchange_id"))
    .order_by(ENTRIES.c.position)
)
_OF_CASE = (
    select(ENTRIES.c.position, ENTRIES.c.body)
    .where(ENTRIES.c.case_id == bindparam("case_id"), ENTRIES.c.kind != LOOKED)
    .order_by(ENTRIES.c.position)
)
_LOOKS = (
    select(ENTRIES.c.position, ENTRIES.c.body)
    .where(ENTRIES.c.case_id == bindparam("case_id"), ENTRIES.c.kind == LOOKED)
    .order_by(ENTRIES.c.position.desc())
    .limit(bindparam("most", type_=Integer))
)


def append(connection: Connection, entries: Sequence[Entry]) -> range:
    """Write `entries` at the end of the log; their positions. Once per transaction, with its whole group.

    Raises Unwritable for a fact that no entry may hold (nothing is written), and the driver's integrity error
    when another process has appended since this transaction began to read.
    """
    bodies = [encode(entry) for entry in entries]
    leaves = [tree.leaf_hash(body) for body in bodies]
    if entries:  # others wait from here until our COMMIT: nothing slow may follow in this transaction
        take_turn(connection, APPENDING)
    last = connection.row(_LAST_BATCH)
    size, frontier = (last[0], tree.split(last[1])) if last else (0, [])
    positions = range(size, size + len(entries))
    if not entries:
        return positions
    rows = [_row(*each) for each in zip(positions, entries, leaves, bodies, strict=True)]
    frontier = tree.grown(frontier, size, leaves)
    connection.run_many(_ADD_ENTRY, rows)
    if size // WIDTH != positions.stop // WIDTH:
        write_full_tiles(connection, size, positions.stop)
    batch = {"size": positions.stop, "previous": size, "at_ms": entries[-1].at_ms}
    head = {"frontier": b"".join(frontier), "root": tree.fold(frontier)}
    connection.run_many(_ADD_BATCH, [{**batch, **head}])
    return positions


def holds(connection: Connection, positions: range, entries: Sequence[Entry]) -> bool:
    """Whether the log holds exactly these entries there: what became of a commit whose answer was lost.

    It waits for whoever is appending, so that what is found is final.
    """
    take_turn(connection, APPENDING)
    stored = connection.rows(_BODIES, {"first": positions.start, "end": positions.stop})
    return [body for (body,) in stored] == [encode(entry) for entry in entries]


def has_grown(connection: Connection) -> bool:
    """Whether there are entries that no checkpoint covers yet."""
    last, signed = connection.row(_LAST_BATCH), connection.row(_SIGNED_SIZE)
    return last is not None and last[0] > (signed[0] if signed else 0)


def inclusion(connection: Connection, position: int, size: int) -> list[bytes]:
    """The hashes that prove entry `position` in the log of `size` entries (<= head). Raises ValueError."""
    return span_roots(connection, tree.inclusion_spans(position, size))


def entry(connection: Connection, position: int) -> bytes:
    """The bytes of the entry at a position below the head."""
    found: bytes = connection.rows(_ENTRY, {"position": position})[0][0]
    return found


def entries_of(connection: Connection, exchange_id: str) -> list[tuple[int, bytes]]:
    """Position and bytes of every entry of one exchange, in the order in which they were committed."""
    return [(position, body) for position, body in connection.rows(_ENTRIES_OF, {"exchange_id": exchange_id})]


def entries_of_case(connection: Connection, case_id: str) -> list[tuple[int, bytes]]:
    """Position and bytes of every entry of one case, in the order in which they were committed.

    Those of who looked at it are apart.
    """
    return [(position, body) for position, body in connection.rows(_OF_CASE, {"case_id": case_id})]


def looks_at_case(connection: Connection, case_id: str, most: int) -> list[tuple[int, bytes]]:
    """Who looked at it, the newest first."""
    return [(row[0], row[1]) for row in connection.rows(_LOOKS, {"case_id": case_id, "most": most})]


def checkpoint(connection: Connection, signer: Signer, at_ms: int) -> str | None:
    """Sign the head if the log grew since the last checkpoint, store the note and return it; else None.

    What was signed before is never contradicted: raises LogBroken when the log no longer begins with the log of
    the last checkpoint (as after a restored backup), or when the signer bears another name than the log, which
    changes with an epoch's first entry and with nothing else; or another key than the one in force.
    """
    take_turn(connection, SIGNING)
    last, signed = connection.row(HEAD), connection.row(NEWEST)
    if last is None:
        return None
    before = parse_checkpoint(signed[0]) if signed else UNSIGNED
    now = Checkpoint(signer.name, last[0], last[1])
    epochs = succession(connection, before, now.size)
    _check_named(epochs, before, now)
    _check_key(epochs, signed[0] if signed else None, signer)
    check_extends(connection, before, Head(now.size, now.root))
    if now.size == before.size:
        return None
    note = signer.sign(now.text)
    time = max(at_ms, last[2], signed[1] if signed else 0)
    connection.run(_ADD_CHECKPOINT, {"size": now.size, "previous": before.size, "note": note, "at_ms": time})
    return note


def _check_named(epochs: Succession, before: Checkpoint, now: Checkpoint) -> None:
    """Pass if `now` bears the origin that a log has which was last signed as `before`; else raise LogBroken."""
    name = split_origin(now.origin if before == UNSIGNED else before.origin)[0]
    due = origin(name, epochs.number_at(now.size))
    if now.origin != due:
        raise LogBroken(f"the log is named {due}, its signer {now.origin}")


def _check_key(epochs: Succession, note: str | None, signer: Signer) -> None:
    """Pass if the signer has the key of the last change, or else of the last checkpoint; else raise LogBroken."""
    if epochs.changes:
        fits = epochs.changes[-1].after.public == signer.key.public
    else:
        fits = note is None or _has_signed(signer, note)
    if not fits:
        raise LogBroken("the log's key is another than that of its signer: was it changed?")


def _has_signed(signer: Signer, note: str) -> bool:
    try:
        read_checkpoint(note, [signer.under(parse_checkpoint(note).origin).key])
    except NoteRejected:
        return False
    return True


def proof(connection: Connection, position: int) -> str | None:
    """The proof of one entry, None while no checkpoint covers it: under the newest that witnesses have cosigned,
    else under the newest.
    """
    note = best_cosigned(connection, position) or newest_checkpoint(connection)
    entry = connection.row(_ENTRY, {"position": position})
    if note is None or entry is None:
        return None
    size = parse_checkpoint(note).size
    if position >= size:
        return None
    return write_proof(entry[0], position, size, inclusion(connection, position, size), note)


def _row(position: int, entry: Entry, leaf: bytes, body: bytes) -> dict[str, object]:
    return {
        "position": position,
        "kind": entry.kind,
        "exchange_id": _reference(entry, "exchange"),
        "case_id": _reference(entry, "case"),
        "leaf": leaf,
        "body": body,
    }


def _reference(entry: Entry, fact: str) -> str | None:
    """A fact that also stands in a column of its own, and therefore must be text."""
    value = entry.facts.get(fact)
    if value is not None and not isinstance(value, str):
        raise Unwritable(f"the fact {fact!r} of {entry.kind} is no text")
    return value
