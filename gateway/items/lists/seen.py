"""Which rows of a file have been read: two hashes a row, whatever stands in it."""

from gateway.items.lists.compare import CODE, DIVISION, VERSION
from gateway.items.lists.stored import Stored

_PLACES = 32  # bits of a row's number
_LOW = (1 << _PLACES) - 1
_HASH = (1 << 64) - 1


class Seen:
    """By hashes of 64 bits, keyed anew in each process: two of a million differ but for one chance in 10^7."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._codes: set[int] = set()

    def first(self, row: Stored, place: int) -> int | None:
        """None for the first row of an item and version, 0 for one that says the same; else its place."""
        key, content = hash((row[DIVISION], row[CODE], row[VERSION])), hash(row) & _HASH
        known = self._rows.setdefault(key, content << _PLACES | place)
        if known & _LOW == place:
            self._codes.add(hash((row[DIVISION], row[CODE])))
            return None
        return 0 if known >> _PLACES == content else known & _LOW

    def add_code(self, division: str, code: str) -> None:
        """An item of which the file speaks in a row that is refused."""
        self._codes.add(hash((division, code)))

    def has_code(self, division: str, code: str) -> bool:
        return hash((division, code)) in self._codes
