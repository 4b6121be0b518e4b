"""What a row of a list would change: nothing, a new item, or one that the catalogue knows."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from gateway.items.lists.stored import COLUMNS, Stored, has_items, known_by_code
from gateway.store.connection import Connection

Outcome = Literal["added", "changed", "unchanged"]
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
DIVISION, CODE, VERSION, NAME = (_PLACES[name] for name in ("division", "code", "version", "name"))
STATE, VALID_FROM, VALID_TO = (_PLACES[name] for name in ("state", "valid_from", "valid_to"))
SUPERSEDED_BY = _PLACES["superseded_by"]
BASIC, HANDLING, UNIT, LEVEL = (_PLACES[name] for name in ("basic_code", "handling_code", "unit", "level"))


class Judged(NamedTuple):
    """A row as it would stand in the catalogue, and what stands there: this version, or the newest other one."""

    outcome: Outcome
    row: Stored
    before: Stored | None


class Divisions:
    """Which divisions have items at all: most of a first import need not be looked up. For one comparison."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def has_items(self, connection: Connection, division: str) -> bool:
        known = self._known.get(division)
        if known is None:
            known = self._known[division] = has_items(connection, division)
        return known


def judged(connection: Connection, rows: Sequence[Stored], divisions: Divisions) -> list[Judged]:
    """The outcome of each row, in their order."""
    known = _known(connection, rows, divisions)
    return [_judge(row, known.get((row[DIVISION], row[CODE]))) for row in rows]


def _known(
    connection: Connection, rows: Iterable[Stored], divisions: Divisions
) -> dict[tuple[str, str], list[Stored]]:
    """All versions of these items, by division and code."""
    asked: dict[str, set[str]] = {}
    for row in rows:
        asked.setdefault(row[DIVISION], set()).add(row[CODE])
    known: dict[tuple[str, str], list[Stored]] = {}
    known_divisions = [each for each in asked if divisions.has_items(connection, each)]
    for division in known_divisions:
        for row in known_by_code(connection, division, asked[division]):
            known.setdefault((division, row[CODE]), []).append(row)
    return known


def _judge(row: Stored, versions: list[Stored] | None) -> Judged:
    if versions is None:
        return Judged("added", row, None)
    before = next((each for each in versions if each[VERSION] == row[VERSION]), None)
    if before is None:  # adjusted (调整): the same code, another version
        return Judged("changed", row, max(versions, key=lambda each: int(each[VERSION])))
    if row == before:
        return Judged("unchanged", row, before)
    kept = keeping(row, before)
    return Judged("unchanged" if kept == before else "changed", kept, before)


def keeping(row: Stored, before: Stored) -> Stored:
    """The row with what the catalogue knows and a list leaves open: since when, until when, succeeded by what.

    An item that is in use again has no successor and no end.
    """
    kept = list(row)
    kept[VALID_FROM] = row[VALID_FROM] or before[VALID_FROM]
    if row[STATE] != "in_use" or row[VALID_TO]:
        kept[SUPERSEDED_BY] = row[SUPERSEDED_BY] or before[SUPERSEDED_BY]
    if row[STATE] == "cancelled" == before[STATE]:
        kept[VALID_TO] = row[VALID_TO] or before[VALID_TO]
    return tuple(kept)


def differing(row: Stored, before: Stored) -> list[str]:
    """The columns in which the two differ."""
    return [name for name, ours, theirs in zip(COLUMNS, row, before, strict=True) if ours != theirs]


def has_ended(row: Stored, day: str) -> bool:
    """Whether the item is cancelled, or its end lies not after the (ISO) day."""
    return bool(row[STATE] == "cancelled" or "" < row[VALID_TO] <= day)
