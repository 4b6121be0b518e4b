"""Which of our materials may stand for those that are required over there: suggested, with why and how sure. Pure.

By names, kinds and forms alone. Nothing here is ever used for a case: a person confirms a row, and the row counts.
The weights are assumed, not fitted: no labelled pairs of materials are at hand.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, NamedTuple

import yaml
from rapidfuzz import fuzz

from gateway.guides.guide import RequiredMaterial
from gateway.guides.vocabulary import shown
from gateway.items.likeness.fold import fold

Said = tuple[str, str]  # Chinese, English
MOST = 3  # of ours for one of theirs
LEAST = 0.3
_CONSTANT, _SAME, _LIKE, _HELD, _KIND, _OTHER_KIND, _WHOSE = -4.0, 2.5, 4.0, 1.0, 0.7, -1.5, -4.0
_CLOSE = 0.6  # likeness that is worth a word


class Likely(NamedTuple):
    """This one of ours may do for that one of theirs. probability: 0 to 1; why: in both languages."""

    there: RequiredMaterial
    here: RequiredMaterial
    probability: float
    why: Said


def likely(there: Sequence[RequiredMaterial], here: Sequence[RequiredMaterial]) -> list[Likely]:
    """In the order of theirs, the surest first; at most MOST of each, none below LEAST.

    What meets by its code needs no suggestion, and what has none can be in no row: both are left out.
    """
    ours = {each.code: each for each in here if each.code}
    theirs = {each.code: each for each in there if each.code and each.code not in ours}
    found: list[Likely] = []
    for wanted in theirs.values():
        near = [_judged(wanted, each) for each in ours.values()]
        near = [each for each in near if each.probability >= LEAST]
        found += sorted(near, key=lambda each: (-each.probability, each.here.place))[:MOST]
    return found


def _judged(there: RequiredMaterial, here: RequiredMaterial) -> Likely:
    ours, theirs = _read(here.name), _read(there.name)
    ratio, held = fuzz.ratio(ours, theirs) / 100, ours in theirs or theirs in ours
    kinds = here.kind, there.kind
    told = "other" not in kinds  # it stands for "not said" as well
    total = (
        _CONSTANT + _SAME * (ours == theirs) + _LIKE * ratio + _HELD * held
        + (_KIND if kinds[0] == kinds[1] else _OTHER_KIND) * told + _WHOSE * (_whose(here) != _whose(there))
    )  # fmt: skip
    parts = [*_names(ours == theirs, ratio, held=held), *_others(here, there, told=told)]
    why = "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)
    return Likely(there, here, 1 / (1 + exp(-total)), why)


def _names(same: bool, ratio: float, *, held: bool) -> Iterator[Said]:
    if same:
        yield (
            "名称相同（去掉份数、原件等字样）",
            "the names are the same (without copies, originals and the like)",
        )
    elif held:
        yield "一方名称包含另一方", "the one's name holds the other's"
    elif ratio >= _CLOSE:
        yield f"名称相近 {ratio:.0%}", f"the names agree by {ratio:.0%}"
    else:
        yield f"名称只相近 {ratio:.0%}", f"the names agree by {ratio:.0%} only"


def _others(here: RequiredMaterial, there: RequiredMaterial, *, told: bool) -> Iterator[Said]:
    ours, theirs = _whose(here), _whose(there)
    if ours != theirs:
        both = f"{'、'.join(sorted(ours)) or '—'} / {'、'.join(sorted(theirs)) or '—'}"
        yield f"所属的人不同：{both}", f"of other persons: {both}"
    if told:
        both = f"{shown('kind', here.kind)} / {shown('kind', there.kind)}"
        same = here.kind == there.kind
        yield (
            (f"类型相同：{shown('kind', here.kind)}", f"the same kind: {here.kind}") if same
            else (f"类型不同：{both}", f"different kinds: {here.kind} / {there.kind}")
        )  # fmt: skip
    if there.form == "paper" and here.form == "electronic":
        yield "注意：对方要纸质，本地只收电子", "mind: paper is asked for over there, here it is electronic"
    if there.originals and not here.originals and here.copies:
        yield (
            "注意：对方要原件，本地只收复印件",
            "mind: originals are asked for over there, here copies are taken",
        )
    if there.trust:
        yield (
            f"对方要求可信等级不低于 {there.trust}",
            f"over there trust {there.trust} or better is asked for",
        )


@cache
def _words() -> Mapping[str, Any]:
    text = files("gateway.needs").joinpath("likely.yaml").read_text("utf-8")
    words: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return words


@cache
def _pattern(part: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_words()[part], key=len, reverse=True))))


@cache
def _read(name: str) -> str:
    """The name as it is compared; never empty."""
    folded = fold(name)
    known: Mapping[str, str] = _words()["alike"]
    text = _pattern("plain").sub("", _pattern("alike").sub(lambda found: known[found[0]], folded))
    return text.replace("(", "").replace(")", "") or folded


def _whose(material: RequiredMaterial) -> frozenset[str]:
    return frozenset(_pattern("whose").findall(_read(material.name)))
