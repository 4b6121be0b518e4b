"""The database as everything else in the process sees it: pieces of work, and look-ups.

A `Work` is a function of the open transaction. It must be safe to run again from the start, because an
error of one member of a group rolls the group back and runs each member in a transaction of its own.
"""

import asyncio
from collections.abc import Callable
from itertools import chain, repeat

from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.queued import Queue
from gateway.store.transaction import Engine, Result, Told, Transaction, Work

__all__ = ["StorageUnavailable", "Store", "Transaction", "Work"]

_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0)


class Store:
    """The database of this process, used on its event loop only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue = Queue(engine)
        self._beside = Queue(engine.beside) if engine.beside else self._queue

    def start(self) -> None:
        self._queue.start()
        self._beside.start()

    async def stop(self) -> None:
        """Run what is queued, then close all connections."""
        await self._queue.stop()
        await self._beside.stop()
        await self._engine.close()

    async def write(self, work: Work[Result], *, insist_s: float = 0, alone: bool = False) -> Result:
        """Run `work` in a transaction; its result once that is durable. Its errors are raised here.

        insist_s: for how long it is tried again while the database cannot record (a full disk, a lost server):
        for what is known by now and would have to be found out again.
        alone: it takes long, or the log's lock before its end, so nothing may stand behind it in a group. It runs
        beside the others where the database lets it.
        A caller that is cancelled cancels nothing: the work commits all the same. Raises StorageUnavailable.
        """
        until_s = asyncio.get_running_loop().time() + insist_s
        queue = self._beside if alone else self._queue
        pauses = chain(_AGAIN_S, repeat(_AGAIN_S[-1]))
        while True:
            try:
                return await queue.run(work, alone=alone)
            except StorageUnavailable:
                pause_s = next(pauses)
                if asyncio.get_running_loop().time() + pause_s > until_s:
                    raise
                await asyncio.sleep(pause_s)

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
        return sum(queue.waiting for queue in {self._queue, self._beside})
