"""Checkpoints (检查点): the signed head of the log at one size, as C2SP tlog-checkpoint writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.notes import Key, NoteRejected, bytes64, read_note, text64
from audit.origins import split_origin
from audit.tree import HASH_BYTES


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin (whose log), number of entries, root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{text64(self.root)}\n"


def read_checkpoint(note: str, keys: Sequence[Key]) -> Checkpoint:
    """The checkpoint in a note signed by one of `keys`, under its own origin's name. Raises NoteRejected."""
    checkpoint = parse_checkpoint(note)
    own = [key for key in keys if key.name == checkpoint.origin]
    if not own:
        raise NoteRejected(_foreign(checkpoint.origin, keys))
    read_note(note, own)
    return checkpoint


def parse_checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a note, its signatures unread. Raises NoteRejected."""
    origin, size, root = ([*note.split("\n", 3), "", "", ""])[:3]
    hash_of_root = bytes64(root)
    if not origin or not _is_size(size) or hash_of_root is None or len(hash_of_root) != HASH_BYTES:
        raise NoteRejected("a checkpoint begins with an origin, a size and a root in base64")
    return Checkpoint(origin, int(size), hash_of_root)


def _foreign(origin: str, keys: Sequence[Key]) -> str:
    if split_origin(origin)[0] in (split_origin(key.name)[0] for key in keys):
        return "the checkpoint is of an epoch of the log for which no key was given"
    return "the checkpoint is of another log than the key"


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and (text == "0" or text[0] != "0")
