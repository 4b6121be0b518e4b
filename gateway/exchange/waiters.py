"""Callers that wait for an exchange to end: told in this process when commit 2 is done, else by the clock."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.model import Exchange

LookUp = Callable[[str], Awaitable[Exchange]]


class Waiters:
    """A result that is made before anybody waits for it is not lost: whoever waits looks it up first."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[Exchange]]] = {}

    def tell(self, exchange: Exchange) -> None:
        """Wake those who wait for an end, or for a person (held)."""
        if exchange.ended or exchange.state == "held":
            for future in self._waiting.pop(exchange.id, ()):
                if not future.done():
                    future.set_result(exchange)

    async def wait(self, exchange_id: str, wait_s: float, look_up: LookUp) -> Exchange:
        """The exchange once it has ended or is held, or as it is after `wait_s` seconds."""
        future: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(exchange_id, [])
        waiting.append(future)
        try:
            now = await look_up(exchange_id)
            if now.ended or now.state == "held":
                return now
            async with asyncio.timeout(wait_s):
                return await future
        except TimeoutError:
            return await look_up(exchange_id)
        finally:
            self._leave(exchange_id, future)

    def _leave(self, exchange_id: str, future: asyncio.Future[Exchange]) -> None:
        waiting = self._waiting.get(exchange_id)
        if waiting and future in waiting:
            waiting.remove(future)
        if waiting is not None and not waiting:
            self._waiting.pop(exchange_id, None)
