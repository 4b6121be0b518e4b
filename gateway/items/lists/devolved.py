"""Devolved items (下放): a new implementation code, the same basic code and handling suffix, another unit or level.

An item that ends gets a link to the one that came in its place, if there is exactly one. An item that is still in
force is never ended by a guess: it is shown as looking devolved.
"""

from collections.abc import Callable, Iterable, Sequence

from gateway.items.lists.compare import (
    BASIC,
    CODE,
    DIVISION,
    HANDLING,
    LEVEL,
    STATE,
    SUPERSEDED_BY,
    UNIT,
    VALID_TO,
    has_ended,
)  # fmt: skip
from gateway.items.lists.stored import Stored, known_by_basic_code
from gateway.store.connection import Connection

Same = tuple[str, str, str]  # division, basic code, handling suffix


def _same(row: Stored) -> Same:
    return row[DIVISION], row[BASIC], row[HANDLING][31:]


def _is_other(row: Stored, other: Stored) -> bool:
    """Another implementation of it: not the same code, and by another unit or on another level."""
    return row[CODE] != other[CODE] and (row[UNIT], row[LEVEL]) != (other[UNIT], other[LEVEL])


class Devolution:
    """Told what leaves and what comes; says what came in the place of what left. day: ISO."""

    def __init__(self, day: str) -> None:
        self._day = day
        self._leaving: dict[Same, list[Stored]] = {}
        self._coming: dict[Same, list[Stored]] = {}
        self._perhaps: dict[tuple[str, str], tuple[Stored, str]] = {}

    def leaves(self, row: Stored) -> None:
        """An item that ends."""
        self._leaving.setdefault(_same(row), []).append(row)

    def comes(self, rows: Iterable[Sequence[str]]) -> None:
        """Items that are new; kept only where something like them leaves."""
        if self._leaving:
            for row in rows:
                if row[BASIC] and _same(tuple(row)) in self._leaving:
                    self._coming.setdefault(_same(tuple(row)), []).append(tuple(row))

    def successor(self, row: Stored) -> str:
        """The code of the one item that came in its place, or what the list says itself, or nothing."""
        coming = [each for each in self._coming.get(_same(row), []) if _is_other(row, each)]
        if row[SUPERSEDED_BY] or len(coming) != 1 or not row[BASIC]:
            return str(row[SUPERSEDED_BY])
        return str(coming[0][CODE])

    def ended(self, row: Stored) -> Stored:
        """The row as it stands from the day on."""
        gone = list(row)
        gone[STATE], gone[VALID_TO], gone[SUPERSEDED_BY] = "cancelled", self._day, self.successor(row)
        return tuple(gone)

    @property
    def is_awaited(self) -> bool:
        return any(key[1] for key in self._leaving)

    @property
    def left(self) -> list[Stored]:
        """All that leaves."""
        return [row for rows in self._leaving.values() for row in rows]

    def links(self) -> dict[tuple[str, str], str]:
        """By division and code of what leaves: its successor."""
        return {(row[DIVISION], row[CODE]): found for row in self.left if (found := self.successor(row))}

    # ---- what looks devolved, while nobody says that it has ended ----------------------------------------

    def look_up(self, connection: Connection, added: Sequence[Stored]) -> None:
        """Items in force in the same division that have the basic code of one that is added."""
        by_division: dict[str, dict[str, list[Stored]]] = {}
        for row in added:
            if row[BASIC]:
                by_division.setdefault(row[DIVISION], {}).setdefault(row[BASIC], []).append(row)
        for division, rows in by_division.items():
            for known in known_by_basic_code(connection, division, rows):
                self._compare(known, rows[known[BASIC]])

    def _compare(self, known: Stored, added: Sequence[Stored]) -> None:
        if has_ended(known, self._day):
            return
        for row in added:
            if _same(row) == _same(known) and _is_other(known, row):
                self._perhaps[known[DIVISION], known[CODE]] = known, row[CODE]

    def drop(self, is_named: Callable[[str, str], bool]) -> None:
        """What the file itself names is in force beside the new one."""
        self._perhaps = {key: each for key, each in self._perhaps.items() if not is_named(*key)}

    @property
    def perhaps(self) -> list[tuple[Stored, str]]:
        """What looks devolved, with the code that came."""
        gone = {row[CODE] for row in self.left}
        return [each for each in self._perhaps.values() if each[0][CODE] not in gone]
