"""The daily certificate: a day that is over is certified by one process; after a stop, all that were missed.

The file comes first, whole, under the name of its last day; the commit that says so, with its digest, comes after.
Between the two a crash leaves a file that the next process reads, holds against its key and records.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

from audit.certificates import DAYS_AT_MOST
from audit.entries import Entry, Fact
from gateway import logs
from gateway.certifying.writing import NotWritten, Order, Written, seek
from gateway.clock import china_day
from gateway.settings.conf import Settings
from gateway.store import leases, marks
from gateway.store.connection import Connection
from gateway.store.database import file_of, is_embedded
from gateway.store.store import StorageUnavailable, Store, Transaction

log = logs.get("certificates")
LEASE, LEASE_MS = "certificates", 60_000
LAST = "certificates/last"  # mark: the last day that was certified
FAILED = "certificates/failed"  # mark: why the one that is due could not be written, and since when
TICK_S = 20.0
SETTLED_MS = 60_000  # after midnight: whatever was under way then is committed and signed
AGAIN_MS = 3_600_000  # after one that failed
BROKE_OFF = "broke_off"
_DAY = timedelta(days=1)


class Standing(NamedTuple):
    """Days that are over and not certified (0: none), first and last; why the last try failed, and since when."""

    days: int
    first: date
    last: date
    reason: str = ""
    since_ms: int = 0


class Certificates:
    """One process's part: it looks now and then, and writes where no other does."""

    def __init__(
        self, settings: Settings, store: Store, origin: str, owner: str, clock_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._store = store
        self._origin = origin
        self._owner = owner
        self._clock_ms = clock_ms
        self._next_ms = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """In a task of its own, until `stop`; what is being written then is written by the next process."""
        while not self._stopping.is_set():
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 - what was not certified is found again
                log.error("worker.failed", failure=error)
            await self._wait(TICK_S)
        with suppress(StorageUnavailable):  # it ends by itself; whoever stops must come to their own end
            await self._store.write(lambda tx: leases.free(tx.connection, LEASE, self._owner))

    def stop(self) -> None:
        self._stopping.set()

    async def round(self) -> bool:
        """Certify what is due, unless another process does; whether it was certified here."""
        now_ms = self._clock_ms()
        if now_ms < self._next_ms:
            return False
        due = await self._store.read(partial(standing, now_ms=now_ms))
        if due is None:
            await self._store.write(_begin)
            return False
        if not due.days or not await self._store.write(self._lease):
            return False
        try:
            written = await self._written(self.order(due))
        except NotWritten as error:
            self._next_ms = now_ms + AGAIN_MS
            if not self._stopping.is_set():
                await self._store.write(partial(_failed, reason=str(error)))
                log.error("certificate.failed", day=due.last.isoformat(), reason=str(error))
            return False
        told = await self._store.write(partial(_keep, due=due, written=written))
        if told:
            log.info(
                "certificate.made", day=due.last.isoformat(), open=written.open, unlawful=written.unlawful
            )
        return told

    def order(self, due: Standing, *, look_only: bool = False) -> Order:
        installation = self._settings.installation
        into = None if look_only else self._settings.certificates / due.last.isoformat()
        key, address = self._settings.path(installation.keys.audit), self._settings.database
        source = str(file_of(address)) if is_embedded(address) else address
        return Order(source, self._origin, key, due.first, due.last, into)

    async def _written(self, order: Order) -> Written:
        """What a process of its own came to. Raises NotWritten, also where it broke off or we are to stop."""
        spawn = get_context("spawn")
        here, there = spawn.Pipe(duplex=False)
        process = spawn.Process(target=seek, args=(order, there), daemon=True)
        await asyncio.to_thread(process.start)
        there.close()
        try:
            while not await asyncio.to_thread(here.poll, 1.0):
                if self._stopping.is_set() or not await self._store.write(self._lease):
                    raise NotWritten(BROKE_OFF)
            told: Written | NotWritten = here.recv()
        except EOFError:
            raise NotWritten(BROKE_OFF) from None
        finally:
            here.close()
            process.terminate()
            await asyncio.to_thread(process.join)
        if isinstance(told, NotWritten):
            raise told
        return told

    def _lease(self, tx: Transaction) -> bool:
        return leases.take(tx.connection, LEASE, self._owner, now_ms=tx.now_ms, until_ms=tx.now_ms + LEASE_MS)

    async def _wait(self, wait_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()


def standing(connection: Connection, *, now_ms: int) -> Standing | None:
    """What is due; None before the first start. After years of a stop not all days fit in one certificate."""
    last = marks.one(connection, LAST)
    if last is None:
        return None
    first, yesterday = date.fromisoformat(last[0]) + _DAY, china_day(now_ms - SETTLED_MS) - _DAY
    until = min(yesterday, first + (DAYS_AT_MOST - 1) * _DAY)
    reason, since_ms = marks.one(connection, FAILED) or ("", 0)
    return Standing(max((yesterday - first).days + 1, 0), first, until, reason, since_ms)


def _begin(tx: Transaction) -> None:
    """The first day that is certified is that of the first start."""
    if marks.one(tx.connection, LAST) is None:
        day = china_day(tx.now_ms - SETTLED_MS) - _DAY
        marks.put(tx.connection, LAST, day.isoformat(), tx.now_ms)


def _keep(tx: Transaction, *, due: Standing, written: Written) -> bool:
    """Record a certificate that is on the disk; False if another process has."""
    last = marks.one(tx.connection, LAST)
    if last is None or date.fromisoformat(last[0]) + _DAY != due.first:
        return False
    marks.put(tx.connection, LAST, due.last.isoformat(), tx.now_ms)
    marks.remove(tx.connection, FAILED)
    facts: dict[str, Fact] = {
        "first": due.first.isoformat(), "last": due.last.isoformat(), "size": written.size,
        "sha256": written.sha256, "admitted": written.admitted, "open": written.open,
        "unlawful": written.unlawful,
    }  # fmt: skip
    tx.record(Entry("certificate.made", tx.now_ms, facts))
    return True


def _failed(tx: Transaction, *, reason: str) -> None:
    """Note why, and since when it fails like this."""
    known = marks.one(tx.connection, FAILED)
    if known is None or known[0] != reason:
        marks.put(tx.connection, FAILED, reason, tx.now_ms)
