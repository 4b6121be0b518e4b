"""A guide as frozen values: what is told about one item of one division, since when, on whose word, how old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from gateway.items.item import covers

Necessity = Literal["required", "optional", "may_be_owed"]
Form = Literal["paper", "electronic", "either"]
Kind = Literal["licence", "form", "other"]


class RequiredMaterial(NamedTuple):
    """要求的材料: one line of the list of materials of an item.

    code:        as its owner writes it; "" where it has none (then its name is all there is to go by)
    situation:   情形 that it is asked for; "" for every situation
    necessity:   may_be_owed: 容缺后补; "required" also where the guide does not say: rather asked than missed
    form:        "either" also where the guide does not say
    kind:        licence 证件证书证明, form 申请表格文书; "other" also where the guide does not say
    originals, copies: counts; both 0 where the guide does not say
    trust:       "" or A to D (国办函〔2016〕108号): the least that is taken
    source:      where the person gets it (来源渠道), free text
    valid_from, valid_to: ISO days, half-open, "" for open; a cancelled material has ended
    place:       order in the list, from 1
    """

    code: str
    name: str
    situation: str
    necessity: Necessity
    form: Form
    kind: Kind
    originals: int
    copies: int
    trust: str
    source: str
    valid_from: str
    valid_to: str
    place: int


@dataclass(frozen=True, slots=True)
class Guide:
    """办事指南: the public elements of one item of one division, by their canonical names (canonical/guide@1).

    code:       normalised; version: 0 where its owner does not say
    valid_from: ISO day from which it holds, "" for always; valid_to: "" for open
    as_of_ms:   when it was last known to be so: imported, or told by the platform
    source:     the file or the platform that said so
    """

    division: str
    code: str
    version: int
    as_of_ms: int
    source: str
    elements: Mapping[str, Any] = field(repr=False)
    valid_from: str = ""
    valid_to: str = ""


def materials_of(guide: Guide, situation: str, day: str) -> list[RequiredMaterial]:
    """What the guide asks for on an ISO day, in its order.

    situation: those that are for every situation, and those of this one; "": those of all situations.
    """
    listed = (
        _material(each, named, place)
        for place, each in enumerate(guide.elements.get("materials", ()), 1)
        for named in each.get("situations") or ("",)
    )
    return [
        each
        for each in listed
        if (not situation or each.situation in ("", situation))
        and covers(each.valid_from, each.valid_to, day)
    ]


def begun(guides: Sequence[Guide], day: str) -> Guide | None:
    """Of the guides of one item, in the order in which they came, the one in force on an ISO day.

    A later one ends the earlier ones, also where their end was never written down.
    """
    known = [
        (each.valid_from, each.version, place) for place, each in enumerate(guides) if each.valid_from <= day
    ]
    if not known:
        return None
    newest = guides[max(known)[2]]
    return newest if covers(newest.valid_from, newest.valid_to, day) else None


def _material(each: Mapping[str, Any], situation: str, place: int) -> RequiredMaterial:
    return RequiredMaterial(
        code=each.get("code", ""),
        name=each["name"],
        situation=situation,
        necessity=each.get("necessity", "required"),
        form=each.get("form", "either"),
        kind=each.get("kind", "other"),
        originals=each.get("originals", 0),
        copies=each.get("copies", 0),
        trust=each.get("trust", ""),
        source=each.get("source", ""),
        valid_from=each.get("valid_from", ""),
        valid_to=each.get("valid_to", ""),
        place=place,
    )
