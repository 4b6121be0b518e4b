"""Passwords, kept as argon2id hashes (RFC 9106, the profile for little memory), few reckoned at one time."""

import asyncio
from contextlib import suppress
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 200  # NIST SP 800-63B: length is what counts; a long one costs no more
AT_ONCE = 2  # each takes 64 MB and a core
WAITING = 16  # who comes when so many wait is sent away

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class TooMany(Exception):
    """So many sign in at this moment that one more would only wait."""


class Passwords:
    """Checks passwords in threads, a few at a time. Used on one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def is_right(self, password: str, hashed: str | None) -> bool:
        """hashed: None for a name that nobody has, empty for one without a password. Raises TooMany."""
        if self._waiting >= WAITING:
            raise TooMany
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(_is_right, password, hashed)
        finally:
            self._waiting -= 1


def hashed(password: str) -> str:
    """For the table; takes a tenth of a second."""
    return _hasher.hash(password)


def is_fit(password: str) -> bool:
    return SHORTEST <= len(password) <= LONGEST


def _is_right(password: str, hashed: str | None) -> bool:
    if len(password) > LONGEST:
        password = ""
    nobodys = _nobodys()  # also where it is not needed, else the first answer would tell whose name it was
    with suppress(VerificationError, InvalidHashError):
        return _hasher.verify(hashed or nobodys, password) and bool(hashed)
    return False


@cache
def _nobodys() -> str:
    """A name that nobody has takes as long as one that somebody has."""
    return _hasher.hash("a password that nobody has")
