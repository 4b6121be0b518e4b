"""A code of the other side that names its item outright.

An implementation or handling code begins with the unit that carries the item out, so it means one item in the
whole country (GB/T 39554.1): whoever knows it, as another gateway does that has aligned the item already, needs no
row here.
"""

from collections.abc import Sequence

from gateway.items.choice import choose
from gateway.items.codes import normalise, parse
from gateway.items.item import Item, Question, going_by, own_places, places, situation_key, versions_on


def named_there(question: Question, candidates: Sequence[Item]) -> Item | None:
    """The item over there that the code itself names; None if it is one of ours, or names none over there.

    Raises what `choose` raises: an item that is cancelled, or not for this applicant.
    """
    key, day = normalise(question.code), question.at.isoformat()
    around = own_places(question)
    if not parse(key).implementation or going_by(
        [each for each in candidates if each.division in around], key
    ):
        return None
    there = places(question.there_division)
    current = versions_on((each for each in candidates if each.division in there), day)
    named = [each for each in current if key in (each.code, each.implementation_code)]
    said = frozenset([situation_key(question.situation)] if question.situation else [])
    return choose(question, named, lambda _: said) if named else None
