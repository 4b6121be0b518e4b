"""Alignment (对码): which item over there is this item here, on the day the papers were received (收件).

A declared row first, the most exact one; else the national basic code (RR = 00) with the competent division,
the unit, the situation and the service object. Several left is an answer of its own; nothing is guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.sql.expression import ClauseElement

from gateway.items.choice import choose
from gateway.items.codes import Code, parse
from gateway.items.declared import keys, rows_in_force, unaligned
from gateway.items.item import Declared, Item, Question, own_places, places, situation_key, versions_on
from gateway.items.itself import named_there
from gateway.items.led import by_declared
from gateway.items.own import own_item
from gateway.items.problems import CancelledItem
from gateway.items.statements import (
    DECLARED,
    ITEMS_BY_BASIC_CODE,
    ITEMS_BY_LOCAL_CODE,
    declared_parameters,
    item_parameters,
)
from gateway.items.unaligned import target_ended
from gateway.items.versions import require_version
from gateway.store.connection import Connection

__all__ = ["Alignment", "Question", "align", "find"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The answer. `id` is the declared row's, national:BASIC_CODE, or itself:CODE of theirs that was asked for.

    situation: over there, empty if none.
    """

    id: str
    kind: Literal["declared", "national", "itself"]
    here: Item
    there: Item
    situation: str = ""

    def document(self) -> dict[str, str]:
        """What stands in the case as `item.there` for the mapping; all text, and what the item lacks is absent."""
        there = self.there
        known = {
            "code": there.code,
            "basic_code": there.basic_code,
            "implementation_code": there.implementation_code,
            "handling_code": there.handling_code,
            "local_code": there.local_code,
            "local_catalog_code": there.local_catalog_code,
            "name": there.name,
            "situation": self.situation,
            "version": str(there.version),
            "unit": there.unit,
            "alignment": self.id,
        }
        return {name: text for name, text in known.items() if text}


def align(question: Question, candidates: Sequence[Item], declared: Sequence[Declared]) -> Alignment:
    """Decide from what the catalogue has: items of both sides, declared rows of either direction.

    Raises UnknownItem, NotAligned, CancelledItem, SuspendedItem, NotYetValid, SeveralItems, AlignmentConflict,
    VersionDiffers, and what stands below them in `unaligned`.
    """
    if named := named_there(question, candidates):
        return _itself(question, named, candidates)
    here = own_item(question, candidates)
    return _decide(question, here, rows_in_force(question, here, declared), candidates, declared)


def _itself(question: Question, there: Item, candidates: Sequence[Item]) -> Alignment:
    require_version(question.version, there, candidates)
    return Alignment(f"itself:{there.code}", "itself", there, there, there.situation)


def _decide(
    question: Question,
    here: Item,
    rows: Sequence[Declared],
    candidates: Sequence[Item],
    declared: Sequence[Declared],
) -> Alignment:
    """The rows in force decide, else the national basic code; the version counts only once it is decided."""
    if rows:
        row, there = by_declared(question, rows, candidates)
        found = Alignment(row.id, "declared", here, there, row.there_situation or there.situation)
    else:
        found = _national(question, here, candidates, declared)
    require_version(question.version, found.there, candidates)
    return found


def _national(
    question: Question, here: Item, candidates: Sequence[Item], declared: Sequence[Declared]
) -> Alignment:
    if not here.basic_code.startswith("00"):
        raise unaligned(question, here, declared, lacking="national_code")
    current = versions_on(candidates, question.at.isoformat())
    fitting = [item for item in current if item.basic_code == here.basic_code]
    said = frozenset([situation_key(question.situation)] if question.situation else [])
    name = f"national:{here.basic_code}"
    try:
        there = choose(question, fitting, lambda _: said)
    except CancelledItem as error:
        raise target_ended(error, name) from error
    if there is None:
        raise unaligned(question, here, declared, lacking="item_there")
    return Alignment(name, "national", here, there, there.situation)


def find(connection: Connection, question: Question) -> Alignment:
    """Fetch what bears on the question, and decide. Raises what `align` raises.

    A structured code brings the items of both sides with one statement, as both carry its basic code; what is
    declared of it leaves together with that, as the item mostly is declared under a part of the code.
    """
    there = places(question.there_division)
    code = parse(question.code)
    parts = tuple(dict.fromkeys((code.text, code.implementation, code.basic))) if code.basic else ()
    of_parts = ask_declared(connection, [part for part in parts if part], question.there_division)
    known = going_by_code(connection, code, own_places(question) + there)
    if named := named_there(question, known):
        return _itself(question, named, known)
    here = own_item(question, known)
    further = [key for key in keys(here) if key not in parts]
    declared = of_parts() + declared_for(connection, further, question.there_division)
    rows = rows_in_force(question, here, declared)
    if rows:
        for row in rows:
            known += targets(connection, row.there_code, there)
    elif here.basic_code != code.basic:
        known += going_by_code(connection, parse(here.basic_code), there)
    return _decide(question, here, rows, known, declared)


def declared_for(connection: Connection, codes: Sequence[str], division: str) -> list[Declared]:
    """Rows of either direction under any of at most four codes, whose other side is in the division's province."""
    return ask_declared(connection, codes, division)()


def ask_declared(connection: Connection, codes: Sequence[str], division: str) -> Callable[[], list[Declared]]:
    """The same once they are looked at: on a server they leave with whatever is looked at first."""
    if not codes:
        return list
    found = connection.ask(DECLARED[len(codes)], declared_parameters(codes, division))
    return lambda: [Declared._make(row) for row in found()]


def targets(connection: Connection, code: str, around: Sequence[str]) -> list[Item]:
    """Items of these divisions to which a row can lead, and what may have taken their place."""
    parsed = parse(code)
    found = going_by_code(connection, parsed, around)
    devolved = {item.basic_code for item in found if item.superseded_by} - {"", parsed.basic}
    for basic in sorted(devolved):
        found += going_by_code(connection, parse(basic), around)
    return found


def going_by_code(connection: Connection, code: Code, around: Sequence[str]) -> list[Item]:
    """Items of these divisions that carry the code's basic code, else those with it as local code.

    All versions of each, also those that carry it no more: without them an earlier one would seem to hold.
    """
    found = _items(connection, ITEMS_BY_BASIC_CODE, code.basic, around) if code.basic else []
    if found:
        local = {item.code for item in found if item.kind == "local"}
        return found + [i for each in local for i in _items(connection, ITEMS_BY_LOCAL_CODE, each, around)]
    found = _items(connection, ITEMS_BY_LOCAL_CODE, code.text, around)
    basic = {item.basic_code for item in found if item.kind != "local"}
    return found + [i for each in basic for i in _items(connection, ITEMS_BY_BASIC_CODE, each, around)]


def _items(
    connection: Connection, statements: Mapping[int, ClauseElement], code: str, around: Sequence[str]
) -> list[Item]:
    around = tuple(dict.fromkeys(around))
    rows = connection.rows(statements[len(around)], item_parameters(code, around))
    return [Item._make(row) for row in rows]
