"""Proofs (存证证明): one text that shows an entry to be in the log, as C2SP tlog-proof writes it.

The entry itself travels in the `extra` line; it is authenticated by its leaf hash alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.checkpoints import parse_checkpoint
from audit.notes import bytes64, text64
from audit.tree import HASH_BYTES

HEADER = "c2sp.org/tlog-proof@v1"
_HASHES_AT_MOST = 64


class ProofUnreadable(ValueError):
    """The text is no proof of the form `c2sp.org/tlog-proof@v1` with the entry in its `extra` line."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's bytes and position, the hashes from its sibling up to the root's child, the checkpoint."""

    entry: bytes
    position: int
    hashes: tuple[bytes, ...]
    note: str


def write_proof(entry: bytes, position: int, size: int, hashes: Sequence[bytes], note: str) -> str:
    """The proof as text. Raises ValueError when `note` is no checkpoint of a log of `size` entries."""
    if parse_checkpoint(note).size != size:
        raise ValueError(f"the checkpoint is not of a log of {size} entries")
    lines = [HEADER, f"extra {text64(entry)}", f"index {position}", *map(text64, hashes), "", note]
    return "\n".join(lines)


def read_proof(text: str) -> Proof:
    """The parts of a proof, nothing of them verified yet. Raises ProofUnreadable."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or len(lines) < 3 or lines[0] != HEADER:
        raise ProofUnreadable(f"a proof begins with the line {HEADER} and holds a checkpoint")
    entry = bytes64(lines[1].removeprefix("extra ")) if lines[1].startswith("extra ") else None
    if entry is None:
        raise ProofUnreadable("the second line of our proofs is `extra` and the entry in base64")
    return Proof(entry, _position(lines[2]), _hashes(lines[3:]), note)


def _position(line: str) -> int:
    digits = line.removeprefix("index ")
    canonical = digits.isascii() and digits.isdigit() and len(digits) < 20 and str(int(digits)) == digits
    if not line.startswith("index ") or not canonical:
        raise ProofUnreadable("the third line is `index` and the position of the entry")
    return int(digits)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = [bytes64(line) for line in lines]
    sound = tuple(each for each in hashes if each is not None and len(each) == HASH_BYTES)
    if len(sound) != len(lines) or len(lines) > _HASHES_AT_MOST:
        raise ProofUnreadable("the lines after the index are at most 64 hashes in base64")
    return sound
