"""PostgreSQL: any number of identical processes on one database.

A transaction runs whole in one thread, because every statement waits for the network. What nobody asks the count of
leaves together with the next statement that is asked something. The lock of the log is the last step, so that what
others wait for is the length of a COMMIT. Whatever stands still inside a transaction (a paused machine) is cut off
by the server after TRANSACTION_S.
"""

import asyncio
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain, repeat
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from gateway import logs
from gateway.store.connection import Connection, Driver, StorageUnavailable
from gateway.store.transaction import Append, Holds, Result, Told, Transaction, Work

log = logs.get("store")
TRANSACTION_S = 5
CONNECT_S = 5
READERS = 2
CHANNEL = "tongban"
_SETTINGS = {
    "lock_timeout": f"{TRANSACTION_S}s",
    "statement_timeout": f"{6 * TRANSACTION_S}s",
    "idle_in_transaction_session_timeout": f"{TRANSACTION_S}s",
    "default_transaction_isolation": "read committed",
}
_SINCE_17 = {"transaction_timeout": f"{TRANSACTION_S}s"}  # the whole of it, not only where it stands idle
_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_NOW = sa.select(sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger))
_TELL = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("ids", type_=sa.Text)))
_CROSSED = frozenset({"40P01", "40001"})
# of DB-API; what else a driver raises is a mistake of ours
_TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


@cache
def postgres_dialect() -> Dialect:
    return PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]


class Psycopg:
    """A psycopg connection as a `Driver`: rows in binary, integers as BIGINT, transactions opened by hand.

    Inside a transaction BEGIN and `executemany` wait for the next `execute`, leave with it, and what became of them
    is raised there: one way to the server and back for all of them.
    """

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(
            address, autocommit=True, connect_timeout=CONNECT_S, application_name="tongban",
            keepalives_idle=10, keepalives_interval=5, keepalives_count=3,
        )  # fmt: skip
        self._connection.adapters.register_dumper(int, Int8Dumper)
        self._connection.prepare_threshold = 2
        self._connection.prepared_max = 500
        settings = dict(_SETTINGS)
        if self._connection.info.server_version >= 170_000:
            settings |= _SINCE_17
        self._connection.execute("; ".join(f"SET {name} = '{value}'" for name, value in settings.items()))
        self._cursor = self._connection.cursor(binary=True)
        self._unasked = self._connection.cursor(binary=True)  # apart: a pipeline gives each its own result
        self._begun = False
        self._unsent: list[tuple[str, Any]] = []

    def execute(self, text: str, parameters: Any = None, /) -> Any:
        if text == "BEGIN":
            self._begun, self._unsent = True, [(text, None)]
            return self._unasked
        if text in {"COMMIT", "ROLLBACK"}:
            self._begun = False
        unsent, self._unsent = self._unsent, []
        if not unsent or text == "ROLLBACK":
            return self._cursor.execute(text, parameters or None)
        with self._connection.pipeline():  # after one that fails the server skips the rest, COMMIT included
            for each in unsent:
                self._unasked.execute(*each)
            return self._cursor.execute(text, parameters or None)

    def executemany(self, text: str, parameters: Any, /) -> Any:
        if not self._begun:
            return self._unasked.executemany(text, parameters)
        self._unsent += [(text, each) for each in parameters]
        return self._unasked

    def close(self) -> None:
        self._connection.close()


def connect_postgres(address: str) -> Driver:
    return Psycopg(address)


def open_postgres(address: str) -> Connection:
    return Connection(connect_postgres(address), postgres_dialect())


def servers_time_ms(connection: Connection) -> int:
    """The server's own time, the same for all processes."""
    row = connection.row(_NOW)
    return row[0] if row else 0


def _begin(connection: Connection) -> int:
    connection.begin()
    return servers_time_ms(connection)


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
        """heard: told the database's time in every transaction; what it returns is the transaction's time."""
        self._address = address
        self._connect = connect
        self._append = append
        self._holds = holds
        self._heard = heard
        self._writer: Connection | None = None
        self._idle: deque[Connection] = deque()
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._closing = threading.Event()
        self._listening: asyncio.Task[None] | None = None

    async def transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        """One transaction for all of `works`. Whatever fails rolls all of it back; nothing is half done."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._transact, works)

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._read, work)

    async def left_bytes(self) -> int:
        """Nothing is known of the server's disk; what does not fit is refused when it is written."""
        return sys.maxsize

    def listen(self, told: Told) -> None:
        self._listening = asyncio.create_task(_listen(self._address, told))

    async def close(self) -> None:
        self._closing.set()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._writing.shutdown()
        self._reading.shutdown()
        for connection in (self._writer, *self._idle):
            if connection is not None:
                connection.close()

    # ---- in the writing thread -------------------------------------------------------------------------

    def _transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        connection, now_ms = self._begun()
        try:
            with _told_as_unavailable():
                transaction = Transaction(connection, self._heard(now_ms))
                results = [work(transaction) for work in works]
                if transaction.told:
                    connection.put(_TELL, {"ids": " ".join(transaction.told)})
                positions = self._append(connection, transaction.entries) if transaction.entries else range(0)
        except Exception:
            self._roll_back(connection)
            raise
        self._commit(connection, positions, transaction.entries)
        return results

    def _begun(self) -> tuple[Connection, int]:
        """An open transaction and the server's time; a connection that was lost meanwhile is replaced."""
        if self._writer is not None:
            try:
                return self._writer, _begin(self._writer)
            except _TROUBLE:
                self._drop()
        with _told_as_unavailable(lost=True):
            self._writer = self._connect()
            return self._writer, _begin(self._writer)

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
                connection, _ = self._begun()
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

    # ---- in a reading thread ---------------------------------------------------------------------------

    def _read(self, work: Callable[[Connection], Result]) -> Result:
        """A look-up harms nobody, so one on a connection that was lost meanwhile is asked once more."""
        with suppress(IndexError):
            connection = self._idle.pop()
            with suppress(*_TROUBLE):
                return self._ask(connection, work)
        with _told_as_unavailable(lost=True):
            return self._ask(self._connect(), work)

    def _ask(self, connection: Connection, work: Callable[[Connection], Result]) -> Result:
        """What `work` finds; a connection on which something failed is not used again."""
        try:
            result = work(connection)
        except Exception:
            with suppress(*_TROUBLE):
                connection.close()
            raise
        self._idle.append(connection)
        return result


async def _listen(address: str, told: Told) -> None:
    """Hear what other processes conclude; while the server is away nothing is heard, and callers look it up."""
    for pause_s in chain(_AGAIN_S, repeat(_AGAIN_S[-1])):
        with suppress(*_TROUBLE):
            connection = await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=CONNECT_S, application_name="tongban-listen"
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    for exchange_id in notice.payload.split():
                        told(exchange_id)
        await asyncio.sleep(pause_s)
