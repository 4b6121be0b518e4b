"""A log in a PostgreSQL database, opened for reading only. The one module here that needs psycopg."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from audit.source import LATER, LedgerUnreadable, Row, Value

COLUMNS = {
    "audit_entries": {
        "position": "bigint", "kind": "text", "exchange_id": "text", "case_id": "text",
        "leaf": "bytea", "body": "bytea",
    },
    "audit_batches": {
        "size": "bigint", "previous": "bigint", "frontier": "bytea", "root": "bytea", "at_ms": "bigint",
    },
    "audit_tiles": {"level": "bigint", "number": "bigint", "root": "bytea", "hashes": "bytea"},
    "audit_checkpoints": {"size": "bigint", "previous": "bigint", "note": "text", "at_ms": "bigint"},
    "audit_cosignatures": {"size": "bigint", "name": "text", "line": "text", "at_ms": "bigint"},
}  # fmt: skip
KEYS = {
    "audit_entries": {"position"},
    "audit_batches": {"size"},
    "audit_tiles": {"level", "number"},
    "audit_checkpoints": {"size"},
    "audit_cosignatures": {"size", "name"},
}
_SHAPE = """
    SELECT a.attname, format_type(a.atttypid, NULL), coalesce(a.attnum = ANY (i.indkey), false)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indisvalid
    WHERE c.oid = to_regclass(%s) AND c.relkind = 'r'"""


class PostgresqlServer:
    """Read-only access to one database; each query is a transaction of its own, outside of `moment`.

    A policy that would hide rows from this reader is an error instead (row_security=off).
    """

    def __init__(self, address: str) -> None:
        parts = _parts(address)
        self.name = f"postgresql://{parts.get('host', '')}/{parts.get('dbname', '')}"
        self._driver = _open(self.name, parts)

    def rows(self, query: str, *values: Value) -> Iterator[Row]:
        with _told(self.name), self._driver.cursor(binary=True) as cursor:
            yield from cursor.execute(query.replace("?", "%s").encode(), values)

    def tables(self) -> frozenset[str]:
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)"
        return frozenset(str(name) for (name,) in self.rows(query))

    @contextmanager
    def moment(self) -> Iterator[None]:
        with _told(self.name), self._driver.transaction():
            yield

    def check_undisturbed(self) -> None:
        """Nothing to be seen to: the server itself keeps readers and writers apart."""

    def close(self) -> None:
        self._driver.close()


def _parts(address: str) -> dict[str, str]:
    """The address apart. No error of the driver is shown: it could quote what belongs to a password."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except (psycopg.Error, ValueError):
        raise LedgerUnreadable(
            "the address of the database cannot be read (it is not repeated here)"
        ) from None
    places = (parts.get("host", ""), parts.get("port", ""), parts.get("dbname", ""))
    if any("@" in place for place in places) or not parts.get("port", "0").replace(",", "").isdigit():
        raise LedgerUnreadable("in the address, write @ / : ? of user or password as %40 %2F %3A %3F")
    return parts


def _open(name: str, parts: dict[str, str]) -> "psycopg.Connection[Row]":
    fixed = {"client_encoding": "UTF8", "application_name": "audit fsck"}
    with _told(name):
        driver = psycopg.connect(make_conninfo(**{**parts, **fixed}), autocommit=True)
        try:
            _prepare(driver)
            _check_shape(name, driver)
        except BaseException:
            driver.close()
            raise
    return driver


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Errors of the driver as ours; they name hosts, users and tables, and never a password."""
    try:
        yield
    except psycopg.Error as error:
        raise LedgerUnreadable(f"{name}: the database cannot be read: {str(error).strip()}") from error


def _prepare(driver: "psycopg.Connection[Row]") -> None:
    driver.execute("SET default_transaction_read_only = on")
    driver.execute("SET row_security = off")
    driver.isolation_level = IsolationLevel.REPEATABLE_READ  # of `moment`


def _check_shape(name: str, driver: "psycopg.Connection[Row]") -> None:
    for table, columns in COLUMNS.items():
        found = driver.execute(_SHAPE, (table,)).fetchall()
        if not found and table in LATER:
            continue
        keys = {column for column, _, key in found if key}
        types = {column: kind for column, kind, _ in found}
        if keys != KEYS[table] or not columns.items() <= types.items():
            raise LedgerUnreadable(f"{name}: holds no audit log: the table {table} is not that of a log")
