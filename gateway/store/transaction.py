"""What a piece of work sees of the database: an open transaction, its time, and the log that commits with it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

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


@dataclass(frozen=True, slots=True)
class AsksFirst(Generic[Result]):
    """A `Work` in two parts, so that what several of them ask leaves in one way to a server.

    ask:   asks, locks and consumes keys; what it returns looks at the answers, decides and changes.
    about: what it asks of (ids, keys). Two that have one of these in common are carried out one after the other,
           so nobody decides by what another piece of work of the same transaction has changed meanwhile.
    """

    ask: Callable[[Transaction], Callable[[], Result]]
    about: frozenset[Any]

    def __call__(self, tx: Transaction) -> Result:
        return self.ask(tx)()


def carried_out(works: Sequence[Work[Any]], tx: Transaction) -> list[Any]:
    """The result of each, in their order."""
    results: list[Any] = []
    for neighbours in _apart(works):
        decisions = [
            work.ask(tx) if isinstance(work, AsksFirst) else partial(work, tx) for work in neighbours
        ]
        results += [decide() for decide in decisions]
    return results


def _apart(works: Sequence[Work[Any]]) -> Iterator[list[Work[Any]]]:
    """Neighbours that may all ask before one of them changes anything; who does not say of what stands alone."""
    together: list[Work[Any]] = []
    about: frozenset[Any] | None = None  # of all that stand together; None: nothing may join them
    for work in works:
        of = work.about if isinstance(work, AsksFirst) else None
        if about is None or of is None or about & of:
            if together:
                yield together
            together, about = [], of
        elif of:
            about |= of
        together.append(work)
    if together:
        yield together


Look = Callable[[Connection], Result]
Told = Callable[[str], object]


class Append(Protocol):
    """The log's `append`: all entries of a transaction, just before its COMMIT; their positions."""

    def __call__(self, connection: Connection, entries: Sequence[Any], /) -> range: ...


class Holds(Protocol):
    """Whether the log holds exactly these entries at these positions; waits for whoever is appending."""

    def __call__(self, connection: Connection, positions: range, entries: Sequence[Any], /) -> bool: ...


class Transacts(Protocol):
    """What runs one transaction after another. What cannot be recorded is StorageUnavailable."""

    def transact(self, works: Sequence[Work[Any]], /) -> Awaitable[list[Any]]: ...


class Engine(Transacts, Protocol):
    """How one kind of database runs transactions, and looks things up."""

    @property
    def beside(self) -> Transacts | None:
        """What runs transactions while another one is open; None where there is one at a time."""

    def read(self, work: Look[Result], /) -> Awaitable[Result]: ...
    def survey(self, work: Look[Result], /) -> Awaitable[Result]: ...
    def left_bytes(self) -> Awaitable[int]: ...
    def listen(self, told: Told, /) -> None: ...
    def close(self) -> Awaitable[None]: ...
