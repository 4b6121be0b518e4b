"""Rows of a list read into items. Pure; a row is taken as it stands or refused, never repaired."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from gateway.items.codes import Code, faults, normalise, parse, remarks
from gateway.items.item import Declared, Item
from gateway.items.lists.formats import UNEVEN
from gateway.items.lists.layout import Layout, Layouts
from gateway.items.lists.line import Line
from gateway.items.lists.profile import FIELDS, Profile, named
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
from gateway.items.vocabulary import TYPES

Record = TypeVar("Record", Item, Declared)
ITEM_KINDS = ("basic", "implementation", "handling", "local")
_MOST_DIGITS = 15  # of a version
_LOST = frozenset({"cell_digits_lost", "cell_fraction", "cell_nested"})
_CODES = frozenset(
    {
        "code",
        "basic_code",
        "implementation_code",
        "handling_code",
        "local_code",
        "local_catalog_code",
        "unit",
        "superseded_by",
    }
)
_WHOLE = frozenset({12, 18, 31, 33})  # digits of a national code, and of a unit
_DATED = ("valid_from", "valid_to")


class Reading(NamedTuple, Generic[Record]):
    """What a row says; no record when there are faults, or in a blank row. Remarks refuse nothing.

    code: of the item that the row is about, also where the row is refused; empty if it says none.
    """

    record: Record | None
    faults: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    division: str = ""
    code: str = ""


_BLANK: Reading[Item] = Reading(None)


class ItemReader:
    """Reads lines by a profile. division: of rows that have none; states: overrules what the profile says."""

    def __init__(self, profile: Profile, *, division: str = "", states: str = "") -> None:
        self._profile = profile
        self.layouts = Layouts(profile, division)
        self._states = STATE_CODES[states or profile.states]
        self._is_disputed = not (states or profile.states)
        self._division = division

    def read(self, line: Line) -> Reading[Item]:
        """An empty version is 1, an absent state in use; empty parts of a structured code are read from it."""
        layout = self.layouts.of(line.headings)
        if len(line.cells) != layout.width:
            return _BLANK if not line.cells else Reading(None, (Problem("row", "row_cells"),))
        cells = [*map(str.strip, layout.pick((*line.cells, "", self._division)))]
        cells[0] = cells[0] or self._division
        found: list[Problem] = []
        odd: list[Problem] = []
        if line.marks:
            _judge_marks(line, layout, found, odd)
        item = self._item(cells, layout, found, odd)
        division, code = item[0], item[1]
        if not found:
            return Reading(Item._make(item), (), tuple(odd), division, code)
        if not any(map(str.strip, line.cells)) and not line.marks:
            return _BLANK
        return Reading(None, tuple(found), (), division, code)

    def _item(
        self, cells: list[str], layout: Layout, found: list[Problem], odd: list[Problem]
    ) -> tuple[Any, ...]:
        (division, written, version, kind, name, basic, implementation, handling, local, type_, level, unit,
         unit_name, objects, state, valid_from, valid_to, superseded, *further) = cells  # fmt: skip
        for place, field in layout.required:
            if not cells[place]:
                found.append(Problem(field, "row_lacks"))
        if not is_fit("".join(cells)):
            found.append(Problem(_unfit(cells), "row_character"))
        elif "\ufffd" in name or "\ufffd" in unit_name:
            odd.append(Problem("name", "row_replaced"))
        short = division_of(division)
        if division and not short:
            found.append(Problem("division", "row_division"))
        if not written:
            written = handling or implementation or local or basic
            if not written and not layout.needs_code:
                found.append(Problem("code", "row_code"))
        code = parse(written)
        kind = self._said("kind", kind, found) or code.kind
        if kind == "local":
            local = local or written  # as its owner writes it
        carried = _codes(code, kind, (basic, implementation, handling, local), found)
        own_unit, own_level, own_type = own = _within(*carried[:2]) if kind != "local" else _NO_PARTS
        type_ = self._said("type", type_, found)
        level, objects = (
            self._all_said("level", level, found),
            self._all_said("service_objects", objects, found),
        )
        unit = unit_of(unit)
        _differences(own, (unit, level, type_), odd)
        if not found:
            odd += remarks(code)
        if unit and not is_unit(unit):
            odd.append(Problem("unit", "row_unit", {"found": unit[:40]}))
        if version and not (version.isascii() and version.isdigit() and len(version) <= _MOST_DIGITS):
            found.append(Problem("version", "row_version"))
            version = ""
        since, until, wrong = _period(valid_from, valid_to, self._profile.dates)
        found += wrong
        return (
            short, code.text, int(version or "1"), kind, name, *carried, type_ or own_type, level or own_level,
            unit or own_unit, unit_name, objects, self._state(state, found), since, until,
            normalise(superseded), *further,
        )  # fmt: skip

    def _said(self, field: str, text: str, found: list[Problem]) -> str:
        """The value in our codes, where the profile has a table for the field."""
        table = self._profile.tables.get(field)
        if not text or table is None:
            return text
        ours = table.get(text) or table.get(simplified(text))
        if ours is None:
            found.append(Problem(field, "row_value", {"found": text[:40]}))
        return ours or ""

    def _all_said(self, field: str, text: str, found: list[Problem]) -> str:
        joined = several(text) if text else ""
        if not joined or field not in self._profile.tables:
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


@lru_cache(maxsize=4096)
def _period(valid_from: str, valid_to: str, forms: tuple[str, ...]) -> tuple[str, str, tuple[Problem, ...]]:
    """Both days as ISO, and what is wrong with them; remembered, since a list says few of them often."""
    given = valid_from, valid_to
    days = tuple(day_of(text, forms) if text else "" for text in given)
    found: list[Problem] = []
    for field, text, day in zip(_DATED, given, days, strict=True):
        if text and not day:
            wrong = Problem(field, "row_date") if len(forms) == 1 else None
            found.append(wrong or Problem(field, "row_day", {"found": text[:40]}))
    if days[1] and days[1] <= days[0]:
        found.append(Problem("valid_to", "row_period"))
    return days[0], days[1], tuple(found)


_NO_PARTS = "", "", ""


def _within(basic: str, implementation: str) -> tuple[str, str, str]:
    """Unit, level and type, as codes of the national structure say them."""
    return implementation[:18], implementation[18:19], basic[2:4]


def _unfit(cells: list[str]) -> str:
    return next(field for field, cell in zip(FIELDS, cells, strict=True) if not is_fit(cell))


def _codes(
    code: Code, kind: str, given: tuple[str, str, str, str], found: list[Problem]
) -> tuple[str, str, str, str]:
    """basic, implementation, handling and local code of the item; what is wrong with them is found."""
    basic, implementation, handling, local = given
    if kind == "local":
        _local_faults(code, given, found)
        return normalise(basic), normalise(implementation), "", local
    if kind not in ITEM_KINDS:
        if kind == "case":
            found.append(Problem("code", "row_kind", {"found": "case", "expected": ", ".join(ITEM_KINDS)}))
        else:
            found.append(Problem("kind", "row_unknown_value", {"allowed": ", ".join(ITEM_KINDS)}))
        return basic, implementation, handling, local
    if code.text:
        found += faults(code)
        if code.kind != kind:
            found.append(Problem("code", "row_kind", {"found": code.kind, "expected": kind}))
            return basic, implementation, handling, local
    whole = code.text if kind == "handling" else ""
    carried = code.basic, code.implementation, whole
    if basic or implementation or handling:
        names = ("basic_code", "implementation_code", "handling_code")
        for name, written, part in zip(names, given[:3], carried, strict=True):
            if written and normalise(written) != part:
                found.append(Problem(name, "row_disagrees", {"expected": part}))
    return *carried, local


def _local_faults(code: Code, given: tuple[str, str, str, str], found: list[Problem]) -> None:
    found += faults(Code(code.text, "local"))
    basic, implementation, _, local = given
    if local and normalise(local) != code.text:
        found.append(Problem("local_code", "row_disagrees", {"expected": code.text[:64]}))
    for name, kind, written in (
        ("basic_code", "basic", basic),
        ("implementation_code", "implementation", implementation),
    ):
        if not written:
            continue
        other = parse(written)
        if other.kind != kind:
            found.append(Problem(name, "row_kind", {"found": other.kind, "expected": kind}))
        else:
            found += (Problem(name, fault.code, fault.facts) for fault in faults(other))


def _differences(own: tuple[str, str, str], said: tuple[str, str, str], odd: list[Problem]) -> None:
    """Columns that say otherwise than the code: kept as given, since a devolved item keeps its old code."""
    (own_unit, own_level, own_type), (unit, level, type_) = own, said
    if unit and unit != own_unit and own_unit:
        odd.append(Problem("unit", "row_disagrees", {"expected": own_unit}))
    if level and own_level and own_level not in level.split("^"):
        odd.append(Problem("level", "row_disagrees", {"expected": own_level}))
    if type_ and type_ != own_type:
        if own_type:
            odd.append(Problem("type", "row_disagrees", {"expected": own_type}))
        if type_ not in TYPES:
            odd.append(Problem("type", "row_type", {"found": type_[:40]}))


def _judge_marks(line: Line, layout: Layout, found: list[Problem], odd: list[Problem]) -> None:
    """A number in a column of codes is refused unless all digits of such a code are there: zeros may be lost."""
    for index, mark in line.marks.items():
        field = layout.fields[index] if index < len(layout.fields) else ""
        whole = len(line.cells[index]) in _WHOLE
        if field and mark in _LOST:
            found.append(Problem(field, mark))
        elif field in _CODES:
            (odd if whole else found).append(Problem(field, mark))
        elif field == "type":
            odd.append(Problem(field, mark))


_OWN = named("own")
_READER = ItemReader(_OWN)


def read_item(row: Mapping[str, str]) -> Reading[Item]:
    """A row of items.csv by our own headings."""
    headings, cells = tuple(row), list(row.values())
    if UNEVEN in row:
        cells.append("")
    return _READER.read(Line(0, headings, cells))
