"""Rows into a front database, at most once: one transaction on a connection of its own, in a thread.

Before a row is put there, rows with our number are looked for, under a lock that no other process of ours passes: a
second COMMIT of the same message cannot happen while the rows of the first stand there. Nothing is ever updated.
Until COMMIT leaves, surely nothing was taken. What stands still inside a transaction is cut off by their server.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.exc import DBAPIError

from adapters.errors import NotSent, Unknown
from adapters.fronts import Database, Kind
from adapters.message import Go, Request, Response
from adapters.passage import Passage, crossed
from adapters.row_list import listed
from adapters.rows import Row, said, same, shown, taken_in
from adapters.sqltroubles import is_taken_key, trouble

MOST_ROWS = 1000
_KEPT_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_TIME_IN_A_FILE = DATETIME(  # type: ignore[no-untyped-call]
    storage_format="%(year)04d-%(month)02d-%(day)02d %(hour)02d:%(minute)02d:%(second)02d"
)
_TYPES: dict[Kind, Any] = {
    "text": sa.Text(),
    "char": sa.Text(),
    "integer": sa.BigInteger(),
    "decimal": sa.Numeric().with_variant(sa.Text(), "sqlite"),
    "date": sa.Date(),
    "timestamp": sa.DateTime().with_variant(_TIME_IN_A_FILE, "sqlite"),
    "blob": sa.LargeBinary(),
}
Rows = list[dict[str, str | None]]


class DatabaseTransport:
    """A `Transport` for one front database. connect_s: seconds within which a connection must stand."""

    def __init__(self, database: Database, address: sa.URL, threads: Executor, *, connect_s: float) -> None:
        self._declared = database
        self._is_server = address.get_backend_name() == "postgresql"
        self._engine = engine(address, connect_s)
        names = sa.MetaData(schema=database.schema_)
        self._tables = {
            name: sa.Table(
                name, names, *(sa.Column(each, _TYPES[c.type]) for each, c in table.columns.items())
            )
            for name, table in database.tables.items()
        }
        self._threads = threads

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        ends_s = time.monotonic() + timeout_s
        work = (
            self._insert
            if request.method == "INSERT"
            else partial(self._list if request.method == "LIST" else self._select, reply_bytes)
        )
        return await crossed(
            self._threads, lambda passage: work(request, ends_s, passage), go=go, timeout_s=timeout_s
        )

    # ---- a write -----------------------------------------------------------------------------------------

    def _insert(self, request: Request, ends_s: float, passage: Passage) -> Response:
        given = _Given(_tables_of(request), orjson.loads(request.body))
        try:
            with self._connection(ends_s, passage) as connection:
                self._lock(connection, given.main, self._number(given))
                return self._there(connection, given) or self._written(connection, given, passage)
        except DBAPIError as error:
            if passage.begun or not is_taken_key(trouble(error)):
                return self._failed(error, passage)
        return self._beaten(given, ends_s, passage)

    def _beaten(self, given: "_Given", ends_s: float, passage: Passage) -> Response:
        """Somebody who knows nothing of our lock put a row with our number there while we did."""
        try:
            with self._connection(ends_s, passage) as connection:
                return self._there(connection, given) or _answer("rejected", error="23505")
        except DBAPIError as error:
            return self._failed(error, passage)

    def _lock(self, connection: sa.Connection, table: str, number: str) -> None:
        """Begin, and let no other writer of ours pass who means the same row."""
        connection.exec_driver_sql("BEGIN" if self._is_server else "BEGIN IMMEDIATE")
        if self._is_server:
            lock = sa.func.hashtextextended(f"{table}/{number}", 0)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))

    def _written(self, connection: sa.Connection, given: "_Given", passage: Passage) -> Response:
        rows = [(name, row) for name in given.tables for row in given.rows(name)]
        for name, row in rows:
            self._put(connection, name, row)
        passage.begin()
        try:
            connection.exec_driver_sql("COMMIT")  # from here on they may have it, whatever we hear
        except DBAPIError as error:
            found = trouble(error)
            if not found.certain:
                raise Unknown(found.cause or "commit_failed") from None
            if found.cause:
                raise NotSent(found.cause) from None
            return _answer("rejected", error=found.code)
        return _answer("written", rows=len(rows))

    def _put(self, connection: sa.Connection, name: str, row: Row) -> None:
        columns = self._declared.tables[name].columns
        values = {each: taken_in(text, columns[each].type) for each, text in row.items() if text is not None}
        connection.execute(sa.insert(self._tables[name]).values(values))

    def _there(self, connection: sa.Connection, given: "_Given") -> Response | None:
        """The answer where a row has our number already; None if none has."""
        number = self._number(given)
        found = {name: self._found(connection, name, number, everything=True) for name in given.tables}
        if not found[given.main]:
            return None
        for name in given.tables:
            cleared = name != given.main and not found[name]  # they may have read them and cleared them away
            if not cleared and not same(given.rows(name), found[name], self._declared.tables[name]):
                return _answer("conflict", table=name)
        row = found[given.main][0]
        return _answer("there", row={each: row[each] for each in shown(self._declared.tables[given.main])})

    def _number(self, given: "_Given") -> str:
        """Ours."""
        return str(given.document[given.main][self._declared.tables[given.main].key])

    # ---- a read ------------------------------------------------------------------------------------------

    def _select(self, reply_bytes: int, request: Request, ends_s: float, passage: Passage) -> Response:
        asked = _Given(_tables_of(request), orjson.loads(request.body))
        number = self._number(asked)
        try:
            with self._connection(ends_s, passage) as connection:
                passage.begin()
                rows = {name: self._found(connection, name, number) for name in asked.tables}
        except DBAPIError as error:
            return self._failed(error, passage)
        main = rows.pop(asked.main)
        if not main:
            return _answer("absent")
        answer = _answer("found" if len(main) == 1 else "several", **{asked.main: main[0]}, **rows)
        if len(answer.body) > reply_bytes:
            raise Unknown("too_large")
        return answer

    def _list(self, reply_bytes: int, request: Request, ends_s: float, passage: Passage) -> Response:
        (name,) = _tables_of(request)
        try:
            with self._connection(ends_s, passage) as connection:
                passage.begin()
                there, declared = self._tables[name], self._declared.tables[name]
                answer = _answer("listed", **listed(connection, there, declared, orjson.loads(request.body)))
        except DBAPIError as error:
            return self._failed(error, passage)
        if len(answer.body) > reply_bytes:
            raise Unknown("too_large")
        return answer

    def _found(self, connection: sa.Connection, name: str, number: str, *, everything: bool = False) -> Rows:
        declared, table = self._declared.tables[name], self._tables[name]
        columns = list(declared.columns) if everything else shown(declared)
        is_ours = table.c[declared.key] == taken_in(number, declared.columns[declared.key].type)
        asked = sa.select(*(table.c[each] for each in columns)).where(is_ours)
        asked = asked.order_by(table.c[declared.order or declared.key]).limit(MOST_ROWS)
        return [
            {each: said(value, declared.columns[each].type) for each, value in zip(columns, row, strict=True)}
            for row in connection.execute(asked)
        ]

    # ---- both --------------------------------------------------------------------------------------------

    @contextmanager
    def _connection(self, ends_s: float, passage: Passage) -> Iterator[sa.Connection]:
        """A connection of its own, which waits for nothing beyond the end; nothing open survives it."""
        with self._engine.connect() as connection, ExitStack() as stack:
            if self._is_server:
                passage.cut_by(stack.enter_context(_line(connection)))
            left_ms = max(int((ends_s - time.monotonic()) * 1000), 1)
            if self._is_server:
                connection.exec_driver_sql("; ".join(f"SET {each}" for each in _settings(left_ms)))
            else:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {left_ms * 4 // 5}")
                connection.exec_driver_sql("PRAGMA synchronous = FULL")
            yield connection

    def _failed(self, error: DBAPIError, passage: Passage) -> Response:
        """What a database said no to is an answer; what may pass is none."""
        found = trouble(error)
        if not found.cause:
            return _answer("rejected", error=found.code)
        raise (Unknown if passage.begun else NotSent)(found.cause) from None


def engine(address: sa.URL, connect_s: float) -> sa.Engine:
    """One connection for each use, which commits what it is told to; values stand in no error."""
    options: dict[str, Any] = {}
    if address.get_backend_name() == "postgresql":  # nothing is asked of it but what is ours
        options = {
            "connect_args": {"connect_timeout": max(2, round(connect_s)), **_KEPT_ALIVE},
            "use_native_hstore": False,
        }
    return sa.create_engine(
        address,
        poolclass=sa.NullPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        **options,
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What a request holds: its tables in order, the one of the case first, and their rows."""

    tables: tuple[str, ...]
    document: Mapping[str, Any]

    @property
    def main(self) -> str:
        return self.tables[0]

    def rows(self, name: str) -> Sequence[Row]:
        given = self.document.get(name, ())
        return (given,) if isinstance(given, dict) else given


@contextmanager
def _line(connection: sa.Connection) -> Iterator[Callable[[], None]]:
    """What cuts the line to a server from another thread, while this lasts; nothing afterwards."""
    driver: Any = connection.connection.driver_connection
    with socket.socket(fileno=os.dup(driver.fileno())) as line:

        def cut() -> None:
            with suppress(OSError):  # it is over
                line.shutdown(socket.SHUT_RDWR)

        yield cut


def _tables_of(request: Request) -> tuple[str, ...]:
    return tuple(part for part in request.url.parts if part != "/")


def _answer(outcome: str, **more: Any) -> Response:
    return Response(200, {}, orjson.dumps({"outcome": outcome, **more}))


def _settings(left_ms: int) -> Iterator[str]:
    """Their server gives up before we do, and rolls back what stands still inside a transaction."""
    yield f"statement_timeout = {left_ms}"
    yield f"lock_timeout = {left_ms * 4 // 5}"
    yield f"idle_in_transaction_session_timeout = {left_ms}"
    yield "timezone = 'Asia/Shanghai'"
