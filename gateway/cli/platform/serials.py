"""Serials of test cases, kept from run to run in the installation's state, apart from its database.

Whatever runs for a test address has a database of its own, which is thrown away; what it has numbered stays
numbered over there. Counted per installation: two that speak to one test address would give the same numbers.
"""

import asyncio
from pathlib import Path

from gateway.errors import Refusal
from gateway.numbers import serials_for_tests
from gateway.store.apart import CountsApart

FILE = "test-numbers.db"


class SerialsApart:
    """What numbers cases that are tests."""

    for_tests = True

    def __init__(self, state: Path) -> None:
        """Raises StorageUnavailable."""
        self._counts = CountsApart(state / FILE)

    async def serial(self, scope: str, form: str) -> int:
        """One that no run before was given, and no real case ever is. Raises Refusal, StorageUnavailable."""
        place = await asyncio.to_thread(self._counts.take, scope)  # on disk before anything is sent under it
        serials = serials_for_tests(form)
        if place > len(serials):
            raise Refusal("numbers_exhausted")
        return serials[place - 1]
