"""Finding the guide of an item by whatever code is at hand, and the two guides of a comparison."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.guides.guide import Guide, begun
from gateway.guides.store import guides_of
from gateway.items.align import Alignment, find
from gateway.items.codes import normalise
from gateway.items.item import Item, Question
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
    return _first(connection, division, codes_for(connection, division, code), day)


def codes_for(connection: Connection, division: str, code: str) -> tuple[str, ...]:
    """The code itself, then the other codes of the item that goes by it in the catalogue of that division.

    A code that several items there are part of (a basic one) says nothing about which of them is meant.
    """
    key = normalise(code)
    named = [
        each
        for each in list_items(connection, division=division, code=code).items
        if key in (each.code, normalise(each.local_code))
    ]
    own = _codes_of(named) if len({each.code for each in named}) == 1 else ()
    return tuple(dict.fromkeys((key, *own)))


def look_up_both(connection: Connection, question: Question) -> tuple[Alignment, Known, Known]:
    """What the catalogue takes for the same item in both places, and the guide of each.

    Raises UnknownGuide, and ItemError as `align.find` does.
    """
    alignment, day = find(connection, question), question.at.isoformat()
    here = (normalise(question.code), *_codes_of([alignment.here]))
    return (
        alignment,
        _first(connection, question.here_division, here, day),
        _first(connection, question.there_division, _codes_of([alignment.there]), day),
    )


def _first(connection: Connection, division: str, codes: Sequence[str], day: str) -> Known:
    for code in dict.fromkeys(codes):
        known = guides_of(connection, division, code)
        if guide := begun(known, day):
            return Known(guide, len(known) - 1)
    raise UnknownGuide(codes[0], division)


def _codes_of(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(
        code
        for each in items
        for code in (each.code, each.handling_code, each.implementation_code, normalise(each.local_code))
        if code
    )
