"""Which item of the caller's own side a code names, down to the handling item (业务办理项) for the situation."""

from collections.abc import Sequence

from gateway.items.codes import normalise, parse
from gateway.items.item import (
    Item,
    Question,
    going_by,
    own_places,
    places,
    require_in_force,
    short_division,
    situation_key,
    standing,
    versions_on,
)
from gateway.items.problems import SeveralItems, UnknownItem


def own_item(question: Question, candidates: Sequence[Item]) -> Item:
    """The caller's item: by its code, else the local code, else the wider code that rows are part of.

    A national basic code that only the other side has needs no row here: it names the same item everywhere.
    Raises UnknownItem, CancelledItem, SuspendedItem, NotYetValid, SeveralItems.
    """
    key, day = normalise(question.code), question.at.isoformat()
    around = own_places(question)
    ours = versions_on((item for item in candidates if item.division in around), day)
    found = going_by(ours, key) if key else []
    for place in around:
        nearest = [item for item in found if item.division == place]
        if nearest:
            return _for_situation(question, _one_of(nearest, key, day), ours)
    return _national(question, key, candidates)


def _national(question: Question, key: str, candidates: Sequence[Item]) -> Item:
    code, there = parse(key), places(question.there_division)
    theirs = [item for item in candidates if item.basic_code == key and item.division in there]
    if not theirs or not code.is_national:
        raise UnknownItem(code=key[:64], division=question.here_division)
    name = versions_on(theirs, question.at.isoformat())[0].name
    division = short_division(question.here_division)
    return Item(division, key, kind="basic", name=name, basic_code=key, type=code.type)


def _for_situation(question: Question, item: Item, ours: Sequence[Item]) -> Item:
    """The one handling item of an implementation item that is for the situation and the applicant; else itself."""
    if not question.situation or item.handling_code or item.code != item.implementation_code:
        return item
    wanted, day = situation_key(question.situation), question.at.isoformat()
    fitting = [
        each
        for each in ours
        if each.handling_code
        and (each.implementation_code, each.division) == (item.code, item.division)
        and situation_key(each.situation) == wanted
        and each.serves(question.service_object or each.service_objects)
        and standing(each, day) == "in_force"
    ]
    return fitting[0] if len(fitting) == 1 else item


def _one_of(nearest: list[Item], key: str, day: str) -> Item:
    """The caller's own item among those of one division that go by its code."""
    in_force = [item for item in nearest if standing(item, day) == "in_force"]
    first = require_in_force(nearest[0], day) if not in_force else in_force[0]
    if first.code == key:
        return first
    if key in (first.basic_code, first.implementation_code):
        return _named_by(first, key)
    if len(in_force) > 1:
        raise SeveralItems(tuple(in_force), "code")
    return first


def _named_by(item: Item, key: str) -> Item:
    """The item that a wider code itself names; what only its narrower ones have is left out."""
    code = parse(key)
    return Item(
        division=item.division,
        code=key,
        version=item.version,
        kind=code.kind,
        name=item.name,
        basic_code=item.basic_code,
        implementation_code=code.implementation,
        type=item.type,
        level=code.level,
        unit=code.unit,
        valid_from=item.valid_from,
        valid_to=item.valid_to,
    )
