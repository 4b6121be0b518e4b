"""Verification of one proof, offline: from the proof's text, the log's public key and what the auditor holds.

Nothing here, nor anything that is imported here, writes a log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.disclosures import DisclosureUnreadable, read_disclosures
from audit.findings import Finding
from audit.notes import Key, NoteRejected
from audit.proofs import Proof, ProofUnreadable, read_proof
from audit.quorum import Quorum
from audit.records import Record, RecordUnreadable, read_record

COMMITMENTS = ("commitment", "reply_commitment")  # facts of an entry that commit to a document


@dataclass(frozen=True, slots=True)
class Shown:
    """One field that was disclosed: what of the entry commits to it, its JSON Pointer, its value as JSON."""

    of: str
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof shows. Without findings the record stood at that position in the log that was signed.

    cosigned: which of the given witnesses cosigned its checkpoint, and when (seconds since 1970).
    apart: names of held checkpoints over another number of entries; this proof says nothing about those.
    """

    findings: tuple[Finding, ...]
    apart: tuple[str, ...] = ()
    record: Record | None = None
    position: int | None = None
    checkpoint: Checkpoint | None = None
    fields: tuple[Shown, ...] = ()
    cosigned: Mapping[str, int] = field(default_factory=dict)


def verify_disclosure(path: str, text: str, verdict: Verdict) -> Verdict:
    """The verdict on a sound proof with the fields that a file discloses of what its entry commits to."""
    if verdict.findings or verdict.record is None:
        return verdict
    try:
        disclosed = read_disclosures(text)
    except DisclosureUnreadable as error:
        return replace(verdict, findings=(Finding(path, "disclosure.unreadable", {"reason": str(error)}),))
    roots = {verdict.record.text(fact): fact for fact in COMMITMENTS}
    fields, findings = [], []
    for number, each in enumerate(disclosed, 1):
        try:
            of = roots.get(each.root.hex())
        except tree.ProofRejected:
            of = None
        if of is None:
            findings.append(Finding(path, "disclosure.rejected", {"number": number}))
        else:
            fields.append(Shown(of, each.path, each.value))
    return replace(verdict, findings=tuple(findings), fields=(*verdict.fields, *fields))


def verify_cosigned(path: str, text: str, quorum: Quorum, verdict: Verdict) -> Verdict:
    """The verdict on a sound proof, whose checkpoint enough of the witnesses must have cosigned."""
    if verdict.findings or not quorum.witnesses:
        return verdict
    times, findings = quorum.check(path, read_proof(text).note)
    return replace(verdict, findings=tuple(findings), cosigned=times)


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
