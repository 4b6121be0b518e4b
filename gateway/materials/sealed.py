"""A file at rest: sealed in pieces of one size, so that any stretch of it can be opened by itself.

    file  = MAGIC || piece 0 || piece 1 || …
    piece = nonce (12 bytes) || AES-256-GCM over PIECE_BYTES of the content, less only in the last (tag: 16 bytes)

The name of the file, the place of the piece and whether it is the last are bound to each piece: none can be moved,
swapped or cut off unseen.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from adapters.errors import MaterialMissing
from gateway.store.vault import SEAL_BYTES, DataKey, Vault, WrongKey

MAGIC = b"TBpieces"
PIECE_BYTES = 192 * 1024  # what an adapter asks for at one time: each question opens one piece
_SEALED_BYTES = PIECE_BYTES + SEAL_BYTES
_STEP_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Lock:
    """What seals and opens one file: the vault, its key, and the name that is bound to every piece."""

    vault: Vault
    key: DataKey = field(repr=False)
    name: str

    def seal(self, place: int, piece: bytes, *, last: bool = False) -> bytes:
        return self.vault.seal_piece(self.key, self._bound(place, last=last), piece)

    def open(self, place: int, sealed: bytes, *, last: bool = False) -> bytes:
        """Raises WrongKey."""
        return self.vault.open_piece(self.key, self._bound(place, last=last), sealed)

    def _bound(self, place: int, *, last: bool) -> str:
        return f"{self.name}/{place}{'/last' if last else ''}"


def write(path: Path, lock: Lock, content: Iterable[bytes]) -> tuple[str, int]:
    """Write and fsync a new file; (SHA-256 in hex, size) of the ciphertext. Blocks."""
    state, size = sha256(MAGIC), len(MAGIC)
    with path.open("xb") as file:
        file.write(MAGIC)
        for sealed in _sealed(lock, content):
            state.update(sealed)
            size += len(sealed)
            file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    return state.hexdigest(), size


def _sealed(lock: Lock, content: Iterable[bytes]) -> Iterator[bytes]:
    place, rest = 0, bytearray()
    for part in content:
        rest += part
        while len(rest) > PIECE_BYTES:  # what is left over may be the last piece
            yield lock.seal(place, bytes(rest[:PIECE_BYTES]))
            del rest[:PIECE_BYTES]
            place += 1
    yield lock.seal(place, bytes(rest), last=True)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file at rest, any stretch of which can be read. Everything here blocks and raises MaterialMissing."""

    path: Path
    lock: Lock
    size: int  # of the plain content

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from `start` on, fewer where the file ends."""
        end = min(start + size, self.size)
        if start >= end:
            return b""
        first, last = start // PIECE_BYTES, (end - 1) // PIECE_BYTES
        try:
            with self.path.open("rb") as file:
                file.seek(len(MAGIC) + first * _SEALED_BYTES)
                opened = b"".join(
                    self._opened(place, file.read(_SEALED_BYTES)) for place in range(first, last + 1)
                )
        except (OSError, WrongKey) as error:
            raise MaterialMissing(self.lock.name) from error
        return opened[start - first * PIECE_BYTES : end - first * PIECE_BYTES]

    def _opened(self, place: int, sealed: bytes) -> bytes:
        return self.lock.open(place, sealed, last=(place + 1) * PIECE_BYTES >= self.size)

    def pieces(self) -> Iterator[bytes]:
        for start in range(0, self.size, PIECE_BYTES):
            yield self.read(start, PIECE_BYTES)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A small file, whole: any stretch of it as of a sealed one."""

    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, size: int) -> bytes:
        return self.content[start : start + size]


def sealed_file(path: Path, lock: Lock) -> SealedFile:
    """The file at `path`; its size follows from that of the ciphertext. Raises OSError."""
    stored = path.stat().st_size - len(MAGIC)
    count = max(-(-stored // _SEALED_BYTES), 1)
    return SealedFile(path, lock, stored - count * SEAL_BYTES)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes as they lie there, in hex. Raises OSError."""
    state = sha256()
    with path.open("rb") as file:
        while step := file.read(_STEP_BYTES):
            state.update(step)
    return state.hexdigest()


def is_in_pieces(path: Path) -> bool:
    """Files of the first version are one piece without MAGIC. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
