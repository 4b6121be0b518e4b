"""What proves a case (核验): each of its entries against the signed checkpoint, verified now from the stored bytes.

The same functions as the auditor's verifier, with the public key of this installation's log; nothing is remembered
from an earlier look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audit import log as audit_log
from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.notes import Key, NoteRejected
from audit.records import Record, RecordUnreadable, read_record
from gateway.model import Exchange
from gateway.store.connection import Connection

Standing = Literal["proven", "unsigned", "failed"]
_MARKED = ("state", "release")  # of a row, and of the last entry that tells it


@dataclass(frozen=True, slots=True)
class Proven:
    """One entry: where it stands in the log, what it says, and whether it was shown to stand there."""

    position: int
    record: Record | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Proof:
    """What was verified. checkpoint: None if there is none yet, or its signature does not hold (`rejected`).

    differing: ids of exchanges whose row says another end than their last entry.
    """

    entries: tuple[Proven, ...]
    key: Key
    checkpoint: Checkpoint | None
    rejected: str = ""
    differing: tuple[str, ...] = ()

    def count(self, standing: Standing) -> int:
        return sum(each.standing == standing for each in self.entries)

    @property
    def standing(self) -> Standing:
        """The worst of all."""
        if self.rejected or self.differing or self.count("failed"):
            return "failed"
        return "unsigned" if self.count("unsigned") or not self.entries else "proven"

    def of(self, exchange_id: str) -> list[Record]:
        """Records of one exchange, in the order of the log."""
        return [
            each.record
            for each in self.entries
            if each.record and each.record.facts.get("exchange") == exchange_id
        ]


def prove(connection: Connection, case_id: str, exchanges: Sequence[Exchange], key: Key) -> Proof:
    """All entries of a case and of its exchanges, each with what came of verifying it just now."""
    note = audit_log.newest_checkpoint(connection)
    checkpoint, rejected = None, ""
    try:
        checkpoint = read_checkpoint(note, [key]) if note else None
    except NoteRejected as error:
        rejected = str(error)
    bodies = audit_log.entries_of_case(connection, case_id)
    entries = tuple(_proven(connection, position, body, checkpoint) for position, body in bodies)
    proof = Proof(entries, key, checkpoint, rejected)
    differing = tuple(each.id for each in exchanges if _differs(each, proof.of(each.id)))
    return Proof(entries, key, checkpoint, rejected, differing)


def _proven(connection: Connection, position: int, body: bytes, checkpoint: Checkpoint | None) -> Proven:
    try:
        record = read_record(body)
    except RecordUnreadable:
        return Proven(position, None, "failed")
    if checkpoint is None or position >= checkpoint.size:
        return Proven(position, record, "unsigned")
    hashes = audit_log.inclusion(connection, position, checkpoint.size)
    try:
        root = tree.root_by_inclusion(tree.leaf_hash(body), position, checkpoint.size, hashes)
    except tree.ProofRejected:
        return Proven(position, record, "failed")
    return Proven(position, record, "proven" if root == checkpoint.root else "failed")


def _differs(was: Exchange, records: Sequence[Record]) -> bool:
    """Whether the row says another state or release than the last entry that says one."""
    story = [each for each in records if each.kind.startswith("exchange.")]
    if not story:
        return True
    for name in _MARKED:
        told = [each.text(name) for each in story if each.text(name) is not None]
        if told and told[-1] != getattr(was, name) and not (name == "state" and was.state == "sending"):
            return True
    return False
