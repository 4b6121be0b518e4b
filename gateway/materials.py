"""Files of materials (材料): sealed, named by the digest of their ciphertext, in a folder.

A file is durable before commit 1 speaks of it. One that no row names (a crash in between) is harmless.
"""

import os
from hashlib import sha256
from pathlib import Path

from adapters.errors import MaterialMissing
from gateway.store.vault import DataKey, Vault


class MaterialFolder:
    """Content-addressed by ciphertext: the same paper of two cases is two files, and tells nothing."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def keep(self, key: DataKey, file_id: str, content: bytes) -> tuple[str, int]:
        """Write and fsync one file; (digest, size) of the ciphertext. Blocks: call it in a thread."""
        sealed = self._vault.seal(key, f"material/{file_id}", content)
        digest = sha256(sealed).hexdigest()
        path = self._path(digest)
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(self._folder)  # else a power cut takes the new folder with all that is in it
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync_folder(path.parent)
        return digest, len(sealed)

    def read(self, key: DataKey, file_id: str, digest: str) -> bytes:
        """The plain content. Raises MaterialMissing if the file is gone or its bytes were changed."""
        try:
            sealed = self._path(digest).read_bytes()
        except OSError as error:
            raise MaterialMissing(file_id) from error
        if sha256(sealed).hexdigest() != digest:
            raise MaterialMissing(file_id)
        return self._vault.open(key, f"material/{file_id}", sealed)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
