"""The cells of a row in which a list says the same again and again: read once for all rows that say so."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.items.lists.profile import Profile
from gateway.items.lists.values import (
    STATE_CODES,
    STATES,
    UNPUBLISHED,
    day_of,
    division_of,
    is_fit,
    is_unit,
    several,
    simplified,
    unit_of,
)  # fmt: skip
from gateway.items.problems import Problem

MOST_FRAMES = 4096  # that a reader remembers
FRAME = ("division", "version", "kind", "type", "level", "unit", "unit_name", "service_objects", "state",
         "valid_from", "valid_to")  # fmt: skip
_MOST_DIGITS = 15  # of a version


class Frame(NamedTuple):
    """A row but for its name and its codes: fields of Item, in our codes, and what is wrong or odd about them.

    kind, type, level and unit are empty where the row leaves it to its code.
    """

    division: str
    version: int
    kind: str
    type: str
    level: str
    unit: str
    unit_name: str
    service_objects: str
    state: str
    valid_from: str
    valid_to: str
    faults: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


class Frames:
    """Frames by their cells. division: of rows that have none; states: overrules what the profile says."""

    def __init__(self, profile: Profile, required: Sequence[str], *, division: str, states: str) -> None:
        """required: fields that no row may lack."""
        self._tables = profile.tables
        self._dates = profile.dates
        self._required = [(FRAME.index(field), field) for field in required if field in FRAME]
        self._division = division
        self._states = STATE_CODES[states or profile.states]
        self._is_disputed = not (states or profile.states)
        self.of = lru_cache(MOST_FRAMES)(self.read)

    def read(self, cells: tuple[str, ...]) -> Frame:
        """What these cells say, in the order of FRAME; an empty version is 1, an absent state in use."""
        found: list[Problem] = []
        odd: list[Problem] = []
        division, *others = map(str.strip, cells)
        cells = (division or self._division, *others)
        division, version, kind, type_, level, unit, unit_name, objects, state, valid_from, valid_to = cells
        lacking = [field for place, field in self._required if not cells[place]]
        found += (Problem(field, "row_lacks") for field in lacking)
        found += unfit(FRAME, cells)
        if "\ufffd" in unit_name:
            odd.append(Problem("unit_name", "row_replaced"))
        short = division_of(division)
        if division and not short:
            found.append(Problem("division", "row_division"))
        kind, type_ = self._said("kind", kind, found), self._said("type", type_, found)
        level = self._all_said("level", level, found)
        objects = self._all_said("service_objects", objects, found)
        unit = unit_of(unit)
        if unit and not is_unit(unit):
            odd.append(Problem("unit", "row_unit", {"found": unit[:40]}))
        if version and not (version.isascii() and version.isdigit() and len(version) <= _MOST_DIGITS):
            found.append(Problem("version", "row_version"))
            version = ""
        state = self._state(state, found)
        since, until = _period(valid_from, valid_to, self._dates, found)
        return Frame(
            short, int(version or "1"), kind, type_, level, unit, unit_name, objects, state, since, until,
            tuple(found), tuple(odd),
        )  # fmt: skip

    def _said(self, field: str, text: str, found: list[Problem]) -> str:
        """The value in our codes, where the profile has a table for the field."""
        table = self._tables.get(field)
        if not text or table is None:
            return text
        ours = table.get(text) or table.get(simplified(text))
        if ours is None:
            found.append(Problem(field, "row_value", {"found": text[:40]}))
        return ours or ""

    def _all_said(self, field: str, text: str, found: list[Problem]) -> str:
        joined = several(text) if text else ""
        if not joined or field not in self._tables:
            return joined
        return "^".join(self._said(field, each, found) for each in joined.split("^"))

    def _state(self, text: str, found: list[Problem]) -> str:
        if not text:
            return "in_use"
        text = self._said("state", text, found)
        state = STATES.get(text) or self._states.get(text) or STATES.get(simplified(text))
        if state:
            return state
        if self._is_disputed and text in {"0", "2", "3"}:
            found.append(Problem("state", "row_state", {"found": text}))
        elif text in UNPUBLISHED and self._states is STATE_CODES["publication"]:
            found.append(Problem("state", "row_unpublished", {"found": text}))
        elif text:
            allowed = ", ".join((*STATES, *self._states))
            found.append(Problem("state", "row_unknown_value", {"allowed": allowed}))
        return ""


def unfit(fields: Sequence[str], cells: Sequence[str]) -> tuple[Problem, ...]:
    """Of the first cell that not every database can hold."""
    if is_fit("".join(cells)):
        return ()
    first = next(field for field, cell in zip(fields, cells, strict=True) if not is_fit(cell))
    return (Problem(first, "row_character"),)


def _period(valid_from: str, valid_to: str, forms: tuple[str, ...], found: list[Problem]) -> tuple[str, str]:
    """Both days as ISO; what is wrong with them is found."""
    days = []
    for field, text in (("valid_from", valid_from), ("valid_to", valid_to)):
        days.append(day_of(text, forms) if text else "")
        if text and not days[-1]:
            wrong = Problem(field, "row_date") if len(forms) == 1 else None
            found.append(wrong or Problem(field, "row_day", {"found": text[:40]}))
    since, until = days
    if until and until <= since:
        found.append(Problem("valid_to", "row_period"))
    return since, until
