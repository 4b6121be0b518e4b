"""PostgreSQL: any number of identical processes on one database, each with two that write and a few that read."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from typing import Any

import psycopg
import sqlalchemy as sa

from gateway import logs
from gateway.store.connection import Connection
from gateway.store.postgres_driver import CONNECT_S
from gateway.store.postgres_writer import AGAIN_S, CHANNEL, TROUBLE, Writer, told_as_unavailable
from gateway.store.transaction import Append, Holds, Look, Result, Told, Work

log = logs.get("store")
READERS = 2
_PLAN_EACH = sa.text("SET plan_cache_mode = force_custom_plan")


class Served:
    """Transactions on a database server: two writing threads, a few reading ones, a connection for each."""

    def __init__(
        self,
        address: str,
        connect: Callable[[], Connection],
        append: Append,
        holds: Holds,
        *,
        heard: Callable[[int], int] = lambda now_ms: now_ms,
    ) -> None:
        """heard: told the database's time where a transaction looks at it; what it returns is what that sees."""
        self._address = address
        self._connect = connect
        self._writer = Writer("store-write", connect, append, holds, heard)
        self.beside = Writer("store-beside", connect, append, holds, heard)
        self._idle: deque[Connection] = deque()
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._surveyors: deque[Connection] = deque()
        self._surveying = ThreadPoolExecutor(1, thread_name_prefix="store-survey")
        self._listening: asyncio.Task[None] | None = None

    async def transact(self, works: Sequence[Work[Any]]) -> list[Any]:
        """One transaction for all of `works`. Whatever fails rolls all of it back; nothing is half done."""
        return await self._writer.transact(works)

    async def read(self, work: Look[Result]) -> Result:
        ask = partial(self._read, work, self._idle, self._connect)
        return await asyncio.get_running_loop().run_in_executor(self._reading, ask)

    async def survey(self, work: Look[Result]) -> Result:
        ask = partial(self._read, work, self._surveyors, self._planning)
        return await asyncio.get_running_loop().run_in_executor(self._surveying, ask)

    async def left_bytes(self) -> int:
        """Nothing is known of the server's disk; what does not fit is refused when it is written."""
        return sys.maxsize

    def listen(self, told: Told) -> None:
        """What its own writers tell others, this process knows."""
        ours = (self._writer, self.beside)
        self._listening = asyncio.create_task(
            _listen(self._address, lambda pid: pid in {each.pid for each in ours}, told)
        )

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._writer.close()
        self.beside.close()
        self._reading.shutdown()
        self._surveying.shutdown()
        for connection in (*self._idle, *self._surveyors):
            connection.close()

    def _read(self, work: Look[Result], idle: deque[Connection], connect: Callable[[], Connection]) -> Result:
        """In a thread. A look-up harms nobody: one on a connection that was lost is asked once more."""
        with suppress(IndexError):
            connection = idle.pop()
            with suppress(*TROUBLE):
                return _asked(connection, work, idle)
        with told_as_unavailable(lost=True):
            return _asked(connect(), work, idle)

    def _planning(self) -> Connection:
        """A connection on which every statement is planned for the very values that are asked for."""
        connection = self._connect()
        connection.run(_PLAN_EACH)
        return connection


def _asked(connection: Connection, work: Look[Result], idle: deque[Connection]) -> Result:
    """What `work` finds; a connection on which something failed is not used again."""
    try:
        result = work(connection)
    except Exception:
        with suppress(*TROUBLE):
            connection.close()
        raise
    idle.append(connection)
    return result


async def _listen(address: str, is_ours: Callable[[int], bool], told: Told) -> None:
    """Hear what other processes conclude; while the server is away nothing is heard, and callers look it up."""
    for pause_s in chain(AGAIN_S, repeat(AGAIN_S[-1])):
        with suppress(*TROUBLE):
            connection = await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=CONNECT_S, application_name="tongban-listen"
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for notice in connection.notifies():
                    for exchange_id in () if is_ours(notice.pid) else notice.payload.split():
                        told(exchange_id)
        await asyncio.sleep(pause_s)
