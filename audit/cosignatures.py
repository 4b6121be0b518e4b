"""Cosignatures (共签): what a witness says of another's checkpoint, as C2SP tlog-cosignature v1 has it.

A line below a checkpoint like any other signature, but with a time in it: then this was the newest and largest
tree that the witness had seen of this log, and it begins with all that it had seen before.
"""

from collections.abc import Sequence

from audit.notes import COSIGNATURE, Key, NoteRejected, Signer, note_parts, text64

HEADER = "cosignature/v1"
_TIME_BYTES, _SIGNATURE_BYTES = 8, 64
_LATEST_S = 2**63 - 1


def cosign(witness: Signer, text: str, at_s: int) -> str:
    """The line of the witness below a checkpoint of this text, with its newline. at_s: seconds since 1970."""
    signature = witness.private.sign(_message(text, at_s))
    return _line(witness.name, witness.key.id + at_s.to_bytes(_TIME_BYTES) + signature)


def cosigned(note: str, witnesses: Sequence[Key]) -> dict[str, int]:
    """Which of the witnesses have cosigned the checkpoint, by name, and when (seconds since 1970).

    Raises NoteRejected: no note, or a line of a known witness that does not hold.
    """
    text, signatures = note_parts(note)
    known = {(key.name, key.id): key for key in witnesses}
    found: dict[str, int] = {}
    for name, key_id, signed in signatures:
        key = known.get((name, key_id))
        if key is not None:
            found[name] = max(found.get(name, 0), _time(key, text, signed))
    return found


def lines_by(note: str, witness: Key) -> list[str]:
    """The lines below the note that bear the name and the key id of the witness, each with its newline."""
    return [
        _line(name, key_id + signed)
        for name, key_id, signed in note_parts(note)[1]
        if (name, key_id) == (witness.name, witness.id)
    ]


def _time(key: Key, text: str, signed: bytes) -> int:
    at_s, signature = int.from_bytes(signed[:_TIME_BYTES]), signed[_TIME_BYTES:]
    whole = key.kind == COSIGNATURE and len(signature) == _SIGNATURE_BYTES and at_s <= _LATEST_S
    if not whole or not key.holds_bytes(_message(text, at_s), signature):
        raise NoteRejected(f"the cosignature of {key.name} does not hold")
    return at_s


def _message(text: str, at_s: int) -> bytes:
    return f"{HEADER}\ntime {at_s}\n{text}".encode()


def _line(name: str, signed: bytes) -> str:
    return f"— {name} {text64(signed)}\n"
