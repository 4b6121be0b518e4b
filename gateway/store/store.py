"""One writer: what waits at one moment shares one transaction and one fsync.

A `Work` is a function of the open transaction. It must be safe to run again from the start, because an
error of one member of a group rolls the group back and runs each member in a transaction of its own.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from sqlite3 import OperationalError
from typing import Any, Protocol, TypeVar

from gateway.store.connection import Connection

Result = TypeVar("Result")
MOST_IN_A_GROUP = 64
_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)
_PAUSES_S = (0.001, 0.005, 0.02, *(0.05,) * 200)  # ten seconds in all


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
    """The database of this process, used on its event loop only.

    Statements run on the loop itself: they are microseconds, and a second thread would fight it for the
    interpreter at every one of them. Only COMMIT, which waits for the disk, runs in a thread, and what is
    asked meanwhile forms the next group.
    """

    def __init__(self, writer: Connection, reader: Connection, append: Append) -> None:
        self._connection = writer
        self._reader = reader
        self._append = append
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="store-commit")
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._serving = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Run what is queued, then close both connections."""
        self._stopping = True
        self._wake.set()
        if self._serving is not None:
            await self._serving
        self._disk.shutdown()
        self._connection.close()
        self._reader.close()

    async def write(self, work: Work[Result], *, insist_s: float = 0) -> Result:
        """Run `work` in a transaction; its result once that is durable. Its errors are raised here.

        insist_s: for how long it is tried again while the database cannot record (a full disk, a lost file):
        for what is known by now and would have to be found out again.
        A caller that is cancelled cancels nothing: the work commits all the same.
        """
        until_s = asyncio.get_running_loop().time() + insist_s
        pauses = chain(_AGAIN_S, repeat(_AGAIN_S[-1]))
        while True:
            try:
                return await self._once(work)
            except OperationalError:
                pause_s = next(pauses)
                if asyncio.get_running_loop().time() + pause_s > until_s:
                    raise
                await asyncio.sleep(pause_s)

    async def _once(self, work: Work[Result]) -> Result:
        waiting = _Waiting(work, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        result: Result = await waiting.answer
        return result

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run a short look-up on the last committed state."""
        return work(self._reader)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def _serve(self) -> None:
        while not self._stopping or self._queue:
            await self._wake.wait()
            while self._queue:
                group = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_IN_A_GROUP))]
                await self._commit(group)
                _answer(group)
            if not self._stopping:
                self._wake.clear()

    async def _commit(self, group: list[_Waiting]) -> None:
        error = await self._transact(group)
        if error is None:
            return
        if len(group) == 1:
            group[0].error = error
            return
        for waiting in group:
            waiting.error = await self._transact([waiting])

    async def _transact(self, group: list[_Waiting]) -> BaseException | None:
        """One transaction for all of `group`. Whatever fails rolls all of it back; nothing is half done."""
        transaction = Transaction(self._connection)
        try:
            await self._begin()
        except Exception as error:  # noqa: BLE001 - carried to the one who asked
            return error
        try:
            for waiting in group:
                waiting.result = waiting.work(transaction)
            if transaction.entries:
                self._append(self._connection, transaction.entries)
            # durable once this returns
            await asyncio.get_running_loop().run_in_executor(self._disk, self._connection.commit)
        except Exception as error:  # noqa: BLE001 - carried to the one who asked
            self._roll_back()
            return error
        return None

    async def _begin(self) -> None:
        """Take the write lock; while another process has it (a command beside the server), wait in turns."""
        for pause_s in _PAUSES_S:
            try:
                self._connection.begin()
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                await asyncio.sleep(pause_s)
            else:
                return
        self._connection.begin()

    def _roll_back(self) -> None:
        """SQLite has rolled back by itself after some errors (a full disk); then there is nothing to do."""
        with suppress(OperationalError):
            self._connection.rollback()


def _answer(group: list[_Waiting]) -> None:
    for waiting in group:
        if waiting.answer.done():  # cancelled: what was asked is done all the same
            continue
        if waiting.error is not None:
            waiting.answer.set_exception(waiting.error)
        else:
            waiting.answer.set_result(waiting.result)
