"""Erasing what has been kept for its time: a walk over what is old enough, in the order in which it was admitted.

Ids tell when something began, so the walk needs no list of its own; what is not over yet, or held, is passed by and
looked at in the next walk. Any number of processes may walk: each erasure looks again in its own turn.
"""

from collections.abc import Callable
from functools import partial

from gateway import logs
from gateway.erasure.erasing import Ground, erase, held_by, remove_files, take_erasure_turn
from gateway.erasure.periods import DAY_MS, RETENTION, days_of, is_due, shortest
from gateway.identity import least_id
from gateway.materials.folder import MaterialFolder
from gateway.settings.installation import Retention
from gateway.store import erased
from gateway.store.connection import Connection
from gateway.store.erased import Content
from gateway.store.store import Store, Transaction

log = logs.get("worker")
EVERY_MS = 1_000
REST_MS = 3_600_000  # from the end of a walk to the beginning of the next
MOST = 50  # looked at in one read, on the event loop of a file


class Ageing:
    """One process's walk."""

    def __init__(
        self, store: Store, folder: MaterialFolder, retention: Retention, clock_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._folder = folder
        self._retention = retention
        self._clock_ms = clock_ms
        self._next_ms = 0
        self._behind = ""

    async def look(self) -> None:
        """Go on with the walk, at most every EVERY_MS."""
        now_ms = self._clock_ms()
        if now_ms < self._next_ms:
            return
        count = await self.step(now_ms)
        self._next_ms = now_ms + (EVERY_MS if self._behind else REST_MS)
        if count:
            log.info("content.erased", exchanges=count)

    async def step(self, now_ms: int) -> int:
        """Look at the next few and erase what is due, each in a commit of its own; how many were."""
        due, self._behind = await self._store.read(partial(self._due, now_ms))
        count = 0
        for exchange_id in due:
            files = await self._store.write(partial(self._erase, exchange_id), alone=True)
            await remove_files(self._store, self._folder, files or ())
            count += files is not None
        return count

    def _due(self, now_ms: int, connection: Connection) -> tuple[list[str], str]:
        """(what is due of the next few, behind which one the walk goes on; empty at its end)"""
        before = least_id(max(0, now_ms - shortest(self._retention) * DAY_MS))
        found = erased.old(connection, self._behind, before, MOST)
        due = [each.exchange for each in found if self._is_due(connection, each, now_ms)]
        return due, found[-1].exchange if len(found) == MOST else ""

    def _is_due(self, connection: Connection, content: Content, now_ms: int) -> bool:
        if not content.ended_ms or content.case_open:
            return False
        over_ms = erased.over_ms(connection, content.case) if content.case else content.ended_ms
        days = days_of(content, self._retention)
        due = is_due(content, over_ms=over_ms, days=days, now_ms=now_ms)
        return due and held_by(connection, content) is None

    def _erase(self, exchange_id: str, tx: Transaction) -> list[str] | None:
        """None if it is not due any more: held, opened again, or erased by somebody else."""
        seen = erased.one(tx.connection, exchange_id)
        take_erasure_turn(tx.connection, seen.case if seen else "")
        content = erased.one(tx.connection, exchange_id)
        if content is None or not self._is_due(tx.connection, content, tx.now_ms):
            return None
        return erase(tx, [content], Ground(RETENTION, days=days_of(content, self._retention)))
