"""What a piece of work sees of the database: an open transaction, its time, and the log that commits with it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from gateway.store.connection import Connection

Result = TypeVar("Result")


@dataclass(slots=True)
class Transaction:
    """What a `Work` sees.

    now:     see `now_ms`.
    entries: audit entries that commit together with the changes.
    told:    ids of exchanges of which other processes hear once this is committed.
    """

    connection: Connection
    now: Callable[[], int]
    entries: list[Any] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def now_ms(self) -> int:
        """The time of the database at its beginning: leases are given and judged by it, whatever a process's own
        clock says. A server is asked for it with the first questions, so whoever has some looks behind them.
        """
        return self.now()

    def record(self, entry: Any) -> None:
        self.entries.append(entry)

    def tell(self, exchange_id: str) -> None:
        self.told.append(exchange_id)


Work = Callable[[Transaction], Result]
Look = Callable[[Connection], Result]
Told = Callable[[str], object]


class Append(Protocol):
    """The log's `append`: all entries of a transaction, just before its COMMIT; their positions."""

    def __call__(self, connection: Connection, entries: Sequence[Any], /) -> range: ...


class Holds(Protocol):
    """Whether the log holds exactly these entries at these positions; waits for whoever is appending."""

    def __call__(self, connection: Connection, positions: range, entries: Sequence[Any], /) -> bool: ...


class Engine(Protocol):
    """How one kind of database runs transactions. What cannot be recorded is StorageUnavailable."""

    def transact(self, works: Sequence[Work[Any]], /) -> Awaitable[list[Any]]: ...
    def read(self, work: Look[Result], /) -> Awaitable[Result]: ...
    def survey(self, work: Look[Result], /) -> Awaitable[Result]: ...
    def left_bytes(self) -> Awaitable[int]: ...
    def listen(self, told: Told, /) -> None: ...
    def close(self) -> Awaitable[None]: ...
