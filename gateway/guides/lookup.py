"""Finding the guide of an item by whatever code is at hand, and the two guides of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.guides.guide import Guide, begun
from gateway.guides.store import guides_of
from gateway.items.align import Alignment, find
from gateway.items.codes import normalise
from gateway.items.item import Item, Question, going_by, standing, versions_on
from gateway.items.listing import list_items
from gateway.store.connection import Connection


class UnknownGuide(Exception):
    """No guide of the item is known that is in force in that place on the day: import it, or ask the platform."""

    code = "guide_unknown"

    def __init__(self, code: str, division: str) -> None:
        super().__init__(f"{division} {code}")
        self.facts: Mapping[str, str | int] = {"code": code[:64], "division": division}


@dataclass(frozen=True, slots=True)
class Known:
    """A guide in force, and how many others are kept of the item: earlier ones, later ones."""

    guide: Guide
    others: int


def look_up(connection: Connection, division: str, code: str, day: str) -> Known:
    """The guide in force on an ISO day. code: any code of the item, also one that only the catalogue knows.

    Raises UnknownGuide.
    """
    return _first(connection, division, codes_for(connection, division, code, day), day)


def codes_for(connection: Connection, division: str, code: str, day: str) -> tuple[str, ...]:
    """The code itself, then the other codes of the item that goes by it in the catalogue of that division.

    A wider code (a basic one, say) means the only item in force that it is a part of; of several, none.
    """
    key = normalise(code)
    found = versions_on(list_items(connection, division=division, code=code).items, day)
    named = [each for each in going_by(found, key) if standing(each, day) == "in_force"]
    return tuple(dict.fromkeys((key, *(_codes_of(named[0]) if len(named) == 1 else ()))))


def look_up_both(connection: Connection, question: Question) -> tuple[Alignment, Known, Known]:
    """What the catalogue takes for the same item in both places, and the guide of each.

    Raises UnknownGuide, and ItemError as `align.find` does.
    """
    alignment, day = find(connection, question), question.at.isoformat()
    here = codes_for(connection, question.here_division, question.code, day)
    return (
        alignment,
        _first(connection, question.here_division, (*here, *_codes_of(alignment.here)), day),
        _first(connection, question.there_division, _codes_of(alignment.there), day),
    )


def _first(connection: Connection, division: str, codes: Sequence[str], day: str) -> Known:
    for code in dict.fromkeys(codes):
        known = guides_of(connection, division, code)
        if guide := begun(known, day):
            return Known(guide, len(known) - 1)
    raise UnknownGuide(codes[0], division)


def _codes_of(item: Item) -> tuple[str, ...]:
    codes = (item.code, item.handling_code, item.implementation_code, normalise(item.local_code))
    return tuple(code for code in codes if code)
