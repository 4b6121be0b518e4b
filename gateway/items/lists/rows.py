"""Rows of a list read into items. Pure; a row is taken as it stands or refused, never repaired."""

from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from gateway.items.codes import Code, faults, judged, normalise, parse
from gateway.items.item import Declared, Item
from gateway.items.lists.formats import UNEVEN
from gateway.items.lists.frame import Frame, Frames, unfit
from gateway.items.lists.layout import OWN, Layout, Layouts
from gateway.items.lists.line import Line
from gateway.items.lists.profile import Profile, named
from gateway.items.problems import Problem
from gateway.items.vocabulary import TYPES

Record = TypeVar("Record", Item, Declared)
ITEM_KINDS = ("basic", "implementation", "handling", "local")
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
_ALWAYS = ("division", "name")  # no row may lack them


class ItemReader:
    """Reads lines by a profile. division: of rows that have none; states: overrules what the profile says."""

    def __init__(self, profile: Profile, *, division: str = "", states: str = "") -> None:
        self.layouts = Layouts(profile)
        required = tuple(dict.fromkeys((*_ALWAYS, *profile.required)))
        self._frames = Frames(profile, required, division=division, states=states)
        self._required = [(OWN.index(field), field) for field in required if field in OWN]
        self._needs_code = "code" in required

    def read(self, line: Line) -> Reading[Item]:
        """Empty parts of a structured code are read from it."""
        layout = self.layouts.of(line.headings)
        if len(line.cells) != layout.width:
            return _BLANK if not line.cells else Reading(None, (Problem("row", "row_cells"),))
        cells = (*line.cells, "")
        frame = self._frames.of(layout.frame(cells))
        found, odd = [*frame.faults], [*frame.remarks]
        if line.marks:
            _judge_marks(line, layout, found, odd)
        item = self._item(frame, [*map(str.strip, layout.own(cells))], found, odd)
        division, code = item[0], item[1]
        if not found:
            return Reading(Item._make(item), (), tuple(odd), division, code)
        if not any(map(str.strip, line.cells)) and not line.marks:
            return _BLANK
        return Reading(None, tuple(found), (), division, code)

    def _item(
        self, frame: Frame, own: list[str], found: list[Problem], odd: list[Problem]
    ) -> tuple[Any, ...]:
        written, name, basic, implementation, handling, local, superseded, *further = own
        for place, field in self._required:
            if not own[place]:
                found.append(Problem(field, "row_lacks"))
        found += unfit(OWN, own)
        if "\ufffd" in name:
            odd.append(Problem("name", "row_replaced"))
        if not written:
            written = handling or implementation or local or basic
            if not written and not self._needs_code:
                found.append(Problem("code", "row_code"))
        code = parse(written)
        kind = frame.kind or code.kind
        if kind == "local":
            local = local or written  # as its owner writes it
        carried = _codes(code, kind, (basic, implementation, handling, local), found, odd)
        unit, level, type_ = within = _within(*carried[:2]) if kind != "local" else _NO_PARTS
        _differences(within, frame, odd)
        return (
            frame.division, code.text, frame.version, kind, name, *carried, frame.type or type_,
            frame.level or level, frame.unit or unit, frame.unit_name, frame.service_objects, frame.state,
            frame.valid_from, frame.valid_to, superseded and normalise(superseded), *further,
        )  # fmt: skip


_NO_PARTS = "", "", ""


def _within(basic: str, implementation: str) -> tuple[str, str, str]:
    """Unit, level and type, as codes of the national structure say them."""
    return implementation[:18], implementation[18:19], basic[2:4]


def _codes(
    code: Code, kind: str, given: tuple[str, str, str, str], found: list[Problem], odd: list[Problem]
) -> tuple[str, str, str, str]:
    """basic, implementation, handling and local code of the item; what is wrong with them is found."""
    basic, implementation, handling, local = given
    text, own_kind = code
    wrong, strange = judged(code)
    odd += strange
    if kind == "local":
        _local_faults(code, given, found)
        return normalise(basic), normalise(implementation), "", local
    if kind not in ITEM_KINDS:
        if kind == "case":
            found.append(Problem("code", "row_kind", {"found": "case", "expected": ", ".join(ITEM_KINDS)}))
        else:
            found.append(Problem("kind", "row_unknown_value", {"allowed": ", ".join(ITEM_KINDS)}))
        return given
    if text:
        found += wrong
        if own_kind != kind:
            found.append(Problem("code", "row_kind", {"found": own_kind, "expected": kind}))
            return given
    carried = code.basic, code.implementation, text if kind == "handling" else ""
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


def _differences(own: tuple[str, str, str], frame: Frame, odd: list[Problem]) -> None:
    """Columns that say otherwise than the code: kept as given, since a devolved item keeps its old code."""
    (own_unit, own_level, own_type), unit, level, type_ = own, frame.unit, frame.level, frame.type
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
