"""Sweeping up (清理): uploads that are kept no longer, and files that no row names.

A file is removed only after the row that could have brought it into a case is gone, under a lock that the case
would have had to wait for; or if no row has named it for as long as uploads are kept, which no commit takes.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from gateway import logs
from gateway.materials.folder import BUCKETS, COMING, MaterialFolder
from gateway.store import uploads
from gateway.store.store import Store

log = logs.get("materials")
LOOK_EVERY_MS = 60_000
TICK_S = 1.0
MOST_AT_ONCE = 50  # look-ups in one read: on a file they are made on the event loop


class Sweep:
    """Looks once a minute: at what is over, and at one part of the folder after another."""

    def __init__(
        self, store: Store, folder: MaterialFolder, *, keep_ms: int, clock_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._folder = folder
        self._keep_ms = keep_ms
        self._clock_ms = clock_ms
        self._looked_ms = 0
        self._next = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """In a task of its own: a large folder holds up nobody."""
        while not self._stopping.is_set():
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - what could not be swept is found again
                log.error("worker.failed", failure=error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._stopping.wait()

    def stop(self) -> None:
        self._stopping.set()

    async def look(self) -> None:
        """Now and then; any number of processes may do so at the same time."""
        now_ms = self._clock_ms()
        if now_ms - self._looked_ms < LOOK_EVERY_MS:
            return
        self._looked_ms = now_ms
        places = (COMING, *BUCKETS)
        removed = await self.sweep_over() + await self.sweep_place(places[self._next % len(places)])
        self._next += 1
        if removed:
            log.info("materials.swept", files=removed)

    async def sweep_over(self) -> int:
        """Forget the uploads that are kept no longer, and remove what no case uses; how many files that were."""
        now_ms = self._clock_ms()
        if not await self._store.read(lambda connection: uploads.is_over(connection, now_ms)):
            return 0
        over = await self._store.write(lambda tx: uploads.forget_over(tx.connection, now_ms, MOST_AT_ONCE))
        # nobody can use them any more; a crash before this leaves files that no row names
        digests = [digest for _, digest in over if digest]
        for digest in digests:
            await asyncio.to_thread(self._folder.remove, digest)
        return len(digests)

    async def sweep_place(self, place: str) -> int:
        """Remove the old files of one part of the folder that no row names; how many they were."""
        names = await asyncio.to_thread(self._old, place)
        removed = 0
        for first in range(0, len(names), MOST_AT_ONCE):
            orphans = await self._orphans(place, names[first : first + MOST_AT_ONCE])
            for name in orphans:
                await asyncio.to_thread(self._remove, place, name)
            removed += len(orphans)
        return removed

    async def _orphans(self, place: str, names: Sequence[str]) -> list[str]:
        if place == COMING:
            return await self._store.read(lambda connection: uploads.not_coming(connection, names))
        return await self._store.read(lambda connection: uploads.unnamed(connection, names))

    def _old(self, place: str) -> list[str]:
        """By the clock of the disk, whatever the one of the database says: it gave the files their times."""
        return self._folder.old(place, self._folder.now_ms() - self._keep_ms)

    def _remove(self, place: str, name: str) -> None:
        if place == COMING:
            self._folder.remove_coming(name)
        else:
            self._folder.remove(name)
