"""What the log needs of a database; whoever calls it hands one in."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.sql.expression import ClauseElement

Row = tuple[Any, ...]
Values = Mapping[str, object]

# PostgreSQL's advisory locks are numbers; one space of them serves everything in a database.
APPENDING = int.from_bytes(b"audit/1")
SIGNING = int.from_bytes(b"audit/2")
_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")


class Connection(Protocol):
    """Runs Core statements inside a transaction that the caller begins, commits or rolls back."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    def rows(self, statement: ClauseElement, parameters: Values = ..., /) -> list[Row]: ...
    def row(self, statement: ClauseElement, parameters: Values = ..., /) -> Row | None: ...
    def run(self, statement: ClauseElement, parameters: Values = ..., /) -> int: ...
    def run_many(self, statement: ClauseElement, parameters: Sequence[Values], /) -> None: ...


class LogBroken(Exception):
    """The stored log contradicts itself: run `python -m audit fsck`; sign nothing meanwhile."""


def take_turn(connection: Connection, lock: int) -> None:
    """Wait until no other transaction has `lock`, and have it until this one ends, however it ends.

    It is the server that waits: what is asked next is answered under the lock.
    PostgreSQL: statements that follow see all that was committed before (READ COMMITTED). A stricter level
    would go on with what it saw first; it then collides on a key instead of forking the log.
    SQLite has one writer at a time of itself.
    """
    if connection.dialect == "postgresql":
        connection.run_many(_LOCK, [{"lock": lock}])
