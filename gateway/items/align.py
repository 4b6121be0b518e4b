"""Alignment (对码): which item over there is this item here, on the day the papers were received (收件).

A declared row first, the most exact one; else the national basic code (RR = 00) with the competent division,
the unit and the service object. Several left is an answer of its own; nothing is guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.sql.expression import ClauseElement

from gateway.items.choice import choose
from gateway.items.codes import Code, normalise, parse
from gateway.items.declared import keys, ranked, rows_in_force
from gateway.items.item import (
    Declared,
    Item,
    Question,
    going_by,
    own_places,
    places,
    require_in_force,
    short_division,
    standing,
    versions_on,
)
from gateway.items.problems import NotAligned, NotYetValid, SeveralItems, UnknownItem
from gateway.items.statements import (
    DECLARED,
    ITEMS_BY_BASIC_CODE,
    ITEMS_BY_LOCAL_CODE,
    declared_parameters,
    item_parameters,
)
from gateway.store.connection import Connection

__all__ = ["Alignment", "Question", "align", "find"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The answer. `id` is the declared row's, or national:BASIC_CODE."""

    id: str
    kind: Literal["declared", "national"]
    here: Item
    there: Item

    def document(self) -> dict[str, str]:
        """What stands in the case as `item.there` for the mapping; all text, and what the item lacks is absent."""
        there = self.there
        known = {
            "basic_code": there.basic_code,
            "implementation_code": there.implementation_code,
            "handling_code": there.handling_code,
            "local_code": there.local_code,
            "name": there.name,
            "version": str(there.version),
            "unit": there.unit,
            "alignment": self.id,
        }
        return {name: text for name, text in known.items() if text}


def align(question: Question, candidates: Sequence[Item], declared: Sequence[Declared]) -> Alignment:
    """Decide from what the catalogue has: items of both sides, declared rows of either direction.

    Raises UnknownItem, NotAligned, CancelledItem, SuspendedItem, NotYetValid, SeveralItems.
    """
    here = own_item(question, candidates)
    return _decide(question, here, rows_in_force(question, here, declared), candidates, declared)


def _decide(
    question: Question,
    here: Item,
    rows: Sequence[Declared],
    candidates: Sequence[Item],
    declared: Sequence[Declared],
) -> Alignment:
    """The rows in force decide, else the national basic code."""
    if rows:
        return _by_declared(question, here, rows, candidates)
    if not here.basic_code.startswith("00"):
        raise _not_aligned(question, here, declared, lacking="national_code")
    fitting = [item for item in candidates if item.basic_code == here.basic_code]
    there = choose(question, fitting)
    if there is None:
        raise _not_aligned(question, here, declared, lacking="item_there")
    return Alignment(f"national:{here.basic_code}", "national", here, there)


def own_item(question: Question, candidates: Sequence[Item]) -> Item:
    """The caller's item: by its code, else the local code, else the wider code that rows are part of.

    A national basic code that only the other side has needs no row here: it names the same item everywhere.
    """
    key, day = normalise(question.code), question.at.isoformat()
    around = own_places(question)
    ours = versions_on((item for item in candidates if item.division in around), day)
    found = going_by(ours, key) if key else []
    for place in around:
        nearest = [item for item in found if item.division == place]
        if nearest:
            return _one_of(nearest, key, day)
    code, there = parse(key), places(question.there_division)
    names = [item.name for item in candidates if item.basic_code == key and item.division in there]
    if names and code.is_national:
        division = short_division(question.here_division)
        return Item(division, key, kind="basic", name=names[0], basic_code=key, type=code.type)
    raise UnknownItem(code=key[:64], division=question.here_division)


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


def _by_declared(
    question: Question, here: Item, rows: Sequence[Declared], candidates: Sequence[Item]
) -> Alignment:
    around = places(question.there_division)
    theirs = [item for item in candidates if item.division in around]
    named = [(row, item) for row in rows for item in going_by(theirs, row.there_code)]
    there = choose(question, [item for _, item in named])
    if there is None:
        raise UnknownItem(code=rows[0].there_code, division=rows[0].there_division)
    word = next(row for row, item in named if item is there)
    return Alignment(word.id, "declared", here, there)


def _not_aligned(
    question: Question, here: Item, declared: Iterable[Declared], *, lacking: str
) -> NotAligned | NotYetValid:
    """What to say when nothing fits: an alignment declared for a later day is worth naming."""
    day = question.at.isoformat()
    later = [row.valid_from for _, row in ranked(question, here, declared) if row.valid_from > day]
    facts: dict[str, str | int] = {"code": here.code, "division": question.there_division}
    if later:
        return NotYetValid(**facts, **{"from": min(later)})
    return NotAligned(**facts, lacking=lacking)


def find(connection: Connection, question: Question) -> Alignment:
    """Fetch what bears on the question, and decide. Raises what `align` raises.

    A structured code brings the items of both sides with one statement, as both carry its basic code.
    """
    there = places(question.there_division)
    code = parse(question.code)
    known = _going_by(connection, code, own_places(question) + there)
    here = own_item(question, known)
    declared = _declared(connection, keys(here), question.there_division)
    rows = rows_in_force(question, here, declared)
    if rows:
        for row in rows:
            known += _going_by(connection, parse(row.there_code), there)
    elif here.basic_code != code.basic:
        known += _items(connection, ITEMS_BY_BASIC_CODE, here.basic_code, there)
    return _decide(question, here, rows, known, declared)


def _declared(connection: Connection, codes: Sequence[str], division: str) -> list[Declared]:
    rows = connection.rows(DECLARED[len(codes)], declared_parameters(codes, division))
    return [Declared._make(row) for row in rows]


def _going_by(connection: Connection, code: Code, around: Sequence[str]) -> list[Item]:
    """Items of these divisions that carry the code's basic code, else those with it as local code."""
    found = _items(connection, ITEMS_BY_BASIC_CODE, code.basic, around) if code.basic else []
    return found or _items(connection, ITEMS_BY_LOCAL_CODE, code.text, around)


def _items(
    connection: Connection, statements: Mapping[int, ClauseElement], code: str, around: Sequence[str]
) -> list[Item]:
    around = tuple(dict.fromkeys(around))
    rows = connection.rows(statements[len(around)], item_parameters(code, around))
    return [Item._make(row) for row in rows]
