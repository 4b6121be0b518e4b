"""The parts of a joint case (分办件): each a whole case of its own, made from what was given once. Pure.

A fault of a part is told at the place of the joint case that it comes from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.errors import CODES, Refusal
from gateway.exchange.given import pointer

Document = dict[str, Any]
OURS, KIND = "tongban", "joint"
_ONCE = ("applicant", "agent", "receiving", "authorisation", "purpose", "note", "insist")
_OWN = ("item", "division", "unit")
_MATERIAL = re.compile(r"/materials/(\d+)(/.*)?")
FAULTS = frozenset({"invalid_case", "unmappable"})  # of the document, not of what is asked for with it


@dataclass(frozen=True, slots=True)
class PartRefused:
    """A part that cannot be admitted as it is: one problem among those of the joint case."""

    path: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        place = 0 if language == "zh" else 1
        row = CODES[self.code]
        return "：".join(filter(None, (row.title[place], row.detail[place].format_map(_Known(self.facts)))))


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. place: from 0; given: places of its materials among those of the joint case."""

    place: int
    document: Document = field(repr=False)
    own_form: frozenset[str]
    shared_form: frozenset[str]
    given: tuple[int, ...]

    def told(self, refusal: Refusal) -> Iterator[Any]:
        """What a refusal of this part says, in the words of the joint case."""
        yield from (self._placed(each) for each in refusal.problems)
        if not refusal.problems:
            yield PartRefused(f"/parts/{self.place}", refusal.code, refusal.facts)

    def _placed(self, problem: Any) -> Any:
        source = problem.facts.get("source")
        if source is None:
            return replace(problem, path=self._path(problem.path))
        moved = self._path(pointer(str(source)))[1:].replace("/", ".")
        return replace(problem, facts={**problem.facts, "source": moved})

    def _path(self, path: str) -> str:
        """Where the caller wrote what stands at `path` of the part's own case."""
        first, *rest = path[1:].split("/")
        if material := _MATERIAL.fullmatch(path):
            place = int(material[1])
            known = self.given[place] if place < len(self.given) else place
            return f"/materials/{known}{material[2] or ''}"
        shared = first == "form" and rest and rest[0] in self.shared_form - self.own_form
        if first in (*_OWN, "form", "materials", "mode") and not shared:
            return f"/parts/{self.place}{'' if first == 'mode' else path}"
        return path


def parts_of(joint: Mapping[str, Any], joint_id: str) -> list[Part]:
    """The cases that a joint case of the right shape consists of. joint_id: a number that all of them bear."""
    number = {"owner": OURS, "kind": KIND, "number": joint_id}
    return [_part(joint, place, each, number) for place, each in enumerate(joint["parts"])]


def _part(joint: Mapping[str, Any], place: int, said: Mapping[str, Any], number: Mapping[str, str]) -> Part:
    named, shared, own = said.get("materials"), joint.get("form", {}), said.get("form", {})
    given = tuple(
        index
        for index, material in enumerate(joint["materials"])
        if named is None or material["code"] in named
    )
    document = {name: joint[name] for name in _ONCE if name in joint}
    document |= {name: said[name] for name in _OWN if name in said}
    document |= {
        "mode": "joint", "form": {**shared, **own},
        "materials": [joint["materials"][index] for index in given],
        "numbers": [*joint.get("numbers", ()), dict(number)],
    }  # fmt: skip
    return Part(place, document, frozenset(own), frozenset(shared), given)


def together(faults: Sequence[Any]) -> list[Any]:
    """Each fault once, though every part that shares the field has it."""
    return list({(str(each.facts.get("source") or each.path), each.code): each for each in faults}.values())
