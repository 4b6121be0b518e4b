"""The folder of materials: files named by the digest of their ciphertext, durable before a commit speaks of them.

A file that no row names (a crash in between) is harmless, and is swept away one day (gateway.materials.sweep).
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

from adapters.errors import MaterialMissing
from gateway.materials.sealed import Lock, SealedFile, digest_of, is_in_pieces, sealed_file, write
from gateway.store.vault import WrongKey

BUCKETS = tuple(f"{number:02x}" for number in range(256))
COMING = "coming"  # what callers are bringing, and what is being written


class MaterialFolder:
    """Content-addressed by ciphertext: the same paper of two cases is two files, and tells nothing.

    Everything here blocks: call it in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def coming(self) -> Path:
        """Where files lie until they are whole; made if it is not there."""
        folder = self._folder / COMING
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
        return folder

    def keep(self, lock: Lock, unfinished: str, content: Iterable[bytes]) -> tuple[str, int]:
        """Write one file; (digest, size) of the ciphertext once it is durable.

        unfinished: its name until it is whole, which nobody else uses. What `content` raises passes through.
        """
        part = self.coming / unfinished
        part.unlink(missing_ok=True)  # of an earlier try that broke off
        try:
            digest, size = write(part, lock, content)
            path = self.path(digest)
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                sync_folder(self._folder)  # else a power cut takes the new folder with all that is in it
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
        return digest, size

    def open(self, lock: Lock, digest: str, *, looked_at: bool = True) -> bytes | SealedFile:
        """A whole and unchanged file. Raises MaterialMissing if it is neither.

        looked_at: from its first byte to its last, now; else each piece when it is read.
        """
        path = self.path(digest)
        try:
            if looked_at and digest_of(path) != digest:
                raise MaterialMissing(lock.name)
            if is_in_pieces(path):
                return sealed_file(path, lock)
            return lock.vault.open(lock.key, lock.name, path.read_bytes())
        except (OSError, WrongKey) as error:
            raise MaterialMissing(lock.name) from error

    def remove(self, digest: str) -> None:
        self.path(digest).unlink(missing_ok=True)

    def old(self, bucket: str, before_ms: int) -> list[str]:
        """Names of the files in one bucket (or in COMING) that nobody has written to since then."""
        return [name for name, changed_ms in _listed(self._folder / bucket) if changed_ms < before_ms]

    def now_ms(self) -> int:
        """The time by the clock that files get theirs from."""
        with TemporaryFile(dir=self.coming) as stamp:
            stamp.write(b"now")
            stamp.flush()
            return int(os.fstat(stamp.fileno()).st_mtime * 1000)

    def remove_coming(self, name: str) -> None:
        (self._folder / COMING / name).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _listed(folder: Path) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            for each in entries:
                yield each.name, int(each.stat().st_mtime * 1000)
    except FileNotFoundError:  # the folder itself, or a file that was removed meanwhile
        return


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
