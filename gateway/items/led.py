"""Where declared rows lead: items over there with their handling items, what took their place, and clashes."""

from collections.abc import Iterator, Sequence

from gateway.items.choice import Wanted, choose
from gateway.items.codes import normalise
from gateway.items.item import (
    Declared,
    Item,
    Question,
    going_by,
    places,
    situation_key,
    standing,
    versions_on,
)
from gateway.items.problems import CancelledItem, SeveralItems
from gateway.items.unaligned import AlignmentConflict, TargetMissing, named, target_ended

Led = Sequence[tuple[Declared, Item]]
TOLD = ("unit", "situation", "service_object")  # what a caller can say to have one of several


def by_declared(
    question: Question, rows: Sequence[Declared], candidates: Sequence[Item]
) -> tuple[Declared, Item]:
    """The item to which rows of equal rank lead, and the row. Raises what `align` raises."""
    around, day = places(question.there_division), question.at.isoformat()
    theirs = versions_on((item for item in candidates if item.division in around), day)
    led = [(row, item) for row in rows for item in led_to(theirs, row.there_code, day)]
    _require_situation(question, rows, led)
    try:
        there = choose(question, [item for _, item in led], _wanted(question, led))
    except SeveralItems as error:
        raise _clash(question, led, error) from error
    except CancelledItem as error:
        code = error.facts["code"]
        row = next((row for row, item in led if item.code == code), rows[0])
        raise target_ended(error, row.id) from error
    if there is None:
        first = rows[0]
        raise TargetMissing(code=first.there_code, division=first.there_division, alignment=first.id)
    return _word(question, led, there), there


def led_to(theirs: Sequence[Item], code: str, day: str) -> list[Item]:
    """The items that go by a code, with the handling items of an implementation code.

    What superseded one that is cancelled on the day is the same item where it has the same basic code (下放).
    """
    found: list[Item] = []
    to_see = [code]
    for each in to_see:
        items = _with_handling_items(theirs, each)
        found += [item for item in items if item not in found]
        to_see += [after for after in _successors(theirs, items, day) if after not in to_see]
    return found


def _with_handling_items(theirs: Sequence[Item], code: str) -> list[Item]:
    found = going_by(theirs, code)
    if not any(item.code == code == item.implementation_code for item in found):
        return found
    return found + [item for item in theirs if item.handling_code and item.implementation_code == code]


def _successors(theirs: Sequence[Item], items: Sequence[Item], day: str) -> Iterator[str]:
    for item in items:
        if item.superseded_by and item.basic_code and standing(item, day) == "cancelled":
            after = (each for each in theirs if each.code == item.superseded_by)
            if any(each.basic_code == item.basic_code for each in after):
                yield item.superseded_by


def _require_situation(question: Question, rows: Sequence[Declared], led: Led) -> None:
    """A caller that does not tell the situation is answered only where it makes no difference."""
    if question.situation is not None or not any(row.here_situation for row in rows):
        return
    targets = {(row.there_code, situation_key(row.there_situation)) for row in rows}
    if len(targets) == 1 and not all(row.here_situation for row in rows):
        return
    day = question.at.isoformat()
    current = [item for item in versions_on((i for _, i in led), day) if standing(item, day) == "in_force"]
    if current:
        raise SeveralItems(tuple(current), "situation")


def _wanted(question: Question, led: Led) -> Wanted:
    """By item the situations over there: as the rows that lead to it say, else in the caller's words."""
    by_item: dict[Item, set[str]] = {}
    for row, item in led:
        said = situation_key(row.there_situation or question.situation or "")
        by_item.setdefault(item, set()).add(said)
    return lambda item: frozenset() if "" in by_item[item] else frozenset(by_item[item])


def _clash(question: Question, led: Led, error: SeveralItems) -> SeveralItems | AlignmentConflict:
    """Several items of one row are a choice; of several rows a conflict, unless the caller can tell."""
    left = set(error.candidates)
    by_row: dict[Declared, set[Item]] = {}
    for row, item in led:
        by_row.setdefault(row, set()).add(item)
    if error.deciding_field in TOLD or any(left <= items for items in by_row.values()):
        return error
    return _conflict(question, [row for row, items in by_row.items() if left & items], error.candidates)


def _word(question: Question, led: Led, there: Item) -> Declared:
    """The row on whose word it is this item. Of several that name situations over there, the caller's decides."""
    own = situation_key(there.situation)
    words = [row for row, item in led if item == there]
    fitting = [row for row in words if not own or situation_key(row.there_situation) in ("", own)] or words
    situations = {situation_key(row.there_situation) for row in fitting}
    if len(situations) > 1 and question.situation is None and "" not in situations:
        raise SeveralItems((there,), "situation")
    said = situation_key(question.situation or "") if len(situations) > 1 else next(iter(situations))
    heard = said if said in situations else ""
    fitting = [row for row in fitting if situation_key(row.there_situation) == heard]
    if not fitting:
        raise _conflict(question, words, (there,))
    return min(fitting, key=lambda row: (bool(row.here_situation), row.id))


def _conflict(
    question: Question, rows: Sequence[Declared], candidates: tuple[Item, ...]
) -> AlignmentConflict:
    facts = {"code": normalise(question.code), "division": question.there_division}
    return AlignmentConflict(candidates, **facts, alignments=named(rows))
