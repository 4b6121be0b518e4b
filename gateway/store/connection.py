"""A database connection that runs SQLAlchemy Core statements as prepared driver text.

Statements are module-level constants. Each is compiled once per dialect and then executed through the driver
itself, because SQLAlchemy's execution path costs many times the statement on an embedded database.
Columns are BIGINT, TEXT and BLOB only, so rows need no conversion.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Protocol, cast

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.expression import ClauseElement, TableClause

Row = tuple[Any, ...]
Values = Mapping[str, object]
Found = Callable[[], list[Row]]
# the driver's text, the statement's own parameters (literals, None for what may be left out), their order
_Prepared = tuple[str, dict[str, object], tuple[str, ...] | None]
_NOTHING: Values = {}
STATEMENTS = 4096  # that a process keeps compiled, for all of its connections
_BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}


class StorageUnavailable(Exception):
    """The database cannot record or answer now (lost, full, locked, restarting); nothing was changed.

    lost: the connection is gone, so whatever else is asked of it fails as well.
    crossed: it and another transaction waited for each other, and this one was given up; it may succeed at once.
    """

    def __init__(self, why: str, *, lost: bool = False, crossed: bool = False) -> None:
        super().__init__(why)
        self.lost = lost
        self.crossed = crossed


class Untouched(Exception):
    """A row that was locked, read and changed in one transaction was no longer as it was read."""


class Driver(Protocol):
    """What is used of a DB-API connection; tests wrap it to fail at a chosen statement."""

    def execute(self, text: str, parameters: Any = ..., /) -> Any: ...
    def executemany(self, text: str, parameters: Any, /) -> Any: ...
    def close(self) -> None: ...


class Connection:
    """Runs statements inside whatever transaction `begin` opened. Not for use by two threads at once."""

    def __init__(self, driver: Driver, dialect: Dialect) -> None:
        self._driver = driver
        self._dialect = dialect
        self.dialect: str = dialect.name
        self._begin = _BEGIN[dialect.name]
        self._moved: list[Any] = []

    def rows(self, statement: ClauseElement, parameters: Values = _NOTHING) -> list[Row]:
        text, own, order = prepared(statement, self._dialect)
        rows: list[Row] = self._driver.execute(text, _placed(own, parameters, order)).fetchall()
        return rows

    def row(self, statement: ClauseElement, parameters: Values = _NOTHING) -> Row | None:
        text, own, order = prepared(statement, self._dialect)
        row: Row | None = self._driver.execute(text, _placed(own, parameters, order)).fetchone()
        return row

    def ask(self, statement: ClauseElement, parameters: Values = _NOTHING) -> Found:
        """The rows once they are looked at: on a server, all that was asked before leaves together with it."""
        text, own, order = prepared(statement, self._dialect)
        found = self._driver.execute(text, _placed(own, parameters, order))
        if self.dialect != "sqlite":
            return cast(Found, found.fetchall)
        rows: list[Row] = found.fetchall()
        return lambda: rows

    def lock(self, statement: ClauseElement, parameters: Values) -> None:
        """Lock what a SELECT … FOR UPDATE finds till the transaction ends; a file has one writer of itself.

        A server is not waited for: what is sent after it is carried out under the lock.
        """
        if self.dialect != "sqlite":
            self.put(statement, parameters)

    def run(self, statement: ClauseElement, parameters: Values = _NOTHING) -> int:
        """Execute a change; the number of rows that it touched."""
        text, own, order = prepared(statement, self._dialect)
        touched: int = self._driver.execute(text, _placed(own, parameters, order)).rowcount
        return touched

    def move(self, statement: ClauseElement, parameters: Values) -> None:
        """Change the one row that this transaction has locked; if it was another after all, COMMIT fails."""
        text, own, order = prepared(statement, self._dialect)
        self._moved.append(self._driver.execute(text, _placed(own, parameters, order)))

    def put(self, statement: ClauseElement, parameters: Values = _NOTHING) -> None:
        """Execute a change of which nobody asks the count: see `run_many`."""
        self.run_many(statement, (parameters,))

    def run_many(self, statement: ClauseElement, parameters: Sequence[Values]) -> None:
        """Execute a change for each of the parameters; on a server it may fail as late as at COMMIT."""
        text, own, order = prepared(statement, self._dialect)
        self._driver.executemany(text, [_placed(own, each, order) for each in parameters])

    def run_rows(
        self, statement: ClauseElement, names: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """`run_many` for thousands of rows; their values stand in the order of `names`, all that it takes."""
        text, _, order = prepared(statement, self._dialect)
        if order is None or set(order) != set(names):
            self.run_many(statement, [dict(zip(names, row, strict=True)) for row in rows])
        elif order == tuple(names):
            self._driver.executemany(text, rows)
        else:
            self._driver.executemany(text, map(itemgetter(*map(names.index, order)), rows))

    def add_rows(self, table: TableClause, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows that are all new, by the thousand, their values in the order of `names`: a server gets a stream."""
        self._driver.executemany(_adding(table, tuple(names), self._dialect), rows)

    def setting(self, text: str) -> int:
        """A number that the database tells of itself."""
        row = self._driver.execute(text).fetchone()
        return int(row[0])

    def begin(self) -> None:
        self._driver.execute(self._begin)

    def commit(self) -> None:
        """Raises Untouched; then nothing is committed."""
        moved, self._moved = self._moved, []
        if any(each.rowcount != 1 for each in moved):
            raise Untouched
        self._driver.execute("COMMIT")

    def rollback(self) -> None:
        self._moved = []
        self._driver.execute("ROLLBACK")

    def close(self) -> None:
        self._driver.close()


@lru_cache(STATEMENTS)
def prepared(statement: ClauseElement, dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect)
    places = getattr(compiled, "positiontup", None)
    return str(compiled), dict(compiled.params), None if places is None else tuple(places)


@lru_cache(STATEMENTS)
def _adding(table: TableClause, names: tuple[str, ...], dialect: Dialect) -> str:
    quoted = dialect.identifier_preparer.quote
    into = f"{quoted(table.name)} ({', '.join(map(quoted, names))})"
    if dialect.name == "postgresql":
        return f"COPY {into} FROM STDIN"
    return f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names of our tables


def _placed(own: Values, parameters: Values, order: tuple[str, ...] | None) -> list[object] | Values:
    """What is given, completed by what the statement itself holds, by the text's places (None: by name)."""
    whole = {**own, **parameters}
    return whole if order is None else [whole[name] for name in order]
