"""A transport that can be made to wait, and clocks that can be moved: what a paused process is."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.message import Go, Request, Response
from adapters.transport import HttpTransport
from gateway.world import World

LONGEST_HALT_S = 60


@dataclass(slots=True)
class Clock:
    """Both clocks of a process, moved together."""

    ahead_ms: int = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def monotonic_ms(self) -> float:
        return time.monotonic() * 1000 + self.ahead_ms


@dataclass(slots=True)
class Halt:
    """A place at which a message stands still until it is let go on."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> None:
        """Nobody lets go of what a failed test has halted, and its gateway would never stop."""
        self.reached.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_HALT_S):
                await self.on.wait()


class HaltingTransport(HttpTransport):
    """The real transport; a message may halt before anything of it is done, or with its answer in hand."""

    def __init__(self, *, before: Halt | None = None, after: Halt | None = None) -> None:
        super().__init__()
        self._before = before
        self._after = after

    async def exchange(self, request: Request, *, go: Go, **limits: Any) -> Response:
        is_message = "refresh" not in request.url.path  # a session secret is none
        if self._before and is_message:
            await self._before()
        response = await super().exchange(request, go=go, **limits)
        if self._after and is_message:
            await self._after()
        return response


def world(clock: Clock, *, before: Halt | None = None, after: Halt | None = None) -> World:
    """A process's surroundings. The clocks are its own."""
    made = World(clock_ms=clock.now_ms, monotonic_ms=clock.monotonic_ms)
    return replace(made, transport=lambda: HaltingTransport(before=before, after=after))
