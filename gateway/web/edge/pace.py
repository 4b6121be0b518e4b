"""The pace of refusals: a few are told at once; whoever is refused again and again is told a little later.

A refusal costs a tenth of an admission, but a hundred connections that ask again the moment they are refused would
leave time for nothing else.
"""

import asyncio
import time

AT_ONCE = 20  # refusals of one caller that need not wait for each other
PER_S = 100  # and how many a second after that, as long as none has to wait for longer than
LONGEST_S = 2.0


class Pace:
    """For each caller, when the next refusal is due if they come one after another."""

    def __init__(self) -> None:
        self._due_s: dict[str, float] = {}

    async def keep(self, caller: str) -> None:
        """Wait until the refusal may be told; mostly not at all, never longer than LONGEST_S."""
        wait_s = self.wait_s(caller, time.monotonic())
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def wait_s(self, caller: str, now_s: float) -> float:
        """How long one more refusal of a caller has to wait; 0 or less for not at all."""
        earliest_s = now_s - AT_ONCE / PER_S
        due_s = max(self._due_s.get(caller, earliest_s), earliest_s) + 1 / PER_S
        if due_s > now_s + LONGEST_S:  # between those that wait already: never many at the same moment
            due_s = now_s + 1 / PER_S
        self._due_s[caller] = due_s
        return due_s - now_s
