"""Callers that wait for an exchange to end: told when commit 2 is done, by this process or by another."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.model import Exchange

LookUp = Callable[[str], Awaitable[Exchange]]


class Waiters:
    """Futures by exchange; None for an end of which only another process knows more as yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[Exchange | None]]] = {}

    def tell(self, exchange: Exchange) -> None:
        """Wake those who wait for an end, or for a person (held)."""
        if exchange.ended or exchange.state == "held":
            self._tell(exchange.id, exchange)

    def hear(self, exchange_id: str) -> None:
        """Another process has concluded it."""
        self._tell(exchange_id, None)

    def _tell(self, exchange_id: str, exchange: Exchange | None) -> None:
        for future in self._waiting.pop(exchange_id, ()):
            if not future.done():
                future.set_result(exchange)

    async def wait(self, exchange: Exchange, wait_s: float, look_up: LookUp) -> Exchange:
        """The exchange once it has ended or is held, or as it is after `wait_s` seconds.

        exchange: as it was just now, with no `await` in between: nobody here can have been told meanwhile. Where
        another process may have concluded it in that moment, it is looked up at the end, as after the time.
        """
        if exchange.ended or exchange.state == "held":
            return exchange
        future: asyncio.Future[Exchange | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(exchange.id, []).append(future)
        told = None
        try:
            async with asyncio.timeout(wait_s):
                told = await future
        except TimeoutError:
            pass
        finally:
            self._leave(exchange.id, future)
        return told or await look_up(exchange.id)

    def _leave(self, exchange_id: str, future: asyncio.Future[Exchange | None]) -> None:
        waiting = self._waiting.get(exchange_id)
        if waiting and future in waiting:
            waiting.remove(future)
        if waiting is not None and not waiting:
            self._waiting.pop(exchange_id, None)
