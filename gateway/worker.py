"""What is due: has it taken up, lets expired leases become facts.

The worker decides nothing; everything it finds enters the story at the step where it belongs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from gateway import logs
from gateway.exchange.due import expire, take_up
from gateway.exchange.fetching import fetch_due
from gateway.exchange.polling import ask_due
from gateway.exchange.story import Exchanges
from gateway.gates.gate import Gate, Gates
from gateway.model import Exchange
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.store.store import Store

log = logs.get("worker")
TICK_S = 0.25
MOST_LEASES = 100
FOLLOW_EVERY_MS = 500


class Worker:
    """One loop in a process; any number of them may run on one database."""

    def __init__(
        self,
        store: Store,
        story: Exchanges,
        gates: Gates,
        clock_ms: Callable[[], int],
        tend: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._story = story
        self._gates = gates
        self._clock_ms = clock_ms
        self._tend = tend
        self._poked = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._followed_ms = 0

    def poke(self) -> None:
        """Something may be due, or a slot is free."""
        self._poked.set()

    async def run(self) -> None:
        while not self._stopping:
            try:
                await self._round()
                await self._follow()
                await self._tend()
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever befell one round
                log.error("worker.failed", failure=error)
            await self._pause()

    async def stop(self) -> None:
        """Claim nothing more, and let what was claimed come to its end."""
        self._stopping = True
        self.poke()
        if self._running:
            await asyncio.wait(set(self._running.values()))

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(TICK_S):
                await self._poked.wait()
        except TimeoutError:
            pass
        self._poked.clear()

    async def _round(self) -> None:
        """Most rounds find nothing, and ask one question for it."""
        now_ms, gates = self._clock_ms(), list(self._gates.gates.values())
        platforms = [gate.platform for gate in gates]
        soonest = await self._store.read(partial(exchanges.soonest, platforms=platforms))
        for gate in gates:
            if soonest.get(gate.platform, now_ms + 1) > now_ms:
                # whoever has come since it was asked has poked: the next round looks again
                gate.queued = gate.queued and self._poked.is_set()
                continue
            for exchange in await self._store.read(partial(_lease_over, gate.platform, now_ms)):
                if exchange.id not in self._running:
                    self._running[exchange.id] = asyncio.create_task(self._expire(exchange))
            free = 0 if self._stopping else gate.free(now_ms)
            if free > 0:
                await self._alone(gate, take_up(self._story, gate, free))

    async def _follow(self) -> None:
        """Ask about followed cases and for results, now and then, behind everything that is to be sent."""
        now_ms = self._clock_ms()
        if self._stopping or now_ms - self._followed_ms < FOLLOW_EVERY_MS:
            return
        self._followed_ms = now_ms
        for gate in list(self._gates.gates.values()):
            await self._alone(gate, ask_due(self._story, gate))
            await self._alone(gate, fetch_due(self._story, gate))

    async def _alone(self, gate: Gate, work: Awaitable[None]) -> None:
        """What fails here fails for one platform only; it stays due."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - as in the loop itself
            log.error("worker.failed", platform=gate.platform, failure=error)

    async def _expire(self, exchange: Exchange) -> None:
        try:
            await expire(self._story, exchange)
        except Exception as error:  # noqa: BLE001 - its lease stays over, and is found again
            log.error("worker.failed", exchange=exchange.id, failure=error)
        finally:
            self._running.pop(exchange.id, None)


def _lease_over(platform: str, now_ms: int, connection: Connection) -> list[Exchange]:
    return exchanges.lease_over(connection, platform, now_ms, MOST_LEASES)
