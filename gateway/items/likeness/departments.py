"""Which department an item belongs to, by the number in its code and by the names that lists write."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from gateway.items.codes import parse

_NUMBER = slice(4, 6)  # of a basic code: RR TT, then the main item, which begins with it


def departments(basic_code: str, unit_name: str) -> frozenset[str]:
    """Their numbers; several for a merged bureau, none where nothing is known or the unit answers for all.

    The name speaks first: numbers are not the same everywhere.
    """
    named = _named(unit_name)
    if named:
        return named
    number = basic_code[_NUMBER] if parse(basic_code).kind == "basic" else ""
    return frozenset({number}) if number in _table()["names"] else frozenset()


def department_names(numbers: Iterable[str]) -> str:
    """The usual names, for people."""
    names = _table()["names"]
    return "、".join(names[number][0] for number in sorted(numbers) if number in names)


@cache
def _table() -> dict[str, Any]:
    text = files("gateway.items.likeness").joinpath("departments.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return table


@cache
def _named(unit_name: str) -> frozenset[str]:
    if not unit_name or any(part in unit_name for part in _table()["any"]):
        return frozenset()
    return frozenset(
        number for number, parts in _table()["names"].items() if any(part in unit_name for part in parts)
    )
