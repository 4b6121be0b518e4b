"""Time limits (办结时限): a value with its unit. Nothing is converted; an unknown unit stays unknown."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from gateway.guides.vocabulary import Codes

Limit = Mapping[str, Any]
Order = Literal["same", "less", "more", "unknown"]
_WRITTEN = re.compile(r"([0-9]{1,5})(?:\.0+)?\s*(.*)", re.DOTALL)


class NoNumber(Exception):
    """What stands where the value of a limit is expected begins with no whole number."""


def read_limit(value: str, unit: str, explained: str, units: Codes) -> dict[str, Any]:
    """A limit as it is written: 20 and 工作日, or 20个工作日 in one; {} where nothing is said.

    A unit without a row in `units` (日, 天, a code of some platform) is unknown, and its text is kept.
    Raises NoNumber.
    """
    limit: dict[str, Any] = {"explained": explained} if explained else {}
    if value:
        found = _WRITTEN.fullmatch(value)
        if found is None:
            raise NoNumber
        written = unit or found[2]
        limit |= {"value": int(found[1]), "unit": units.get(written, "unknown")}
        if limit["unit"] == "unknown" and written:
            limit["unit_text"] = written[:100]
    return limit


def order_of(one: Limit | None, other: Limit | None) -> Order:
    """How one limit compares with another; unknown without both values in one known unit."""
    if not one or not other or "value" not in one or "value" not in other:
        return "unknown"
    if one["unit"] != other["unit"] or one["unit"] == "unknown":
        return "unknown"
    if one["value"] == other["value"]:
        return "same"
    return "less" if one["value"] < other["value"] else "more"


def not_comparable(one: Limit | None, other: Limit | None) -> bool:
    """Whether both give a value, and their units keep them from being compared."""
    both = bool(one and other and "value" in one and "value" in other)
    return both and order_of(one, other) == "unknown"
