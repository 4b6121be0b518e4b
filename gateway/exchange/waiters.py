"""Callers that wait for an exchange to end: told in this process when commit 2 is done, else by the clock."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.model import Exchange

LookUp = Callable[[str], Awaitable[Exchange]]


class Waiters:
    """Futures by exchange. What another process concludes is found by looking it up when the time is over."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[Exchange]]] = {}

    def tell(self, exchange: Exchange) -> None:
        """Wake those who wait for an end, or for a person (held)."""
        if exchange.ended or exchange.state == "held":
            for future in self._waiting.pop(exchange.id, ()):
                if not future.done():
                    future.set_result(exchange)

    async def wait(self, exchange: Exchange, wait_s: float, look_up: LookUp) -> Exchange:
        """The exchange once it has ended or is held, or as it is after `wait_s` seconds.

        exchange: as it was just now, with no `await` in between: nobody can have been told meanwhile.
        """
        if exchange.ended or exchange.state == "held":
            return exchange
        future: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(exchange.id, []).append(future)
        try:
            async with asyncio.timeout(wait_s):
                return await future
        except TimeoutError:
            return await look_up(exchange.id)
        finally:
            self._leave(exchange.id, future)

    def _leave(self, exchange_id: str, future: asyncio.Future[Exchange]) -> None:
        waiting = self._waiting.get(exchange_id)
        if waiting and future in waiting:
            waiting.remove(future)
        if waiting is not None and not waiting:
            self._waiting.pop(exchange_id, None)
