"""One writer: what waits at one moment shares one transaction and one fsync.

That moment is a few rounds of the loop long: on a busy loop other work comes to its commit meanwhile, on an idle
one nothing is waited for.

A `Work` is a function of the open transaction. It must be safe to run again from the start, because an
error of one member of a group rolls the group back and runs each member in a transaction of its own.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.transaction import Engine, Result, Told, Transaction, Work

__all__ = ["MOST_IN_A_GROUP", "StorageUnavailable", "Store", "Transaction", "Work"]

MOST_IN_A_GROUP = 64
ROUNDS = 8  # of the loop, before a commit begins: some microseconds where there is nothing else to do
_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(slots=True)
class _Waiting:
    work: Work[Any]
    answer: asyncio.Future[Any]
    alone: bool = False
    result: Any = None
    error: BaseException | None = None


class Store:
    """The database of this process, used on its event loop only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Once, whoever asks again: two who take from the queue would be two writers."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Run what is queued, then close all connections."""
        self._stopping = True
        self._wake.set()
        if self._serving is not None:
            await self._serving
        await self._engine.close()

    async def write(self, work: Work[Result], *, insist_s: float = 0, alone: bool = False) -> Result:
        """Run `work` in a transaction; its result once that is durable. Its errors are raised here.

        insist_s: for how long it is tried again while the database cannot record (a full disk, a lost server):
        for what is known by now and would have to be found out again.
        alone: it takes the log's lock before its end, so nothing else may stand behind it in a group.
        A caller that is cancelled cancels nothing: the work commits all the same. Raises StorageUnavailable.
        """
        until_s = asyncio.get_running_loop().time() + insist_s
        pauses = chain(_AGAIN_S, repeat(_AGAIN_S[-1]))
        while True:
            try:
                return await self._once(work, alone=alone)
            except StorageUnavailable:
                pause_s = next(pauses)
                if asyncio.get_running_loop().time() + pause_s > until_s:
                    raise
                await asyncio.sleep(pause_s)

    async def _once(self, work: Work[Result], *, alone: bool) -> Result:
        waiting = _Waiting(work, asyncio.get_running_loop().create_future(), alone)
        self._queue.append(waiting)
        self._wake.set()
        result: Result = await waiting.answer
        return result

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run a short look-up on the last committed state. Raises StorageUnavailable."""
        return await self._engine.read(work)

    async def survey(self, work: Callable[[Connection], Result]) -> Result:
        """Run a look-up of somebody who waits at a screen: it may take its time, and nobody waits for it.

        Raises StorageUnavailable.
        """
        return await self._engine.survey(work)

    async def left_bytes(self) -> int:
        """How much the database may still grow by its own limits, as far as it can tell."""
        return await self._engine.left_bytes()

    def listen(self, told: Told) -> None:
        """From now on hear of the exchanges that other processes conclude."""
        self._engine.listen(told)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def _serve(self) -> None:
        while not self._stopping or self._queue:
            await self._wake.wait()
            while self._queue:
                await self._let_others_come()
                group = self._group()
                await self._commit(group)
                _answer(group)
            if not self._stopping:
                self._wake.clear()

    async def _let_others_come(self) -> None:
        """Whoever is about to ask shares the commit, and costs a part of one; no timer is waited for."""
        for _ in range(ROUNDS):
            if len(self._queue) >= MOST_IN_A_GROUP:
                return
            await asyncio.sleep(0)

    def _group(self) -> list[_Waiting]:
        """What waits at this moment, in its order; what goes alone goes alone."""
        group = [self._queue.popleft()]
        while self._queue and len(group) < MOST_IN_A_GROUP and not (group[0].alone or self._queue[0].alone):
            group.append(self._queue.popleft())
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        error = await self._transact(group)
        if error is None:
            return
        unavailable = error if isinstance(error, StorageUnavailable) else None
        if (len(group) == 1 and not (unavailable and unavailable.crossed)) or (
            unavailable and unavailable.lost
        ):
            for waiting in group:
                waiting.error = error
            return
        for waiting in group:
            waiting.error = await self._transact([waiting])

    async def _transact(self, group: list[_Waiting]) -> BaseException | None:
        try:
            results = await self._engine.transact([waiting.work for waiting in group])
        except Exception as error:  # noqa: BLE001 - carried to the one who asked
            return error
        for waiting, result in zip(group, results, strict=True):
            waiting.result = result
        return None


def _answer(group: list[_Waiting]) -> None:
    for waiting in group:
        if waiting.answer.done():  # cancelled: what was asked is done all the same
            continue
        if waiting.error is not None:
            waiting.answer.set_exception(waiting.error)
        else:
            waiting.answer.set_result(waiting.result)
