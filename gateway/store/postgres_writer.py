"""Transactions on one connection to PostgreSQL, one after another in a thread.

A transaction runs whole in one thread, because every way to the server and back is waited for. So there are few of
them: what nobody looks at yet leaves together with the next statement that is looked at. The lock of the log is the
last step, so that what others wait for is the length of a COMMIT. Whatever stands still inside a transaction (a
paused machine) is cut off by the server after TRANSACTION_S.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain, repeat
from typing import Any

import psycopg
import sqlalchemy as sa

from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.transaction import Append, Holds, Transaction, Work, carried_out

CHANNEL = "tongban"
AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_NOW = sa.select(sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger))
_TELL = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("ids", type_=sa.Text)))
_PID = "SELECT pg_backend_pid()"
_CROSSED = frozenset({"40P01", "40001"})
# of DB-API; what else a driver raises is a mistake of ours
TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


def servers_time_ms(connection: Connection) -> int:
    """The server's own time, the same for all processes."""
    row = connection.row(_NOW)
    return row[0] if row else 0


@contextmanager
def told_as_unavailable(*, lost: bool = False) -> Iterator[None]:
    """The driver's troubles in our words; its text names servers and statements, never values."""
    try:
        yield
    except TROUBLE as error:
        gone = lost or error.sqlstate is None or error.sqlstate[:2] in {"08", "57"}
        raise StorageUnavailable(
            type(error).__name__, lost=gone, crossed=error.sqlstate in _CROSSED
        ) from error


class Writer:
    """Transactions one after another on a connection of its own. pid: of the server's process; 0: not yet."""

    def __init__(
        self,
        name: str,
        connect: Callable[[], Connection],
        append: Append,
        holds: Holds,
        heard: Callable[[int], int],
    ) -> None:
        """name: of its thread. heard: as of `Served`."""
        self._connect = connect
        self._append = append
        self._holds = holds
        self._heard = heard
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closing = threading.Event()
        self.pid = 0

    async def transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        """One transaction for all of `works`. Whatever fails rolls all of it back; nothing is half done."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, works)

    def close(self) -> None:
        """When what is under way has come to its end."""
        self._closing.set()
        self._thread.shutdown()
        self._drop()

    # ---- in its thread ---------------------------------------------------------------------------------

    def _transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        connection = self._begun()
        transaction = Transaction(connection, self._time_of(connection))
        try:
            with told_as_unavailable():
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
        if self._connection is not None:
            try:
                self._connection.begin()
            except TROUBLE:
                self._drop()
            else:
                return self._connection
        with told_as_unavailable(lost=True):
            self._connection = self._connect()
            self.pid = self._connection.setting(_PID)
            self._connection.begin()
            return self._connection

    def _time_of(self, connection: Connection) -> Callable[[], int]:
        """The time at which its transaction began, asked for together with whatever is asked next."""
        asked = connection.ask(_NOW)
        return cache(lambda: self._heard(asked()[0][0]))

    def _commit(self, connection: Connection, positions: range, entries: Sequence[Any]) -> None:
        """Durable once this returns. A COMMIT whose answer was lost is looked up before anything else happens."""
        try:
            with told_as_unavailable():
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
        for pause_s in chain(AGAIN_S, repeat(AGAIN_S[-1])):
            with suppress(StorageUnavailable):
                connection = self._begun()
                try:
                    with told_as_unavailable():
                        return self._holds(connection, positions, entries)
                finally:
                    self._roll_back(connection)
            if self._closing.wait(pause_s):
                raise StorageUnavailable("stopped before the database said what it has recorded", lost=True)
        raise AssertionError

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.rollback()
        except TROUBLE:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(*TROUBLE):
                self._connection.close()
        self._connection = None
