"""A change of the log's key (密钥更换): an entry holds a note that the old key and the new one have both signed.

The old signature is the word that the log goes on with the new key, the new one shows that somebody has it. A
checkpoint over s entries counts only under the key of the newest such entry at a position below s.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from audit.notes import Key, KeyRejected, NoteRejected, Signer, note_parts, read_note

KIND = "log.key"
HEADER = "tongban-log-key@v1"
Reason = Literal["planned", "compromised"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From which key to which, both under the log's own name; position: of the entry that says so."""

    before: Key
    after: Key
    position: int

    @property
    def text(self) -> str:
        return f"{HEADER}\n{self.before.vkey}\n{self.after.vkey}\n{self.position}\n"


def announce(before: Signer, after: Signer, position: int) -> str:
    """The note of the change, signed by both keys."""
    text = KeyChange(before.key, after.key, position).text
    return before.sign(text) + after.sign(text)[len(text) + 1 :]


def read_change(note: str) -> KeyChange:
    """The change that a note announces, once both keys have signed it. Raises KeyRejected."""
    try:
        lines = note_parts(note)[0].split("\n")
        if len(lines) != 5 or lines[0] != HEADER or not lines[3].isdigit():
            raise KeyRejected(f"a change of key begins with the line {HEADER}")
        change = KeyChange(Key.parse(lines[1]), Key.parse(lines[2]), int(lines[3]))
        for key in (change.before, change.after):
            read_note(note, [key])
    except NoteRejected as error:
        raise KeyRejected(f"the change of key does not hold: {error}") from error
    if change.before.name != change.after.name or change.text != note_parts(note)[0]:
        raise KeyRejected("a change of key keeps the name of the log")
    return change
