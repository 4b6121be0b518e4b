"""One item in two places (两地比对): what its guides say alike, otherwise, on one side, or not. Pure."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gateway.guides.guide import Guide
from gateway.guides.limits import not_comparable, order_of
from gateway.guides.texts import Finding
from gateway.guides.vocabulary import shown
from gateway.items.codes import normalise
from gateway.items.likeness.fold import fold

Mark = Literal["same", "differs", "only_here", "only_there", "unknown"]
Part = Mapping[str, Any]

PLAIN = ("case_type", "reach", "visits", "charged", "conditions")
LIMITS = ("promised", "statutory")
OF_MATERIAL = (
    "necessity",
    "form",
    "kind",
    "originals",
    "copies",
    "count",
    "trust",
    "situations",
    "valid_from",
    "valid_to",
)
OF_FEE = ("standard", "reducible", "reduction")
# Of a material that says nothing about them: for every situation, for ever.
_UNSAID: Part = {"situations": [], "valid_from": "", "valid_to": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison.

    element:    a name of canonical/guide@1, such as `materials`; name: of the material or the fee, else ""
    here, there: what each side says, None where it does not
    note:       a stable word where the mark needs one: units_differ, unit_unknown, not_said
    fields:     what of a material or a fee is otherwise, or said by one side only: (name, mark, here, there)
    """

    element: str
    mark: Mark
    here: Any = None
    there: Any = None
    name: str = ""
    note: str = ""
    fields: tuple[tuple[str, Mark, Any, Any], ...] = ()


def compare(here: Guide, there: Guide) -> list[Line]:
    """Line by line: limits, visits, fees, conditions, materials."""
    ours, theirs = here.elements, there.elements
    return [
        *(_limit(name, ours.get(name), theirs.get(name)) for name in LIMITS),
        *(_plain(name, ours.get(name), theirs.get(name)) for name in PLAIN),
        *_lists("fees", ours, theirs, OF_FEE),
        *_lists("materials", ours, theirs, OF_MATERIAL),
    ]


def findings(guide: Guide) -> list[Finding]:
    """What is wrong or unclear within one guide: a promise longer than the law allows; limits without a unit."""
    promised, statutory = guide.elements.get("promised"), guide.elements.get("statutory")
    found = [
        Finding(name, "limit_unit_unknown", {"unit": limit.get("unit_text", "")})
        for name, limit in (("promised", promised), ("statutory", statutory))
        if limit and limit.get("unit") == "unknown"
    ]
    if promised and statutory and order_of(promised, statutory) == "more":
        values = {"promised": promised["value"], "statutory": statutory["value"]}
        unit = shown("limit_unit", promised["unit"])
        found.append(Finding("promised", "promise_exceeds_statute", {**values, "unit": unit}))
    elif not found and not_comparable(promised, statutory):
        found.append(Finding("promised", "limits_not_comparable"))
    return found


def _limit(name: str, here: Part | None, there: Part | None) -> Line:
    order = order_of(here, there)
    if order == "unknown":
        note = "not_said"
        if here and there and not_comparable(here, there):
            note = "unit_unknown" if "unknown" in (here["unit"], there["unit"]) else "units_differ"
        return Line(name, "unknown", here, there, note=note)
    return Line(name, "same" if order == "same" else "differs", here, there)


def _plain(name: str, here: Any, there: Any) -> Line:
    if here is None or there is None:
        return Line(name, "unknown", here, there, note="not_said")
    return Line(name, "same" if _alike(here, there) else "differs", here, there)


def _alike(here: Any, there: Any) -> bool:
    if isinstance(here, str) and isinstance(there, str):
        return _bare(here) == _bare(there)
    if isinstance(here, list) and isinstance(there, list):
        return {str(each) for each in here} == {str(each) for each in there}
    return bool(here == there)


def _bare(text: str) -> str:
    """Without what only print makes: width, letter case, blanks. Every word of a condition counts."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _lists(element: str, ours: Part, theirs: Part, fields: Sequence[str]) -> Iterator[Line]:
    here, there = ours.get(element), theirs.get(element)
    if here is None or there is None:
        # a side that says nothing about them does not say that there are none
        for side in (here, there):
            for each in side or ():
                one, other = (each, None) if side is here else (None, each)
                yield Line(element, "unknown", one, other, name=each["name"], note="not_said")
        if not here and not there:
            yield Line(element, "unknown", here, there, note="not_said")
        return
    for one, other in _matched(here, there):
        if one is None or other is None:
            name = (one or other or {})["name"]
            yield Line(element, "only_there" if one is None else "only_here", one, other, name=name)
        else:
            yield _both(element, one, other, fields)


def _both(element: str, here: Part, there: Part, fields: Sequence[str]) -> Line:
    marked = [
        (name, _plain(name, here.get(name, _UNSAID.get(name)), there.get(name, _UNSAID.get(name))))
        for name in fields
    ]
    told = tuple(
        (name, line.mark, line.here, line.there)
        for name, line in marked
        if line.mark == "differs" or (line.here is None) != (line.there is None)
    )
    marks = {mark for _, mark, _, _ in told}
    mark: Mark = "differs" if "differs" in marks else "unknown" if marks else "same"
    return Line(
        element,
        mark,
        here,
        there,
        name=here["name"],
        note="not_said" if mark == "unknown" else "",
        fields=told,
    )


def _matched(here: Sequence[Part], there: Sequence[Part]) -> list[tuple[Part | None, Part | None]]:
    """Pairs by code, then by folded name, in the order of here; then what is there only."""
    left, partners = list(range(len(there))), dict[int, int]()
    for key in (_code, _name):
        known = [key(other) for other in there]
        for place, one in enumerate(here):
            wanted = "" if place in partners else key(one)
            found = next((other for other in left if known[other] == wanted), None) if wanted else None
            if found is not None:
                partners[place] = found
                left.remove(found)
    pairs = [(one, there[partners[place]] if place in partners else None) for place, one in enumerate(here)]
    return [*pairs, *((None, there[other]) for other in left)]


def _code(part: Part) -> str:
    return normalise(part.get("code", ""))


def _name(part: Part) -> str:
    return fold(part["name"])
