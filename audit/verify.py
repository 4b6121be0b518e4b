"""Verification of one proof, offline: from the proof's text, the log's public key and what the auditor holds.

Nothing here, nor anything that is imported here, writes a log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.findings import Finding
from audit.notes import Key, NoteRejected
from audit.proofs import Proof, ProofUnreadable, read_proof
from audit.records import Record, RecordUnreadable, read_record


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof shows. Without findings the record stood at that position in the log that was signed.

    apart: names of held checkpoints over another number of entries; this proof says nothing about those.
    """

    findings: tuple[Finding, ...]
    apart: tuple[str, ...] = ()
    record: Record | None = None
    position: int | None = None
    checkpoint: Checkpoint | None = None


def verify_proof(path: str, text: str, keys: Sequence[Key], held: Mapping[str, str]) -> Verdict:
    """Check the signature, the way from the entry to the root, the entry's form, and `held` notes by name."""
    try:
        proof = read_proof(text)
        checkpoint = read_checkpoint(proof.note, keys)
        record = read_record(proof.entry)
    except ProofUnreadable as error:
        return Verdict((Finding(path, "proof.unreadable", {"reason": str(error)}),))
    except NoteRejected as error:
        return Verdict((Finding(path, "checkpoint.rejected", {"reason": str(error)}),))
    except RecordUnreadable:
        return Verdict((Finding(path, "entry.unreadable"),))
    if not _leads_to_root(proof, checkpoint):
        return Verdict((Finding(path, "proof.rejected"),))
    findings, apart = _compare(checkpoint, keys, held)
    return Verdict(tuple(findings), tuple(apart), record, proof.position, checkpoint)


def _leads_to_root(proof: Proof, checkpoint: Checkpoint) -> bool:
    leaf = tree.leaf_hash(proof.entry)
    try:
        root = tree.root_by_inclusion(leaf, proof.position, checkpoint.size, proof.hashes)
    except tree.ProofRejected:
        return False
    return root == checkpoint.root


def _compare(
    checkpoint: Checkpoint, keys: Sequence[Key], held: Mapping[str, str]
) -> tuple[list[Finding], list[str]]:
    findings, apart = [], []
    for name, note in held.items():
        try:
            other = read_checkpoint(note, keys)
        except NoteRejected as error:
            findings.append(Finding(name, "checkpoint.rejected", {"reason": str(error)}))
            continue
        if (other.origin, other.size) != (checkpoint.origin, checkpoint.size):
            apart.append(name)
        elif other.root != checkpoint.root:
            findings.append(Finding(name, "proof.split", {"size": other.size}))
    return findings, apart
