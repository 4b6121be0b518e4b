"""Which of the items that fit is the competent one: division, unit, handling item, situation, applicant."""

from collections.abc import Callable, Iterable, Sequence

from gateway.items.codes import normalise
from gateway.items.item import Item, Question, places, require_in_force, situation_key, standing, versions_on
from gateway.items.problems import NotAligned, SeveralItems

# The situations that an item may be for, as they are compared; none: for any.
Wanted = Callable[[Item], frozenset[str]]


def choose(question: Question, fitting: Iterable[Item], wanted: Wanted) -> Item | None:
    """One item over there; None when there is none at all. Raises what `align` raises."""
    around, day = places(question.there_division), question.at.isoformat()
    there = [item for item in fitting if item.division in around and item.kind != "basic"]
    if not there:
        return None
    there = _of_unit(question, versions_on(there, day))
    left = _without_parents(_competent(around, there, day))
    left = _for_applicant(question, _for_situation(question, left, wanted))
    if len(left) > 1:
        raise SeveralItems(tuple(left), _deciding_field(question, left))
    return left[0]


def _of_unit(question: Question, items: list[Item]) -> list[Item]:
    if question.unit is None:
        return items
    wanted = normalise(question.unit)
    kept = [item for item in items if item.unit == wanted]
    if not kept:
        raise _lacking(question, "unit")
    return kept


def _competent(around: Sequence[str], current: Sequence[Item], day: str) -> list[Item]:
    """Items in force in the nearest division that has the item.

    A division whose item is cancelled or suspended is not passed over, unless what superseded it is in force;
    one whose item begins later is, since until then the one above is competent.
    """
    in_force = [item for item in current if standing(item, day) == "in_force"]
    for place in around:
        if usable := [item for item in in_force if item.division == place]:
            return usable
        ended = [i for i in current if i.division == place and standing(i, day) != "not_yet_valid"]
        if ended:
            successors = _successors(ended, current)
            return [i for i in in_force if i.code in successors] or [require_in_force(ended[0], day)]
    return [require_in_force(min(current, key=lambda item: item.valid_from), day)]


def _successors(ended: Sequence[Item], current: Sequence[Item]) -> set[str]:
    """Codes that took their place, also one after the other."""
    found: set[str] = set()
    new = {item.superseded_by for item in ended if item.superseded_by}
    while new:
        found |= new
        new = {item.superseded_by for item in current if item.code in new and item.superseded_by} - found
    return found


def _without_parents(items: list[Item]) -> list[Item]:
    """Where handling items (业务办理项) are in force, their implementation item is not applied for."""
    parents = {item.implementation_code for item in items if item.handling_code}
    return [item for item in items if item.handling_code or item.implementation_code not in parents]


def _for_situation(question: Question, items: list[Item], wanted: Wanted) -> list[Item]:
    """What is for the situation itself goes before what is for every one; nothing for another situation is left."""
    exact = [item for item in items if item.situation and situation_key(item.situation) in wanted(item)]
    kept = exact or [item for item in items if not item.situation or not wanted(item)]
    if not kept:
        raise _lacking(question, "situation")
    return kept


def _for_applicant(question: Question, items: list[Item]) -> list[Item]:
    wanted = question.service_object
    if wanted is None:
        return items
    kept = [item for item in items if item.serves(wanted)]
    if not kept:
        raise _lacking(question, "service_object")
    return kept


def _lacking(question: Question, field: str) -> NotAligned:
    return NotAligned(code=normalise(question.code), division=question.there_division, lacking=field)


def _deciding_field(question: Question, items: list[Item]) -> str:
    """The first field that the caller has not given and in which the items differ."""
    if len({item.unit for item in items}) > 1:
        return "unit"
    if question.situation is None and len({item.situation for item in items}) > 1:
        return "situation"
    if question.service_object is None and len({item.service_objects for item in items}) > 1:
        return "service_object"
    if len({item.implementation_code for item in items}) > 1:
        return "implementation_code"
    return "handling_code" if len({item.handling_code for item in items}) > 1 else "local_code"
