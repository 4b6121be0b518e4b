"""Signed notes (C2SP signed-note, Ed25519) and the keys that sign and check them.

A note is text, an empty line, and signature lines `— NAME BASE64(key id || signature)`. Signatures of keys
that we do not know are skipped, so a note can carry further ones (witnesses, SM2).
"""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from audit.origins import FIRST_EPOCH, split_origin

ED25519 = b"\x01"
COSIGNATURE = b"\x04"  # Ed25519 as well, over the text and a time (C2SP tlog-cosignature)
NOTE_CHARACTERS_AT_MOST = 1_000_000
_UNLAWFUL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_PRIVATE = "PRIVATE+KEY+"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4


class NoteRejected(ValueError):
    """The text is no note, or no signature of a known key holds on it."""


class KeyRejected(ValueError):
    """The text is no key of the form NAME+ID+BASE64, or its id is not its own."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under the name of its log, or of a witness; what auditors hold. kind: what it signs."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @classmethod
    def parse(cls, vkey: str, kind: bytes = ED25519) -> Key:
        """Read `NAME+ID+BASE64(kind || public key)`. Raises KeyRejected."""
        name, key_id, public = _key_parts(vkey, kind)
        return _own_id(cls(name, public, kind), key_id)

    @property
    def id(self) -> bytes:
        """Four bytes of SHA-256(name || newline || kind || public key)."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{text64(self.kind + self.public)}"

    def holds(self, text: str, signature: bytes) -> bool:
        return self.holds_bytes(text.encode(), signature)

    def holds_bytes(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's private key under its name; the name is also the origin of its checkpoints.

    Of a witness the private key under the witness's name, which signs cosignatures and nothing else.
    """

    key: Key
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def load(cls, path: Path, name: str | None = None, kind: bytes = ED25519) -> Signer:
        """Read a private key file: `PRIVATE+KEY+NAME+ID+BASE64`, or PEM (PKCS 8), which needs the `name`.

        Raises OSError when the file cannot be read, KeyRejected when it holds no such key.
        """
        text = path.read_bytes().decode("utf-8", "replace").strip()
        if text.startswith(_PRIVATE):
            own, key_id, seed = _key_parts(text.removeprefix(_PRIVATE), kind)
            signer = cls._of(own, Ed25519PrivateKey.from_private_bytes(seed), kind)
            _own_id(signer.key, key_id)
            return signer
        if name is None:
            raise KeyRejected("the file holds no note key, and a key in PEM needs a name")
        return cls._of(name, _pem_key(text), kind)

    @classmethod
    def create(cls, path: Path, name: str, kind: bytes = ED25519) -> Signer:
        """Make a key in a new file that only its owner may read. Raises FileExistsError, KeyRejected."""
        if split_origin(name)[1] != FIRST_EPOCH:
            raise KeyRejected("a log's own name does not end in /epoch- and a number: it signs its epochs so")
        signer = cls._of(name, Ed25519PrivateKey.generate(), kind)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(signer._skey + "\n")
            file.flush()
            os.fsync(file.fileno())
        return signer

    @classmethod
    def _of(cls, name: str, private: Ed25519PrivateKey, kind: bytes) -> Signer:
        if not _is_name(name):
            raise KeyRejected("a key's name is not empty and has neither spaces nor '+'")
        return cls(Key(name, private.public_key().public_bytes_raw(), kind), private)

    def under(self, name: str) -> Signer:
        """The same key under another name, hence with another id. Raises KeyRejected."""
        return self._of(name, self.private, self.key.kind)

    @property
    def _skey(self) -> str:
        return (
            f"{_PRIVATE}{self.name}+{self.key.id.hex()}+"
            f"{text64(self.key.kind + self.private.private_bytes_raw())}"
        )

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def vkey(self) -> str:
        return self.key.vkey

    def sign(self, text: str) -> str:
        """The note of `text`, which must end with a newline (else ValueError)."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends with a newline")
        signature = self.private.sign(text.encode())
        return f"{text}\n— {self.name} {text64(self.key.id + signature)}\n"


def read_note(note: str, keys: Sequence[Key], most: int = NOTE_CHARACTERS_AT_MOST) -> str:
    """The text of the note, once a signature of one of `keys` holds on it.

    Raises NoteRejected: no note; none of the keys signed; or a line of a known key does not hold (then the
    whole note is refused, though another line might hold: C2SP signed-note, "Signatures").
    """
    text, signatures = note_parts(note, most)
    known = {(key.name, key.id): key for key in keys}
    signed = False
    for name, key_id, signature in signatures:
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.holds(text, signature):
            raise NoteRejected(f"the signature of {name} does not hold")
        signed = True
    if not signed:
        raise NoteRejected("none of the given keys signed this note")
    return text


def text64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def bytes64(text: str) -> bytes | None:
    """Standard base64 read strictly: None for whatever `text64` would not have written."""
    try:
        value = b64decode(text, validate=True)
    except ValueError:
        return None
    return value if text64(value) == text else None


def note_parts(note: str, most: int = NOTE_CHARACTERS_AT_MOST) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and name, key id and signature of every line below it. Raises NoteRejected."""
    if len(note) > most or _UNLAWFUL.search(note):
        raise NoteRejected("a note is at most a megabyte of UTF-8 without control characters")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteRejected("a note is text, an empty line and signatures")
    return text + "\n", [_signature(line) for line in signatures[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    value = bytes64(encoded)
    if dash != "—" or not _is_name(name) or value is None or len(value) <= _KEY_ID_BYTES:
        raise NoteRejected("a signature line is a dash, a name and a signature in base64")
    return name, value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:]


def _key_parts(text: str, kind: bytes) -> tuple[str, str, bytes]:
    """Name, id in hexadecimal and the 32 bytes of a key; base64 may itself hold '+', names never do."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = bytes64(encoded)
    if not _is_name(name) or material is None or len(material) != 1 + _KEY_BYTES:
        raise KeyRejected(f"a key is NAME+ID+BASE64 of 0x{kind.hex()} and 32 bytes (Ed25519)")
    if material[:1] != kind:
        whose = "a witness" if kind == COSIGNATURE else "a log"
        raise KeyRejected(
            f"{name}: 0x{material[:1].hex()} is another kind of key than that of {whose}, 0x{kind.hex()}"
        )
    return name, key_id, material[1:]


def _own_id(key: Key, key_id: str) -> Key:
    if key.id.hex() != key_id:
        raise KeyRejected(f"the id {key_id} is not that of the key of {key.name}")
    return key


def _pem_key(text: str) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyRejected("the file holds no unencrypted key in PEM") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRejected("the key in the file is not an Ed25519 key")
    return private


def _is_name(text: str) -> bool:
    return bool(text) and "+" not in text and not any(mark.isspace() or mark < " " for mark in text)
