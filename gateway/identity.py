"""Ids that sort by time: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (the ULID form)."""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def new_id(at_ms: int, random: Callable[[int], bytes]) -> str:
    """26 characters; ids of a later millisecond sort after those of an earlier one."""
    number = (at_ms << 80) | int.from_bytes(random(10))
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def least_id(at_ms: int) -> str:
    """No id of this millisecond or of a later one sorts before it: the key itself tells when something began."""
    return new_id(at_ms, bytes)


def began_ms(an_id: str) -> int:
    """When an id was made, by its own clock."""
    value = 0
    for each in an_id[:10]:
        value = value << 5 | ALPHABET.index(each)
    return value
