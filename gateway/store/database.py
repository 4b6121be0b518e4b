"""An address to a database: `sqlite:///PATH`, or what libpq takes for PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.store.connection import Connection, Driver, StorageUnavailable
from gateway.store.sqlite import Embedded, connect_sqlite, sqlite_dialect
from gateway.store.transaction import Append, Engine, Holds

SQLITE = "sqlite:///"
READINGS = "tongban_readings"  # the schema of the log of auditors' readings, where there is a server
Connect = Callable[[str], Driver]


def is_embedded(address: str) -> bool:
    """Whether the database is a file that one process has for itself."""
    return address.startswith(SQLITE)


def file_of(address: str) -> Path:
    """The file of an embedded database."""
    return Path(address.removeprefix(SQLITE))


def in_schema(address: str, schema: str) -> str:
    """The address of a server's database in which every table is one of the schema."""
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"


def connect(address: str) -> Driver:
    if is_embedded(address):
        return connect_sqlite(file_of(address))
    from gateway.store.postgres_driver import connect_postgres  # only where it is used: it takes 10 MB

    return connect_postgres(address)


@contextmanager
def reaching() -> Iterator[None]:
    """What befalls a first connection, in our words. Raises StorageUnavailable."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.split(".")[0] in {"sqlite3", "psycopg"}:
            raise StorageUnavailable(type(error).__name__, lost=True) from error
        raise


def open_connection(address: str, connect: Connect = connect) -> Connection:
    """One connection, for a command or a test. Raises what the driver raises."""
    if is_embedded(address):
        return Connection(connect(address), sqlite_dialect())
    from gateway.store.postgres_driver import postgres_dialect

    return Connection(connect(address), postgres_dialect())


def now_ms(connection: Connection, wall_ms: Callable[[], int]) -> int:
    """The time of the database: a server's own, this machine's for a file."""
    if connection.dialect == "sqlite":
        return wall_ms()
    from gateway.store.postgres_writer import servers_time_ms

    return servers_time_ms(connection)


def open_engine(
    address: str, append: Append, holds: Holds, *, connect: Connect, clock_ms: Callable[[], int],
    heard: Callable[[int], int],
) -> Engine:  # fmt: skip
    """The engine for an address. clock_ms: the time of a file's transactions; heard: told that of a server."""
    if is_embedded(address):
        writer, reader = open_connection(address, connect), open_connection(address, connect)
        return Embedded(writer, reader, append, clock_ms, connect=lambda: open_connection(address, connect))
    from gateway.store.postgres import Served

    return Served(address, lambda: open_connection(address, connect), append, holds, heard=heard)
