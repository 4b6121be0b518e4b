"""What a witness (见证方) is asked and what it decides: C2SP tlog-witness, without the network and without a store.

It cosigns a checkpoint only if the tree begins with the one that it cosigned last; whatever else it is shown it
refuses by name, and never forgets what it has seen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit import tree
from audit.checkpoints import Checkpoint, parse_checkpoint, read_checkpoint
from audit.notes import Key, NoteRejected, bytes64, text64

REQUEST_BYTES_AT_MOST = 16 * 1024
SIZE_MEDIA = "text/x.tlog.size"
STATUS = {  # why a witness does not cosign -> the status that the protocol has for it
    "malformed": 400,  # no request
    "unknown_log": 404,  # no log of this origin is witnessed here
    "unsigned": 403,  # none of the log's keys signed it
    "behind": 409,  # the proof begins elsewhere: the answer is the size that was cosigned last
    "shorter": 409,  # the tree has fewer entries than were cosigned: the same answer
    "other_root": 409,  # as many entries as were cosigned, and others
    "inconsistent": 422,  # the tree does not begin with the one that was cosigned
}
FORKS = frozenset({"shorter", "other_root", "inconsistent"})  # what a log that is well never asks for
_HASHES_AT_MOST = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Declined(Exception):
    """The witness does not cosign. reason: one of STATUS. held: how many entries were cosigned last."""

    def __init__(self, reason: str, held: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.held = reason, held


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a cosignature: from which size on the hashes prove that the checkpoint extends it."""

    old: int
    hashes: tuple[bytes, ...]
    note: str


def write_request(asked: Asked) -> str:
    return "\n".join([f"old {asked.old}", *map(text64, asked.hashes), "", asked.note])


def read_request(text: str) -> Asked:
    """Raises Declined malformed."""
    head, gap, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old, hashes = _OLD.fullmatch(first), [bytes64(line) for line in lines]
    sound = tuple(each for each in hashes if each is not None and len(each) == tree.HASH_BYTES)
    if not gap or old is None or len(sound) != len(lines) or len(lines) > _HASHES_AT_MOST:
        raise Declined("malformed")
    return Asked(int(old[1]), sound, note)


def signed_by(asked: Asked, keys: Sequence[Key]) -> Checkpoint:
    """What the log has signed. keys: of all that are witnessed. Raises Declined malformed, unknown_log, unsigned.

    An origin has a key of its own, so a new epoch is not witnessed before somebody looked at it.
    """
    try:
        origin = parse_checkpoint(asked.note).origin
    except NoteRejected as error:
        raise Declined("malformed") from error
    own = [key for key in keys if key.name == origin]
    if not own:
        raise Declined("unknown_log")
    try:
        return read_checkpoint(asked.note, own)
    except NoteRejected as error:
        raise Declined("unsigned") from error


def weigh(asked: Asked, signed: Checkpoint, held: Checkpoint | None) -> None:
    """Pass if what the log has signed may be cosigned. held: what was cosigned last. Raises Declined."""
    before = held or Checkpoint(signed.origin, 0, tree.EMPTY_ROOT)
    if signed.size < before.size:
        raise Declined("shorter", before.size)
    if signed.size == before.size and signed.root != before.root:
        raise Declined("other_root", before.size)
    if asked.old != before.size:
        raise Declined("malformed" if asked.old > signed.size else "behind", before.size)
    try:
        tree.check_consistency(before.size, before.root, signed.size, signed.root, asked.hashes)
    except tree.ProofRejected as error:
        raise Declined("inconsistent", before.size) from error
