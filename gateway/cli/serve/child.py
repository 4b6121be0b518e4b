"""One process of several: started with the socket that all of them share, heard on its output, asked to leave."""

import asyncio
import socket
import sys
from contextlib import suppress
from typing import Any, Self

import orjson

from gateway import logs

log = logs.get("supervisor")
INHERIT = "--inherit"
LEAVE_S = 120.0  # how long one may take that has not said it
LOOK_S = 1.0


class Child:
    """A gateway of its own. said: the JSON lines of its output, later ones over earlier ones; empty until ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.said: dict[str, Any] = {}
        self._process = process
        self._born_s = self._ended_s = asyncio.get_running_loop().time()
        self._spoken = asyncio.Event()
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def start(cls, listening: socket.socket) -> Self:
        """This very program with the arguments that it was given, as it stands on the disk now.

        A session of its own keeps a terminal's Ctrl-C and hang-up from it: only the supervisor says what is to be
        done. Its standard input ends when the supervisor does.
        """
        number = listening.fileno()
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, *sys.orig_argv[1:], INHERIT, str(number), pass_fds=(number,),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
            )
        )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._hearing.done()

    @property
    def lived_s(self) -> float:
        """How long, once it has ended."""
        return self._ended_s - self._born_s

    async def ready(self) -> bool:
        """Once it serves; False if it has ended before."""
        await self._spoken.wait()
        return bool(self.said)

    async def ended(self) -> int:
        """Its exit code, negative for the signal that killed it."""
        await asyncio.wait({self._hearing})
        return await self._process.wait()

    async def leave(self) -> int:
        """Ask it to leave; its exit code. What is not gone after the time that it said itself is killed."""
        time = asyncio.get_running_loop().time
        since_s = time()
        with suppress(ProcessLookupError):
            self._process.terminate()
        while self.alive and (left_s := since_s + self._limit_s - time()) > 0:
            await asyncio.wait({self._hearing}, timeout=min(left_s, LOOK_S))
        if self.alive:  # what it had on the wire is unknown once its leases are over
            log.error("process.overdue", pid=self.pid, limit_s=self._limit_s)
            with suppress(ProcessLookupError):
                self._process.kill()
        return await self.ended()

    @property
    def _limit_s(self) -> float:
        """As it said last: when it was ready, and again when it was asked to leave."""
        return float(self.said.get("leave_s", LEAVE_S))

    async def _hear(self) -> None:
        """Until its output ends, which it does with the process."""
        output = self._process.stdout
        while output is not None and (line := await output.readline()):
            with suppress(orjson.JSONDecodeError):
                self.said |= orjson.loads(line)
                self._spoken.set()
        await self._process.wait()
        self._ended_s = asyncio.get_running_loop().time()
        self._spoken.set()
