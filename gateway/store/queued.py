"""What waits for one writer: what waits at one moment shares one transaction and one fsync.

That moment is a few rounds of the loop long: on a busy loop other work comes to its commit meanwhile, on an idle
one nothing is waited for.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from gateway.store.connection import StorageUnavailable
from gateway.store.transaction import Result, Transacts, Work

MOST_IN_A_GROUP = 64
ROUNDS = 8  # of the loop, before a commit begins: some microseconds where there is nothing else to do


@dataclass(slots=True)
class _Waiting:
    work: Work[Any]
    answer: asyncio.Future[Any]
    alone: bool = False
    result: Any = None
    error: BaseException | None = None


class Queue:
    """Used on one event loop only."""

    def __init__(self, writer: Transacts) -> None:
        self._writer = writer
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def start(self) -> None:
        """Once, whoever asks again: two who take from the queue would be two writers."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """When what is queued has run."""
        self._stopping = True
        self._wake.set()
        if self._serving is not None:
            await self._serving

    async def run(self, work: Work[Result], *, alone: bool) -> Result:
        """Its result once that is durable. A caller that is cancelled cancels nothing."""
        waiting = _Waiting(work, asyncio.get_running_loop().create_future(), alone)
        self._queue.append(waiting)
        self._wake.set()
        result: Result = await waiting.answer
        return result

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
            results = await self._writer.transact([waiting.work for waiting in group])
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
