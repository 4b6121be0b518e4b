"""One SQLite file: the default, for one process on a local disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine.interfaces import Dialect

from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.transaction import Append, Look, Result, Told, Transaction, Work, carried_out

_PAUSES_S = (0.001, 0.005, 0.02, *(0.05,) * 200)  # ten seconds in all


@cache
def sqlite_dialect() -> Dialect:
    return SQLiteDialect(paramstyle="qmark")


def connect_sqlite(path: Path | str) -> sqlite3.Connection:
    """One SQLite file, durable at every COMMIT (WAL, synchronous=FULL); transactions are opened by hand.

    Nobody waits inside the driver for another process's lock (busy_timeout=0): the store waits on the loop.
    """
    driver = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=0",
        "wal_autocheckpoint=4000",
        "foreign_keys=ON",
        "secure_delete=ON",  # a key that is erased is overwritten, not only forgotten
    ):
        driver.execute(f"PRAGMA {pragma}")
    return driver


def open_sqlite(path: Path | str) -> Connection:
    return Connection(connect_sqlite(path), sqlite_dialect())


class Embedded:
    """Transactions on a database inside this process.

    Statements run on the loop itself: they are microseconds, and a second thread would fight it for the
    interpreter at every one of them. COMMIT, which waits for the disk, runs in a thread, and what reads thousands
    of rows in another, which has a connection of its own.
    """

    beside = None

    def __init__(
        self, writer: Connection, reader: Connection, append: Append, clock_ms: Callable[[], int],
        *, connect: Callable[[], Connection] | None = None,
    ) -> None:  # fmt: skip
        """connect: one more connection to the file, for surveys; without it they are look-ups like others."""
        self._writer = writer
        self._reader = reader
        self._append = append
        self._clock_ms = clock_ms
        self._connect = connect
        self._surveyor: Connection | None = None
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="store-commit")
        self._surveys = ThreadPoolExecutor(1, thread_name_prefix="store-survey")

    async def transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        """One transaction for all of `works`. Whatever fails rolls all of it back; nothing is half done."""
        try:
            await self._begin()
            return await self._run(works)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise StorageUnavailable(str(error)) from error

    async def read(self, work: Look[Result]) -> Result:
        try:
            return work(self._reader)
        except sqlite3.Error as error:
            raise StorageUnavailable(str(error)) from error

    async def survey(self, work: Look[Result]) -> Result:
        if self._connect is None:
            return await self.read(work)
        ask = partial(self._survey, self._connect, work)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._surveys, ask)
        except sqlite3.Error as error:
            raise StorageUnavailable(str(error)) from error

    def _survey(self, connect: Callable[[], Connection], work: Look[Result]) -> Result:
        """In the thread: one after another."""
        if self._surveyor is None:
            self._surveyor = connect()
        return work(self._surveyor)

    async def left_bytes(self) -> int:
        asked = ("max_page_count", "page_count", "freelist_count", "page_size")
        most, pages, free, size = (self._writer.setting(f"PRAGMA {name}") for name in asked)
        return (most - pages + free) * size

    def listen(self, told: Told) -> None:
        """There is no other process that could conclude anything."""

    async def close(self) -> None:
        self._disk.shutdown()
        self._surveys.shutdown()
        for connection in (self._writer, self._reader, self._surveyor):
            if connection is not None:
                connection.close()

    async def _run(self, works: Sequence[Work[Any]]) -> list[Any]:
        now_ms = self._clock_ms()
        transaction = Transaction(self._writer, lambda: now_ms)
        try:
            results = carried_out(works, transaction)
            if transaction.entries:
                self._append(self._writer, transaction.entries)
            # durable once this returns
            await asyncio.get_running_loop().run_in_executor(self._disk, self._writer.commit)
        except Exception:
            # SQLite has rolled back by itself after some errors (a full disk); then there is nothing to do
            with suppress(sqlite3.OperationalError):
                self._writer.rollback()
            raise
        return results

    async def _begin(self) -> None:
        """Take the write lock; while another process has it (a command beside the server), wait in turns."""
        for pause_s in _PAUSES_S:
            try:
                self._writer.begin()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                await asyncio.sleep(pause_s)
            else:
                return
        self._writer.begin()
