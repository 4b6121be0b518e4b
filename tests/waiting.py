"""How long a test waits for what must come: what comes soon costs nothing by a long limit, and machines are busy.

What is measured has its own bound where it is measured, under the mark `alone`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

LONGEST_S = 120.0


async def eventually(holds: Callable[[], object]) -> None:
    """Returns once it holds. Raises TimeoutError."""
    async with asyncio.timeout(LONGEST_S):
        while not holds():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.03)


async def looks(every_s: float = 0.05) -> AsyncIterator[None]:
    """For a loop that looks, and leaves once it sees what it waits for; it ends when LONGEST_S are over."""
    until_s = time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        yield
        await asyncio.sleep(every_s)
