"""Bodies at rest (报文): sealed under a data key of their exchange, which is wrapped under a key from a file.

Erasing an exchange's row in `body_keys` makes its bodies, and the salts derived from the key, unreadable
for ever. The wrapping key has an id, stored beside every wrapped key, so that it can be changed.
"""

import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any
from unicodedata import normalize

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
SEAL_BYTES = NONCE_BYTES + 16  # how much longer a sealed piece is: its nonce, and the tag of GCM
COMPRESS_FROM = 4096


class WrongKey(Exception):
    """A body is sealed under a wrapping key that this process was not given, or its bytes were changed."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one exchange's bodies, open (`plain`) and as stored (`wrapped`)."""

    plain: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)
    key_id: str
    cipher: AESGCM = field(repr=False)


class Vault:
    """Makes, wraps and opens data keys; seals and opens bodies."""

    def __init__(
        self, wrapping: Sequence[bytes], person: bytes, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        """wrapping: keys of 32 bytes, the one in force first; older ones only open what they wrapped."""
        self._wrapping = {key_id(key): AESGCM(key) for key in wrapping}
        self._current = key_id(wrapping[0])
        self._person = person
        self._random = random

    @classmethod
    def load(cls, wrapping: Sequence[Path], person: Path) -> "Vault":
        """Read keys (64 hexadecimal digits each) from files."""
        return cls([_read_key(path) for path in wrapping], _read_key(person))

    def new_key(self, owner: str) -> DataKey:
        """A new key. owner: the exchange that it is wrapped for, so that no other can pass it off as its own."""
        plain = self._random(KEY_BYTES)
        nonce = self._random(NONCE_BYTES)
        wrapped = self._wrapping[self._current].encrypt(nonce, plain, owner.encode())
        return DataKey(plain, nonce + wrapped, self._current, AESGCM(plain))

    def require(self, key_ids: Iterable[str]) -> None:
        """Raises WrongKey that names what is missing: to start without it would be to lose what it sealed."""
        missing = sorted(set(key_ids) - self._wrapping.keys())
        if missing:
            said = "bodies are sealed under wrapping keys whose files keys.wrapping does not name"
            raise WrongKey(f"{said}: restore or name {', '.join(missing)}")

    def key_from(self, plain: bytes) -> DataKey:
        """A key that lies sealed under another key, and is not wrapped by itself."""
        return DataKey(plain, b"", "", AESGCM(plain))

    def open_key(self, owner: str, key_id: str, wrapped: bytes) -> DataKey:
        """The key that was wrapped for this exchange. Raises WrongKey for another's."""
        if key_id not in self._wrapping:
            raise WrongKey(f"wrapping key {key_id} is not loaded")
        plain = _decrypt(self._wrapping[key_id], wrapped, owner.encode())
        return DataKey(plain, wrapped, key_id, AESGCM(plain))

    def seal(self, key: DataKey, name: str, body: bytes) -> bytes:
        """Encrypt a body; its name is bound, so that two bodies of an exchange cannot be swapped."""
        packed = b"z" + zlib.compress(body, 1) if len(body) >= COMPRESS_FROM else b"p" + body
        nonce = self._random(NONCE_BYTES)
        return nonce + key.cipher.encrypt(nonce, packed, name.encode())

    def open(self, key: DataKey, name: str, sealed: bytes) -> bytes:
        packed = _decrypt(key.cipher, sealed, name.encode())
        return zlib.decompress(packed[1:]) if packed[:1] == b"z" else packed[1:]

    def seal_piece(self, key: DataKey, name: str, piece: bytes) -> bytes:
        """Encrypt a piece of a file as it is; SEAL_BYTES longer."""
        nonce = self._random(NONCE_BYTES)
        return nonce + key.cipher.encrypt(nonce, piece, name.encode())

    def open_piece(self, key: DataKey, name: str, sealed: bytes) -> bytes:
        return _decrypt(key.cipher, sealed, name.encode())

    def seal_tree(self, key: DataKey, name: str, tree: Any) -> bytes:
        return self.seal(key, name, orjson.dumps(tree))

    def open_tree(self, key: DataKey, name: str, sealed: bytes) -> Any:
        return orjson.loads(self.open(key, name, sealed))

    def seal_secret(self, name: str, secret: str) -> bytes:
        """Seal a short secret of the gateway's own directly under the wrapping key in force."""
        nonce = self._random(NONCE_BYTES)
        cipher = self._wrapping[self._current]
        return self._current.encode() + nonce + cipher.encrypt(nonce, secret.encode(), name.encode())

    def open_secret(self, name: str, sealed: bytes) -> str:
        key_id, rest = sealed[:12].decode(), sealed[12:]
        if key_id not in self._wrapping:
            raise WrongKey(f"wrapping key {key_id} is not loaded")
        return _decrypt(self._wrapping[key_id], rest, name.encode()).decode()

    def person(self, id_type: str, id_number: str) -> str:
        """A keyed digest by which a person's cases are found without storing who the person is.

        A temporary identity card (112) bears the number of the card (111) and names the same person.
        """
        id_type = "111" if id_type == "112" else id_type
        return blake2b(f"{id_type}\0{id_number}".encode(), key=self._person, digest_size=16).hexdigest()

    def person_name(self, name: str) -> str:
        """A keyed digest by which cases are found by an exact name; width, case and spaces do not matter."""
        folded = "".join(normalize("NFKC", name).split()).casefold()
        return blake2b(f"person name\0{folded}".encode(), key=self._person, digest_size=16).hexdigest()

    def pseudonym(self, name: str) -> str:
        """What stands for a name where a name must not stand: the same for the same name, and not to be guessed."""
        return "~" + blake2b(f"name\0{name}".encode(), key=self._person, digest_size=8).hexdigest()

    def request(self, content: bytes) -> str:
        """A keyed digest of what was asked; a plain one could be guessed back, a few digits at a time."""
        return blake2b(b"request\0" + content, key=self._person, digest_size=32).hexdigest()


def key_id(key: bytes) -> str:
    """The public name of a wrapping key: a digest of it."""
    return sha256(b"tongban wrapping key\0" + key).hexdigest()[:12]


def create_key(path: Path) -> None:
    """Write a new random key, readable by its owner only. Raises FileExistsError rather than replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise WrongKey(f"{path} holds no key of 64 hexadecimal digits") from error
    if len(key) != KEY_BYTES:
        raise WrongKey(f"{path} holds no key of 64 hexadecimal digits")
    return key


def _decrypt(cipher: AESGCM, sealed: bytes, bound: bytes | None) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except Exception as error:
        raise WrongKey("a sealed body does not open") from error
