"""Overlays: what a mapping does otherwise for some items, chosen by the item's codes in the document alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mappings.problems import Finding, Problem, Unmappable

if TYPE_CHECKING:
    from mappings.mapping import Mapping

_CODES = ("basic_code", "implementation_code", "handling_code", "local_code")
_UNIT_CHARACTERS = 19  # an implementation code is the unit (18), the level (1) and the basic code (12)
_IMPLEMENTATION_CHARACTERS = 31  # a handling code has two more


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """`items`: whole codes, or beginnings with a `*` after them. `mapping` is the whole mapping for these items."""

    items: tuple[str, ...]
    mapping: "Mapping"

    @classmethod
    def of(cls, mapping: "Mapping") -> "Overlay":
        """What a file `OPERATION@NAME.yaml` declares."""
        return cls(tuple(map(str, mapping.source.at(("items",)))), mapping)

    def fits(self, document: Any) -> bool:
        """Whether one of the codes of the item over there is one of these."""
        return any(_matches(item, code) for code in _codes(document) for item in self.items)


def chosen(overlays: Sequence[Overlay], document: Any) -> "Mapping | None":
    """The one overlay for the document's item, or None. Raises Unmappable if there are several."""
    found = [overlay for overlay in overlays if overlay.fits(document)]
    if len(found) > 1:
        names = ", ".join(each.mapping.name for each in found)
        raise Unmappable((Problem("item.there", "several_overlays", {"overlays": names}),))
    return found[0].mapping if found else None


def clashes(overlays: Sequence[Overlay]) -> Iterator[Finding]:
    """A finding for each two overlays that one code could choose both."""
    for one, other in combinations(overlays, 2):
        for index, item in enumerate(other.items):
            met = next((each for each in one.items if may_meet(each, item)), None)
            if met:
                what = f"'{item}' and '{met}' of {one.mapping.file} can be codes of one item"
                write = "write codes so that only one overlay fits"
                yield other.mapping.source.finding(("items", index), what, write)


def may_meet(one: str, other: str) -> bool:
    """Whether one item can have codes for both: of one kind, or a basic code inside an implementation code.

    Two beginnings of different kinds are let pass: whether they meet shows only at an item, and is refused there.
    """
    short, long = sorted((one, other), key=lambda item: len(_fixed(item)))
    if _matches(short, _fixed(long)) or _matches(long, _fixed(short)):
        return True
    shorter, longer = _fixed(short), _fixed(long)
    if short == shorter and len(short) == _IMPLEMENTATION_CHARACTERS and longer.startswith(shorter):
        return True
    basic = longer[_UNIT_CHARACTERS:_IMPLEMENTATION_CHARACTERS]
    return bool(basic) and (_matches(short, basic) or (long != longer and shorter.startswith(basic)))


def _matches(item: str, code: str) -> bool:
    return code.startswith(item[:-1]) if item.endswith("*") else code == item


def _fixed(item: str) -> str:
    return item.removesuffix("*")


def _codes(document: Any) -> list[str]:
    item = document.get("item") if isinstance(document, dict) else None
    there = item.get("there") if isinstance(item, dict) else None
    if not isinstance(there, dict):
        return []
    return [code for name in _CODES if isinstance(code := there.get(name), str) and code]
