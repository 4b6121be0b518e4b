"""Moving an installation's database from a file to a server, the log continued (迁移).

All rows are copied in one transaction of the server, so that there is all of it or nothing. The file says that
it was moved before the server has anything: two logs that grow from one beginning would contradict each other.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from audit.tables import metadata as LOG
from gateway.store import marks
from gateway.store.connection import Connection
from gateway.store.database import READINGS, file_of, is_embedded, open_connection
from gateway.store.leases import PROCESS, held
from gateway.store.migrate import upgrade
from gateway.store.migrations.schema import TABLES
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from gateway.store.tables import leases as leases_table
from gateway.store.tables import marks as marks_table

PAGE = 1_000
Progress = Callable[[str, int, int], None]  # table, rows so far, rows in all
Record = Callable[[Connection], None]


class CannotMove(Exception):
    """Nothing was moved; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Move:
    """source, target: addresses; now_ms: this machine's time.

    readings: the file of the log of auditors' readings, if there is one; the target has its tables.
    """

    source: str
    target: str
    now_ms: int
    readings: Path | None = None

    def run(self, record: Record, progress: Progress) -> dict[str, int]:
        """Copy everything to the empty target; how many rows of each table.

        record: writes the log's entry about it: the last one of the file, from which the server goes on.
        Raises CannotMove and psycopg's errors. The server holds nothing then; a second call goes on.
        """
        if not is_embedded(self.source) or is_embedded(self.target):
            raise CannotMove("只能从 SQLite 文件迁往 PostgreSQL / only from a SQLite file to PostgreSQL")
        upgrade(self.source)
        upgrade(self.target)
        self._mark(record)
        with closing(connect_sqlite(file_of(self.source))) as file, psycopg.connect(self.target) as server:
            copied = {
                table.name: _copy(table, file, server, progress)
                for table in TABLES
                if table is not leases_table
            }
            if self.readings is not None:
                with closing(connect_sqlite(self.readings)) as readings:
                    server.execute(f"SET LOCAL search_path = {READINGS}")
                    for table in LOG.sorted_tables:
                        copied[f"{READINGS}.{table.name}"] = _copy(table, readings, server, progress)
            return copied  # the server's COMMIT is here: before it there is nothing, after it everything

    def _mark(self, record: Record) -> None:
        """From here on no gateway starts on the file, whatever becomes of the copy."""
        where = _without_password(self.target)
        with closing(open_connection(self.source)) as file:
            file.begin()
            known = marks.all_of(file).get(marks.MOVED)
            if known not in (None, where):
                raise CannotMove(f"已迁往 / it was moved already, to: {known}")
            if any(name.startswith(PROCESS) for name in held(file, self.now_ms)):
                raise CannotMove("网关正在运行，请先停止 / the gateway is running: stop it first")
            if known is None:
                record(file)
                marks.put(file, marks.MOVED, where, self.now_ms)
            file.commit()


def _copy(
    table: sa.Table, file: sqlite3.Connection, server: psycopg.Connection[Any], progress: Progress
) -> int:
    if server.execute(str(sa.select(sa.func.count()).select_from(table))).fetchone() != (0,):
        raise CannotMove(f"目标库不是空的 / the target is not empty: {table.name}")
    rows = _what_goes_along(table)
    (whole,) = file.execute(_in_sqlite(sa.select(sa.func.count()).select_from(rows.subquery()))).fetchone()
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    read = file.execute(_in_sqlite(rows))
    with server.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for done, row in enumerate(read):
            copy.write_row(row)
            if done % PAGE == 0:
                progress(table.name, done, whole)
    progress(table.name, whole, whole)
    return int(whole)


def _what_goes_along(table: sa.Table) -> sa.Select[Any]:
    """All of it; of the marks not the one that the file itself was moved."""
    rows = sa.select(table)
    return rows.where(marks_table.c.name != marks.MOVED) if table is marks_table else rows


def _in_sqlite(statement: sa.Select[Any]) -> str:
    return str(statement.compile(dialect=sqlite_dialect(), compile_kwargs={"literal_binds": True}))


def _without_password(address: str) -> str:
    return make_conninfo("", **{**conninfo_to_dict(address), "password": None})
