"""A log in a SQLite file, opened for reading only."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from audit.source import LATER, LedgerUnreadable, Row, Value

KEYS = {  # column -> type, where the type matters: an INTEGER key holds integers only, each once
    "audit_entries": {"position": "INTEGER"},
    "audit_batches": {"size": "INTEGER"},
    "audit_tiles": {"level": "BIGINT", "number": "BIGINT"},
    "audit_checkpoints": {"size": "INTEGER"},
    "audit_cosignatures": {"size": "BIGINT", "name": "TEXT"},
}


class SqliteFile:
    """Read-only access to one file; SQLite keeps no types, so every value may be of any.

    Without a -wal file beside it nobody has the database open: it is then read as a file that cannot change,
    which leaves no trace and works on a medium that cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._wal = path.with_name(path.name + "-wal")
        self._quiet = not self._wal.exists()
        self._driver = _open(path, quiet=self._quiet)

    def rows(self, query: str, *values: Value) -> Iterator[Row]:
        try:
            yield from self._fetched(query, values)
        except sqlite3.Error as error:
            raise LedgerUnreadable(f"the database cannot be read: {error}") from error

    def _fetched(self, query: str, values: tuple[Value, ...]) -> list[Row]:
        """All rows at once; text that is none in UTF-8 is read with stand-ins, which is slower."""
        try:
            return self._driver.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
        self._driver.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            return self._driver.execute(query, values).fetchall()
        finally:
            self._driver.text_factory = str

    def tables(self) -> frozenset[str]:
        return frozenset(name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))

    @contextmanager
    def moment(self) -> Iterator[None]:
        self._driver.execute("BEGIN")
        yield
        self._driver.execute("COMMIT")

    def check_undisturbed(self) -> None:
        """Raises LedgerUnreadable when a writer came while the file was taken for one that cannot change."""
        if self._quiet and self._wal.exists():
            raise LedgerUnreadable("the database was opened for writing during the check: run it again")

    def close(self) -> None:
        self._driver.close()


def _open(path: Path, *, quiet: bool) -> sqlite3.Connection:
    if not path.is_file():
        raise LedgerUnreadable(f"{path}: no such file")
    try:
        return _connect(path, "mode=ro&immutable=1" if quiet else "mode=ro")
    except sqlite3.Error as error:
        raise LedgerUnreadable(f"{path}: {error}") from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    driver = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    for table, keys in KEYS.items():
        columns = driver.execute(f"PRAGMA table_info({table})").fetchall()
        if not columns and table in LATER:
            continue
        if {name: kind for _, name, kind, _, _, key in columns if key} != keys:
            driver.close()
            raise LedgerUnreadable(f"{path}: holds no audit log: the table {table} is not that of a log")
    return driver
