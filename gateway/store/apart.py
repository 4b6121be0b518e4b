"""Counts that outlast a database which is thrown away: a file of their own in the installation's state."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.store.connection import StorageUnavailable

_WAIT_S = 10.0  # for another run that takes one at this moment
_TABLE = "create table if not exists taken (scope text primary key, times integer not null) without rowid"
_TAKE = "insert into taken values (?, 1) on conflict (scope) do update set times = times + 1 returning times"


class CountsApart:
    """How many were taken of each scope. Several processes may take from one file."""

    def __init__(self, file: Path) -> None:
        """Raises StorageUnavailable."""
        self._file = file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(type(error).__name__) from error
        self._run(_TABLE)

    def take(self, scope: str) -> int:
        """One more, from 1, which is on disk when this returns. Raises StorageUnavailable."""
        (row,) = self._run(_TAKE, scope)
        return row[0]

    def _run(self, statement: str, *values: str) -> list[tuple[int]]:
        try:
            with closing(sqlite3.connect(self._file, timeout=_WAIT_S, isolation_level=None)) as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StorageUnavailable(type(error).__name__) from error
