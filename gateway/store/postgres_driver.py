"""PostgreSQL's driver as ours: the dialect in which statements are written, and connections by psycopg."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8Dumper
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect

from gateway.store.connection import Connection, Driver, Row
from gateway.store.flight import Adapted, Flights

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
    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Later:
    """A statement of a transaction that was not waited for: whoever looks at what it found has all of them sent."""

    __slots__ = ("_flights", "_settle", "result", "statement")

    def __init__(self, statement: Adapted, flights: Flights, settle: Callable[[], None]) -> None:
        self.statement = statement
        self.result: PGresult | None = None
        self._flights = flights
        self._settle = settle

    def fetchall(self) -> list[Row]:
        return self._flights.rows(self._answered())

    def fetchone(self) -> Row | None:
        return next(iter(self.fetchall()), None)

    @property
    def rowcount(self) -> int:
        touched = self._answered().command_tuples
        return -1 if touched is None else touched

    def _answered(self) -> PGresult:
        if self.result is None:
            self._settle()
        if self.result is None:
            raise psycopg.ProgrammingError("it was skipped, as what was sent before it failed")
        return self.result


class Psycopg:
    """A psycopg connection as a `Driver`: rows in binary, integers as BIGINT, transactions opened by hand.

    Inside a transaction nothing leaves before somebody looks at an answer, or COMMIT: then all of it does, in its
    order, one way to the server and back. What became of it is raised there. Outside of one, look-ups wait the same
    way for the first that is looked at; a change is carried out at once.
    """

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(
            address, autocommit=True, connect_timeout=CONNECT_S, application_name="tongban",
            keepalives_idle=10, keepalives_interval=5, keepalives_count=3,
        )  # fmt: skip
        self._connection.adapters.register_dumper(int, Int8Dumper)
        settings = dict(_SETTINGS)
        if self._connection.info.server_version >= 170_000:
            settings |= _SINCE_17
        self._connection.execute("; ".join(f"SET {name} = '{value}'" for name, value in settings.items()))
        self._flights = Flights(self._connection)
        self._begun = False
        self._unsent: list[Later] = []

    def execute(self, text: str, parameters: Any = (), /) -> Later:
        if text == "ROLLBACK":
            self._begun, self._unsent = False, []
            return self._put(Adapted(text), *self._flights.forget())
        if text == "BEGIN":
            self._flights.check_there()
        if text in {"BEGIN", "COMMIT"}:
            self._begun = text == "BEGIN"
        return self._put(self._flights.adapted(text, parameters), waits=text.startswith("SELECT "))

    def executemany(self, text: str, parameters: Any, /) -> None:
        if text.startswith("COPY "):
            self._copy(text, parameters)
        elif statements := [self._flights.adapted(text, each) for each in parameters]:
            self._put(*statements)

    def _put(self, *statements: Adapted, waits: bool = False) -> Later:
        """Take them on, to be sent at once outside of a transaction unless one waits; the first of them."""
        put = [Later(each, self._flights, self._settle) for each in statements]
        self._unsent += put
        if not (self._begun or waits):
            self._settle()
        return put[0]

    def _settle(self) -> None:
        """Send what was not sent, and wait; after one that fails the server skips the rest, COMMIT included."""
        unsent, self._unsent = self._unsent, []
        if unsent:
            results = self._flights.carry_out([each.statement for each in unsent])
            for each, result in zip(unsent, results, strict=True):
                each.result = result

    def _copy(self, text: str, rows: Iterable[Sequence[object]]) -> None:
        """Rows as a stream, which stands in no pipeline: what waits goes before it. A bad row fails here."""
        self._settle()
        with self._connection.cursor().copy(text) as stream:
            for row in rows:
                stream.write_row(row)

    def close(self) -> None:
        self._connection.close()


def connect_postgres(address: str) -> Driver:
    return Psycopg(address)


def open_postgres(address: str) -> Connection:
    return Connection(connect_postgres(address), postgres_dialect())
