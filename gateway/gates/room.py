"""Room to record: intake stops while what is on the wire can still be recorded (commit 2 fits on the disk).

For a file, the disk that it lies on and its own limit of pages; for both kinds of database, the disk of the
materials. How full the disk of a database server is, only that server knows.
"""

import shutil
from pathlib import Path

from gateway import logs
from gateway.store.store import Store

log = logs.get("room")


class Room:
    """Whether new work may be taken. `look` again and again; between two looks the answer stands."""

    def __init__(self, store: Store, folders: tuple[Path, ...], reserve_bytes: int) -> None:
        self._store = store
        self._folders = folders
        self._reserve_bytes = reserve_bytes
        self.enough = True

    async def look(self) -> None:
        left = await self._store.left_bytes()
        for folder in self._folders:
            left = min(left, shutil.disk_usage(folder).free)
        enough = left >= self._reserve_bytes
        if enough is not self.enough:
            log.error("storage.full", left_bytes=left) if not enough else log.info(
                "storage.free", left_bytes=left
            )
        self.enough = enough
