"""Rows of a list as text, read into items and alignments. Pure; a row is taken as it stands or refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from gateway.items.codes import Code, faults, normalise, parse, remarks
from gateway.items.item import Declared, Item, short_division
from gateway.items.problems import Problem

Cells = Mapping[str, str]
Record = TypeVar("Record", Item, Declared)

UNEVEN = "#cells"  # stands in a row that has more or fewer cells than the heading
ITEM_KINDS = ("basic", "implementation", "handling", "local")
# 事项状态: our word, the national term, its code (1 is "in use" in both tables that are about)
STATES = {
    **dict.fromkeys(("in_use", "在用", "1"), "in_use"),
    **dict.fromkeys(("suspended", "暂停", "2"), "suspended"),
    **dict.fromkeys(("cancelled", "取消", "3"), "cancelled"),
}
_DIVISION = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VERSION = re.compile(r"[0-9]{1,15}")
_BETWEEN = re.compile(r"[\^,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Record]):
    """What a row says; no record when there are faults, or in a blank row. Remarks refuse nothing."""

    record: Record | None
    faults: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()


def read_item(row: Mapping[str, str]) -> Reading[Item]:
    """A row of items.csv. An empty version is 1; empty parts of a structured code are read from the code."""
    cells = _cells(row)
    if not any(cells.values()):
        return Reading(None)
    code = parse(cells["code"])
    found = (
        *_row_faults(row, cells, ("division", "code", "kind", "name", "state")),
        *_item_faults(cells, code),
    )
    if found:
        return Reading(None, found)
    odd = () if cells["kind"] == "local" else (*remarks(code), *_differences(cells, code))
    return Reading(_item(cells, code), (), odd)


def read_alignment(row: Mapping[str, str]) -> Reading[Declared]:
    """A row of alignments.csv; the source (on whose word) may not be missing."""
    cells = _cells(row)
    if not any(cells.values()):
        return Reading(None)
    required = ("id", "here_division", "here_code", "there_division", "there_code", "source")
    found = tuple(_row_faults(row, cells, required))
    if found:
        return Reading(None, found)
    here = short_division(cells["here_division"]), normalise(cells["here_code"])
    there = short_division(cells["there_division"]), normalise(cells["there_code"])
    period = cells["valid_from"], cells["valid_to"]
    situations = cells["here_situation"], cells["there_situation"]
    return Reading(Declared(cells["id"], *here, *there, *period, cells["source"], *situations))


class _Texts(dict[str, str]):
    """Cells by heading; a column that the file does not have is empty."""

    def __missing__(self, heading: str) -> str:
        return ""


def _cells(row: Mapping[str, str]) -> Cells:
    return _Texts({name: cell.strip() for name, cell in row.items()})


def _row_faults(row: Mapping[str, str], cells: Cells, required: tuple[str, ...]) -> Iterator[Problem]:
    if UNEVEN in row:
        yield Problem("row", "row_cells")
    yield from (Problem(name, "row_lacks") for name in required if not cells[name])
    for name in ("division", "here_division", "there_division"):
        if cells[name] and not _DIVISION.fullmatch(cells[name]):
            yield Problem(name, "row_division")
    badly = [name for name in ("valid_from", "valid_to") if cells[name] and not _is_day(cells[name])]
    yield from (Problem(name, "row_date") for name in badly)
    if not badly and cells["valid_to"] and cells["valid_to"] <= cells["valid_from"]:
        yield Problem("valid_to", "row_period")


def _item_faults(cells: Cells, code: Code) -> Iterator[Problem]:
    kind = cells["kind"]
    for name, allowed in (("kind", ITEM_KINDS), ("state", tuple(STATES))):
        if cells[name] and cells[name] not in allowed:
            yield Problem(name, "row_unknown_value", {"allowed": ", ".join(allowed)})
    if cells["version"] and not _VERSION.fullmatch(cells["version"]):
        yield Problem("version", "row_version")
    if kind == "local":
        yield from _local_faults(cells, code)
    elif kind in ITEM_KINDS and cells["code"]:
        yield from _structured_faults(cells, code)


def _structured_faults(cells: Cells, code: Code) -> Iterator[Problem]:
    yield from faults(code)
    if code.kind != cells["kind"]:
        yield Problem("code", "row_kind", {"found": code.kind, "expected": cells["kind"]})
        return
    handling = code.text if code.kind == "handling" else ""
    carried = {
        "basic_code": code.basic,
        "implementation_code": code.implementation,
        "handling_code": handling,
    }
    for name, part in carried.items():
        if cells[name] and normalise(cells[name]) != part:
            yield Problem(name, "row_disagrees", {"expected": part})


def _local_faults(cells: Cells, code: Code) -> Iterator[Problem]:
    yield from faults(Code(code.text, "local"))
    if cells["local_code"] and normalise(cells["local_code"]) != code.text:
        yield Problem("local_code", "row_disagrees", {"expected": code.text[:64]})
    for name, kind in (("basic_code", "basic"), ("implementation_code", "implementation")):
        other = parse(cells[name])
        if cells[name] and other.kind != kind:
            yield Problem(name, "row_kind", {"found": other.kind, "expected": kind})
        elif cells[name]:
            yield from (Problem(name, fault.code, fault.facts) for fault in faults(other))


def _differences(cells: Cells, code: Code) -> Iterator[Problem]:
    """Columns that say otherwise than the code: kept as given, since a devolved item keeps its old code."""
    for name, part in (("unit", code.unit), ("level", code.level), ("type", code.type)):
        if cells[name] and part and normalise(cells[name]) != part:
            yield Problem(name, "row_disagrees", {"expected": part})


def _item(cells: Cells, code: Code) -> Item:
    local = cells["kind"] == "local"
    return Item(
        division=short_division(cells["division"]),
        code=code.text,
        version=int(cells["version"] or "1"),
        kind=cells["kind"],
        name=cells["name"],
        basic_code=normalise(cells["basic_code"]) if local else code.basic,
        implementation_code=normalise(cells["implementation_code"]) if local else code.implementation,
        handling_code=code.text if cells["kind"] == "handling" else "",
        local_code=cells["local_code"] or (cells["code"] if local else ""),
        type=cells["type"] or ("" if local else code.type),
        level=cells["level"] or ("" if local else code.level),
        unit=normalise(cells["unit"]) or ("" if local else code.unit),
        unit_name=cells["unit_name"],
        service_objects="^".join(part for part in _BETWEEN.split(cells["service_objects"]) if part),
        state=STATES[cells["state"]],
        valid_from=cells["valid_from"],
        valid_to=cells["valid_to"],
        superseded_by=normalise(cells["superseded_by"]),
        situation=cells["situation"],
    )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
