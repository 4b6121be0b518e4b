"""One writer, many readers: what waits at one moment shares one transaction and one fsync.

A `Work` is a function of the open transaction. It must be safe to run again from the start, because an
error of one member of a group rolls the group back and runs each member in a transaction of its own.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from gateway.store.connection import Connection

Result = TypeVar("Result")
MOST_IN_A_GROUP = 64


class Append(Protocol):
    """The log's `append`: all entries of a transaction, just before its COMMIT."""

    def __call__(self, connection: Connection, entries: Sequence[Any], /) -> object: ...


@dataclass(slots=True)
class Transaction:
    """What a `Work` sees: the connection, and the audit entries that commit together with its changes."""

    connection: Connection
    entries: list[Any] = field(default_factory=list)

    def record(self, entry: Any) -> None:
        self.entries.append(entry)


Work = Callable[[Transaction], Result]


@dataclass(slots=True)
class _Waiting:
    work: Work[Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Store:
    """The database of this process. `write` and `read` are called on the event loop's thread only."""

    def __init__(self, writer: Connection, reader: Connection, append: Append) -> None:
        self._connection = writer
        self._reader = reader
        self._append = append
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Run what is queued, then close both connections."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()
        self._reader.close()

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` in a transaction; its result once that is durable. Its errors are raised here.

        A caller that is cancelled cancels nothing: the work commits all the same.
        """
        waiting = _Waiting(work, asyncio.get_running_loop().create_future())
        self._queue.put(waiting)
        result: Result = await asyncio.shield(waiting.answer)
        return result

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run a short look-up on the last committed state."""
        return work(self._reader)

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            group, stop = self._group(first)
            self._commit(group)
            self._answer(group)
            if stop:
                return

    def _group(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < MOST_IN_A_GROUP and not self._queue.empty():
            following = self._queue.get()
            if following is None:
                return group, True
            group.append(following)
        return group, False

    def _commit(self, group: list[_Waiting]) -> None:
        error = self._transact(group)
        if error is None:
            return
        if len(group) == 1:
            group[0].error = error
            return
        for waiting in group:
            waiting.error = self._transact([waiting])

    def _transact(self, group: list[_Waiting]) -> BaseException | None:
        """One transaction for all of `group`. Whatever fails rolls all of it back; nothing is half done."""
        transaction = Transaction(self._connection)
        try:
            self._connection.begin()
        except Exception as error:  # noqa: BLE001 - carried to the one who asked
            return error
        try:
            for waiting in group:
                waiting.result = waiting.work(transaction)
            if transaction.entries:
                self._append(self._connection, transaction.entries)
            self._connection.commit()  # durable from here on
        except Exception as error:  # noqa: BLE001 - carried to the one who asked
            self._connection.rollback()
            return error
        return None

    def _answer(self, group: list[_Waiting]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_resolve, group)


def _resolve(group: list[_Waiting]) -> None:
    for waiting in group:
        if waiting.answer.cancelled():
            continue
        if waiting.error is not None:
            waiting.answer.set_exception(waiting.error)
        else:
            waiting.answer.set_result(waiting.result)
