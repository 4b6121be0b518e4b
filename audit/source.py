"""What an auditor's questions need of a database: to answer queries, and two of them from one moment."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]
Value = int | str


LATER = frozenset({"audit_cosignatures"})  # a log of an earlier version has no such table


class LedgerUnreadable(Exception):
    """The database is not there, is none of the kinds that can be read, or holds no log."""


class Source(Protocol):
    """One database with the tables of a log, opened for reading. Its failures are LedgerUnreadable."""

    @property
    def name(self) -> str:
        """As it is shown to people: never with a password."""
        ...

    def rows(self, query: str, *values: Value) -> Iterator[Row]:
        """Run one query, in which `?` stands for each of the values."""
        ...

    def tables(self) -> frozenset[str]:
        """Names of all tables that are there, also of such that may not be read."""

    def moment(self) -> AbstractContextManager[object]:
        """Every query inside sees the database as it was at the first of them."""
        ...

    def check_undisturbed(self) -> None:
        """Raise LedgerUnreadable when what was read may not have been one database all along."""
        ...

    def close(self) -> None: ...
