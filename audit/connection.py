"""What the log needs of a database; whoever calls it hands one in."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.sql.expression import ClauseElement

Row = tuple[Any, ...]
Values = Mapping[str, object]


class Connection(Protocol):
    """Runs Core statements inside a transaction that the caller begins, commits or rolls back."""

    def rows(self, statement: ClauseElement, parameters: Values = ..., /) -> list[Row]: ...
    def row(self, statement: ClauseElement, parameters: Values = ..., /) -> Row | None: ...
    def run(self, statement: ClauseElement, parameters: Values = ..., /) -> int: ...
    def run_many(self, statement: ClauseElement, parameters: Sequence[Values], /) -> None: ...


class LogBroken(Exception):
    """The stored log contradicts itself: run `python -m audit verify-log`; sign nothing meanwhile."""
