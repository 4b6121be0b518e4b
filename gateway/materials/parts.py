"""What one turn brings, on disk: sealed from the first byte, each piece as long as it came.

part = piece 0 || piece 1 || …      piece = length of what follows (4 bytes, big-endian) || sealed bytes
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from adapters.errors import MaterialMissing
from gateway.materials.folder import sync_folder
from gateway.materials.sealed import Lock
from gateway.store.uploads import Part
from gateway.store.vault import WrongKey

_LENGTH_BYTES = 4


class PartFile:
    """The file of one turn, made with its first piece. Everything here blocks."""

    def __init__(self, path: Path, lock: Lock) -> None:
        self._path = path
        self._lock = _of_part(lock, path)
        self._file: BinaryIO | None = None
        self._place = 0
        self.received = 0
        self.stored = 0

    def write(self, piece: bytes) -> None:
        sealed = self._lock.seal(self._place, piece)
        file = self._opened()
        file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._place += 1
        self.received += len(piece)
        self.stored += _LENGTH_BYTES + len(sealed)

    def sync(self) -> None:
        """What was written is durable."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self._path.open("xb")
            sync_folder(self._path.parent)
        return self._file


def opened(path: Path, lock: Lock, part: Part) -> Iterator[bytes]:
    """The plain pieces of a part, as far as a row speaks of it. Blocks; raises MaterialMissing."""
    lock, place, left = _of_part(lock, path), 0, part.stored
    try:
        with path.open("rb") as file:
            while left > 0:
                size = int.from_bytes(file.read(_LENGTH_BYTES), "big")
                yield lock.open(place, file.read(size))
                place, left = place + 1, left - _LENGTH_BYTES - size
    except (OSError, WrongKey) as error:
        raise MaterialMissing(path.name) from error


def _of_part(lock: Lock, path: Path) -> Lock:
    return Lock(lock.vault, lock.key, f"part/{path.name}")
