"""PostgreSQL's driver as ours: the dialect in which statements are written, and connections by psycopg."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.types.numeric import Int8Dumper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from gateway.store.connection import Connection, Driver, Row

TRANSACTION_S = 5
CONNECT_S = 5
_SETTINGS = {
    "lock_timeout": f"{TRANSACTION_S}s",
    "statement_timeout": f"{6 * TRANSACTION_S}s",
    "idle_in_transaction_session_timeout": f"{TRANSACTION_S}s",
    "default_transaction_isolation": "read committed",
}
_SINCE_17 = {"transaction_timeout": f"{TRANSACTION_S}s"}  # the whole of it, not only where it stands idle


@cache
def postgres_dialect() -> Dialect:
    return PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]


class Later:
    """A statement of a transaction that was not waited for: whoever looks at what it found has all of them sent."""

    __slots__ = ("_cursor", "_settle")

    def __init__(self, cursor: Cursor[Row], settle: Callable[[], None]) -> None:
        self._cursor = cursor
        self._settle = settle

    def fetchall(self) -> list[Row]:
        return self._answered().fetchall()

    def fetchone(self) -> Row | None:
        return self._answered().fetchone()

    @property
    def rowcount(self) -> int:
        return self._answered().rowcount

    def _answered(self) -> Cursor[Row]:
        if self._cursor.pgresult is None:
            self._settle()
        return self._cursor


class Psycopg:
    """A psycopg connection as a `Driver`: rows in binary, integers as BIGINT, transactions opened by hand.

    Inside a transaction nothing leaves before somebody looks at an answer, or COMMIT: then all of it does, in its
    order, one way to the server and back. What became of it is raised there.
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
        self._begun = False
        self._unsent: list[tuple[Cursor[Row], str, Any]] = []

    def execute(self, text: str, parameters: Any = None, /) -> Any:
        if text == "ROLLBACK":
            self._begun, self._unsent = False, []
        if text == "BEGIN":
            self._begun = True
        cursor = self._connection.cursor(binary=True)  # each has its own result, looked at when it may be
        if not self._begun:
            return cursor.execute(text, parameters or None)
        self._unsent.append((cursor, text, parameters or None))
        if text == "COMMIT":
            self._begun = False
            self._settle()
        return Later(cursor, self._settle)

    def executemany(self, text: str, parameters: Any, /) -> Any:
        if text.startswith("COPY "):
            return self._copy(text, parameters)
        if not self._begun:
            return self._cursor.executemany(text, parameters)
        self._unsent += [(self._cursor, text, each) for each in parameters]
        return self._cursor

    def _settle(self) -> None:
        """Send what was not sent, and wait; after one that fails the server skips the rest, COMMIT included."""
        unsent, self._unsent = self._unsent, []
        with self._connection.pipeline() if len(unsent) > 1 else nullcontext():
            for cursor, text, parameters in unsent:
                cursor.execute(text, parameters)

    def _copy(self, text: str, rows: Iterable[Sequence[object]]) -> Any:
        """Rows as a stream, which stands in no pipeline: what waits goes before it. A bad row fails here."""
        self._settle()
        with self._cursor.copy(text) as stream:
            for row in rows:
                stream.write_row(row)
        return self._cursor

    def close(self) -> None:
        self._connection.close()


def connect_postgres(address: str) -> Driver:
    return Psycopg(address)


def open_postgres(address: str) -> Connection:
    return Connection(connect_postgres(address), postgres_dialect())
