"""Suggestions for the items of one place among those of another. Pure and streamed; nothing is stored here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.items.item import Item
from gateway.items.likeness.candidates import Index
from gateway.items.likeness.features import Features, Subject, compare, subject, weights
from gateway.items.likeness.reasons import Said, reasons
from gateway.items.likeness.score import UNSURE, VERY_LIKELY, model

LOOKED_AT = 24  # of each item, those over there that share most rare characters with it
MOST = 5  # suggestions of one item
_TELL_EACH = 100


class Suggestion(NamedTuple):
    """These two may be one. probability: 0 to 1; why: in Chinese and in English."""

    here: Item
    there: Item
    probability: float
    why: Said


class Ranked(NamedTuple):
    """A candidate over there. plain: what the weights say. rivals: others of the item as clear."""

    probability: float
    plain: float
    subject: Subject
    features: Features
    rivals: int


def prepared(items: Sequence[Item], above: Sequence[Item] = ()) -> list[Subject]:
    """Items of one list ready for comparison, each with its main item where this list, or `above`, has it.

    above: items that may be main items of these and are not compared themselves (the national catalogue).
    """
    mains = _mains([*above, *items])
    return [subject(item, _main_of(item, mains)) for item in items]


def propose(
    here: Sequence[Subject], there: Sequence[Subject], *, least: float, told: Callable[[int, int], None]
) -> Iterator[Suggestion]:
    """At most MOST for each item, the most probable first, none below `least`. told: (done, of how many)."""
    rarity = weights([*here, *there])
    index = Index(there, rarity)
    for done, asked in enumerate(here, 1):
        likely = [each for each in ranked(asked, index, rarity) if each.probability >= least]
        for each in likely[:MOST]:
            why = reasons(asked, each.subject, each.features, rivals=each.rivals)
            yield Suggestion(asked.item, each.subject.item, each.probability, why)
        if done % _TELL_EACH == 0 or done == len(here):
            told(done, len(here))


def ranked(asked: Subject, index: Index, rarity: Mapping[str, float]) -> list[Ranked]:
    """What is near an item over there, the most probable first.

    From VERY_LIKELY up there is at most one: it is clear, and no other is. Of all others no more than UNSURE is
    believed, and that is put right by what such suggestions were worth.
    """
    near = [(each, compare(asked, each, rarity)) for each in index.nearest(asked, LOOKED_AT)]
    scored = [(model().probability(features), each, features) for each, features in near]
    scored.sort(key=lambda each: (-each[0], each[1].item.code))
    clear = sum(_is_clear(probability, features) for probability, _, features in scored)
    found = []
    for probability, each, features in scored:
        rivals = clear - 1 if _is_clear(probability, features) else 0
        firm = _is_clear(probability, features) and not rivals
        plain = probability if firm else min(probability, UNSURE)
        found.append(Ranked(model().calibrated(plain), plain, each, features, rivals))
    return sorted(found, key=lambda each: -each.probability)  # stable: what UNSURE holds down keeps its order


def _is_clear(probability: float, features: Features) -> bool:
    return bool(features.clear) and probability >= VERY_LIKELY


def _mains(items: Sequence[Item]) -> dict[str, str]:
    """Names by the code under which they may be somebody's main item; a basic code's own item before others."""
    named: dict[str, str] = {}
    for item in sorted(items, key=lambda item: item.kind != "basic"):
        if item.kind != "handling":
            for code in (item.implementation_code, item.basic_code):
                named.setdefault(code, item.name)
    return named


def _main_of(item: Item, mains: dict[str, str]) -> str:
    """Of a handling item its item; of a sub-item (the last three digits are not 000) the one with 000."""
    whole = item.basic_code[:9] + "000"
    codes = (item.implementation_code, item.basic_code, whole) if item.kind == "handling" else (whole,)
    names = (mains[code] for code in codes if code and code in mains and code != item.code)
    return next((name for name in names if name != item.name), "")
