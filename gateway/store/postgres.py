"""PostgreSQL: any number of identical processes on one database.

A transaction runs whole in one thread, because every way to the server and back is waited for. So there are few of
them: what nobody looks at yet leaves together with the next statement that is looked at. The lock of the log is the
last step, so that what others wait for is the length of a COMMIT. Whatever stands still inside a transaction (a
paused machine) is cut off by the server after TRANSACTION_S.
"""

import asyncio
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from itertools import chain, repeat
from typing import Any

import psycopg
import sqlalchemy as sa

from gateway import logs
from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.postgres_driver import CONNECT_S
from gateway.store.transaction import Append, Holds, Look, Result, Told, Transaction, Work, carried_out

log = logs.get("store")
READERS = 2
CHANNEL = "tongban"
_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_NOW = sa.select(sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger))
_TELL = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("ids", type_=sa.Text)))
_PID = "SELECT pg_backend_pid()"
_PLAN_EACH = sa.text("SET plan_cache_mode = force_custom_plan")
_CROSSED = frozenset({"40P01", "40001"})
# of DB-API; what else a driver raises is a mistake of ours
_TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


def servers_time_ms(connection: Connection) -> int:
    """The server's own time, the same for all processes."""
    row = connection.row(_NOW)
    return row[0] if row else 0


@contextmanager
def _told_as_unavailable(*, lost: bool = False) -> Iterator[None]:
    """The driver's troubles in our words; its text names servers and statements, never values."""
    try:
        yield
    except _TROUBLE as error:
        gone = lost or error.sqlstate is None or error.sqlstate[:2] in {"08", "57"}
        raise StorageUnavailable(
            type(error).__name__, lost=gone, crossed=error.sqlstate in _CROSSED
        ) from error


class Served:
    """Transactions on a database server: one writing thread, a few reading ones, a connection for each."""

    def __init__(
        self,
        address: str,
        connect: Callable[[], Connection],
        append: Append,
        holds: Holds,
        *,
        heard: Callable[[int], int] = lambda now_ms: now_ms,
    ) -> None:
        """heard: told the database's time where a transaction looks at it; what it returns is what that sees."""
        self._address = address
        self._connect = connect
        self._append = append
        self._holds = holds
        self._heard = heard
        self._writer: Connection | None = None
        self._writer_pid = 0  # of the server's process: what that one tells others, this process knows
        self._idle: deque[Connection] = deque()
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._surveyors: deque[Connection] = deque()
        self._surveying = ThreadPoolExecutor(1, thread_name_prefix="store-survey")
        self._closing = threading.Event()
        self._listening: asyncio.Task[None] | None = None

    async def transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        """One transaction for all of `works`. Whatever fails rolls all of it back; nothing is half done."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._transact, works)

    async def read(self, work: Look[Result]) -> Result:
        ask = partial(self._read, work, self._idle, self._connect)
        return await asyncio.get_running_loop().run_in_executor(self._reading, ask)

    async def survey(self, work: Look[Result]) -> Result:
        ask = partial(self._read, work, self._surveyors, self._planning)
        return await asyncio.get_running_loop().run_in_executor(self._surveying, ask)

    async def left_bytes(self) -> int:
        """Nothing is known of the server's disk; what does not fit is refused when it is written."""
        return sys.maxsize

    def listen(self, told: Told) -> None:
        self._listening = asyncio.create_task(
            _listen(self._address, lambda pid: pid == self._writer_pid, told)
        )

    async def close(self) -> None:
        self._closing.set()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._writing.shutdown()
        self._reading.shutdown()
        self._surveying.shutdown()
        for connection in (self._writer, *self._idle, *self._surveyors):
            if connection is not None:
                connection.close()

    # ---- in the writing thread -------------------------------------------------------------------------

    def _transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        connection = self._begun()
        transaction = Transaction(connection, self._time_of(connection))
        try:
            with _told_as_unavailable():
                results = carried_out(works, transaction)
                if transaction.told:
                    connection.put(_TELL, {"ids": " ".join(transaction.told)})
                positions = self._append(connection, transaction.entries) if transaction.entries else range(0)
        except Exception:
            self._roll_back(connection)
            raise
        self._commit(connection, positions, transaction.entries)
        return results

    def _begun(self) -> Connection:
        """With a transaction that opens with what is asked first; a connection that has ended is replaced."""
        if self._writer is not None:
            try:
                self._writer.begin()
            except _TROUBLE:
                self._drop()
            else:
                return self._writer
        with _told_as_unavailable(lost=True):
            self._writer = self._connect()
            self._writer_pid = self._writer.setting(_PID)
            self._writer.begin()
            return self._writer

    def _time_of(self, connection: Connection) -> Callable[[], int]:
        """The time at which its transaction began, asked for together with whatever is asked next."""
        asked = connection.ask(_NOW)
        return cache(lambda: self._heard(asked()[0][0]))

    def _commit(self, connection: Connection, positions: range, entries: Sequence[Any]) -> None:
        """Durable once this returns. A COMMIT whose answer was lost is looked up before anything else happens."""
        try:
            with _told_as_unavailable():
                connection.commit()
        except StorageUnavailable:
            self._drop()
            if not entries or not self._was_committed(positions, entries):
                raise
        except Exception:  # what was sent with it failed, so it was not carried out
            self._roll_back(connection)
            raise

    def _was_committed(self, positions: range, entries: Sequence[Any]) -> bool:
        """Asked until the database says: nobody may act on a guess about what was recorded."""
        for pause_s in chain(_AGAIN_S, repeat(_AGAIN_S[-1])):
            with suppress(StorageUnavailable):
                connection = self._begun()
                try:
                    with _told_as_unavailable():
                        return self._holds(connection, positions, entries)
                finally:
                    self._roll_back(connection)
            if self._closing.wait(pause_s):
                raise StorageUnavailable("stopped before the database said what it has recorded", lost=True)
        raise AssertionError

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except _TROUBLE:
            self._drop()

    def _drop(self) -> None:
        if self._writer is not None:
            with suppress(*_TROUBLE):
                self._writer.close()
        self._writer = None

    def _read(self, work: Look[Result], idle: deque[Connection], connect: Callable[[], Connection]) -> Result:
        """In a thread. A look-up harms nobody: one on a connection that was lost is asked once more."""
        with suppress(IndexError):
            connection = idle.pop()
            with suppress(*_TROUBLE):
                return _asked(connection, work, idle)
        with _told_as_unavailable(lost=True):
            return _asked(connect(), work, idle)

    def _planning(self) -> Connection:
        """A connection on which every statement is planned for the very values that are asked for."""
        connection = self._connect()
        connection.run(_PLAN_EACH)
        return connection


def _asked(connection: Connection, work: Look[Result], idle: deque[Connection]) -> Result:
    """What `work` finds; a connection on which something failed is not used again."""
    try:
        result = work(connection)
    except Exception:
        with suppress(*_TROUBLE):
            connection.close()
        raise
    idle.append(connection)
    return result


async def _listen(address: str, is_ours: Callable[[int], bool], told: Told) -> None:
    """Hear what other processes conclude; while the server is away nothing is heard, and callers look it up."""
    for pause_s in chain(_AGAIN_S, repeat(_AGAIN_S[-1])):
        with suppress(*_TROUBLE):
            connection = await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=CONNECT_S, application_name="tongban-listen"
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    for exchange_id in () if is_ours(notice.pid) else notice.payload.split():
                        told(exchange_id)
        await asyncio.sleep(pause_s)
