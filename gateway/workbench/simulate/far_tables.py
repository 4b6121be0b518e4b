"""A front database as their side has it, made of the declared columns: a SQLite file."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from adapters.declared import Platform
from adapters.errors import Unbuildable
from adapters.fronts import Column, Database, Table
from adapters.notation import table_call
from adapters.rows import faults, said, taken_in
from gateway.workbench.misfits import Misfit, told
from gateway.workbench.simulate.fronts import Clerk, Found, Side

_TYPES = {
    "text": "VARCHAR", "char": "CHAR", "integer": "INTEGER", "decimal": "NUMERIC", "date": "DATE",
    "timestamp": "TIMESTAMP", "blob": "BLOB",
}  # fmt: skip


class Tables(Side):
    """Their tables. A number stands once where the declaration says that they hold it unique."""

    def __init__(self, clerk: Clerk, place: Path) -> None:
        self._file = place / "front.db"
        super().__init__(clerk, f"sqlite:///{self._file}")
        self._database = _database(clerk.platform)
        self._writes = {
            name: call[1]
            for name, each in clerk.platform.operations.items()
            if (call := table_call(each.call)) is not None and call[0] == "INSERT"
        }
        self._seen: Counter[tuple[str, str]] = Counter()

    def make(self) -> None:
        self._file.touch()
        unique = {each.repeatable.by for each in self.clerk.platform.operations.values() if each.repeatable}
        with self._opened() as connection:
            for name, table in self._database.tables.items():
                connection.execute(_made(name, table, unique=f"{name}.{table.key}" in unique))

    def new(self) -> list[Found]:
        with self._opened() as connection:
            return [
                found
                for name, tables in self._writes.items()
                for found in self._come(connection, name, tables)
            ]

    def _come(self, connection: sqlite3.Connection, name: str, tables: Sequence[str]) -> Iterator[Found]:
        main = tables[0]
        key = _quoted(self._database.tables[main].key)
        asked = f"select {key}, count(*) from {_quoted(main)} group by {key}"  # noqa: S608 - declared names
        for value, count in connection.execute(asked).fetchall():
            number = str(value)
            before = self._seen[main, number]
            if count > before:
                self._seen[main, number] = count
                document = self._document(connection, tables, value)
                found = [
                    Misfit(each.path, told(each)) for each in faults(document, self._database, tuple(tables))
                ]
                yield Found(name, number, main, tuple(found), again=bool(before) or count > 1)

    def _document(self, connection: sqlite3.Connection, tables: Sequence[str], value: Any) -> dict[str, Any]:
        """The rows of one case, as they were meant."""
        rows = {name: self._rows(connection, name, value) for name in tables}
        return {tables[0]: rows[tables[0]][0], **{name: rows[name] for name in tables[1:]}}

    def _rows(self, connection: sqlite3.Connection, name: str, value: Any) -> list[dict[str, str | None]]:
        table = self._database.tables[name]
        ours = [each for each, column in table.columns.items() if column.by != "them"]
        listed = ", ".join(map(_quoted, ours))
        asked = f"select {listed} from {_quoted(name)} where {_quoted(table.key)} = ?"  # noqa: S608 - declared names
        return [
            {each: said(cell, table.columns[each].type) for each, cell in zip(ours, row, strict=True)}
            for row in connection.execute(asked, (value,))
        ]

    def take(self, found: Found, fault: str) -> None:
        """One transaction for each case: its status, and the rows that are theirs alone."""
        read = next((name for name, tables in self._reads().items() if tables[0] == found.key), None)
        answer = self.clerk.answer(read, found.number, fault) if read is not None else None
        if read is None or answer is None or not isinstance(answer[1], dict):
            return
        tree = dict(answer[1])
        if (reference := self.clerk.reference(read, tree)) is not None:
            table, _, column = reference.path.partition(".")
            tree[table] = {**tree[table], column: reference.own}
        with self._opened() as connection:
            connection.execute("begin immediate")
            self._answered(connection, found, tree.get(found.key) or {})
            for name in self._reads()[read][1:]:
                for row in tree.get(name) or () if name not in self._writes[found.operation] else ():
                    self._put(connection, name, row)
            connection.execute("commit")

    def _reads(self) -> dict[str, tuple[str, ...]]:
        calls = {name: table_call(each.call) for name, each in self.clerk.platform.operations.items()}
        return {name: call[1] for name, call in calls.items() if call is not None and call[0] == "SELECT"}

    def _answered(self, connection: sqlite3.Connection, found: Found, row: dict[str, Any]) -> None:
        """The columns of the case's row that are not ours alone."""
        table = self._database.tables[found.key]
        theirs = {
            name: _given(row[name], table.columns[name])
            for name in row
            if name in table.columns and table.columns[name].by != "us" and row[name] is not None
        }
        if theirs:
            changed = ", ".join(f"{_quoted(name)} = ?" for name in theirs)
            statement = f"update {_quoted(found.key)} set {changed} where {_quoted(table.key)} = ?"  # noqa: S608
            connection.execute(statement, (*theirs.values(), found.number))

    def _put(self, connection: sqlite3.Connection, name: str, row: dict[str, Any]) -> None:
        columns = self._database.tables[name].columns
        given = {each: _given(value, columns[each]) for each, value in row.items() if each in columns}
        listed, marks = ", ".join(map(_quoted, given)), ", ".join("?" * len(given))
        statement = f"insert into {_quoted(name)} ({listed}) values ({marks})"  # noqa: S608 - declared names
        connection.execute(statement, tuple(given.values()))

    def trouble(self, fault: str) -> None:
        """Nobody is in the middle of anything when it begins."""
        with self._opened() as connection:
            connection.execute("begin exclusive")
            if fault == "lock":
                time.sleep(self.clerk.trouble_s)
            else:
                away = self._file.with_suffix(".away")
                self._file.rename(away)
                time.sleep(self.clerk.trouble_s)
                away.rename(self._file)
            connection.execute("rollback")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(
            sqlite3.connect(f"file:{self._file}?mode=rw", uri=True, timeout=2, isolation_level=None)
        ) as connection:
            yield connection


def _database(platform: Platform) -> Database:
    if platform.database is None:
        raise Unbuildable(("database",), "no tables", "write database: with the tables of their front")
    if platform.database.schema_ is not None:
        what = "a SQLite file has no schemas, so this front cannot be made of one"
        raise Unbuildable(("database", "schema"), what, "simulate it without schema:")
    return platform.database


def _made(name: str, table: Table, *, unique: bool) -> str:
    columns = [_column(each, column) for each, column in table.columns.items()]
    if unique:
        columns.append(f"UNIQUE ({_quoted(table.key)})")
    return f"CREATE TABLE IF NOT EXISTS {_quoted(name)} ({', '.join(columns)})"


def _column(name: str, column: Column) -> str:
    """SQLite keeps no length of its own: a check does."""
    written = f"{_quoted(name)} {_TYPES[column.type]}"
    if column.length is not None:
        written += f"({column.length}) CHECK (length({_quoted(name)}) <= {column.length})"
    if column.required:
        written += " NOT NULL"
    if column.values:
        listed = ", ".join("'" + each.replace("'", "''") + "'" for each in column.values)
        written += f" CHECK ({_quoted(name)} IN ({listed}))"
    return written


def _given(value: Any, column: Column) -> Any:
    """A text of a sample as the column holds it: numbers and bytes as such, times as texts."""
    is_text = value is None or column.type in ("date", "timestamp", "decimal")
    return value if is_text else taken_in(str(value), column.type)


def _quoted(name: str) -> str:
    return f'"{name}"'
