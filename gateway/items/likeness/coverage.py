"""How far the items of one place can be handled from another: what aligns each, and what each still lacks.

Decided by the same `align` that decides cases, page by page: a list of any length needs the memory of one page.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple, get_args

from gateway.items.align import align
from gateway.items.declared import keys, rows_in_force
from gateway.items.item import Declared, Item, Question, standing, versions_on
from gateway.items.likeness.pages import PAGE, Page, read_page
from gateway.items.likeness.stored import Pair, open_between
from gateway.items.problems import ItemError, NotAligned, NotYetValid, SeveralItems
from gateway.store.connection import Connection

Standing = Literal["national", "declared", "confirmed", "suggested", "unaligned", "conflicting"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
_NOTHING = ("", "")
_ALIGNMENT = ("登记对码，或请对方公布事项", "an alignment, or the item in their list")


class Covered(NamedTuple):
    """One item in force here. there: what it is aligned to, or None. lacks: Chinese and English, or empty."""

    item: Item
    standing: Standing
    there: Item | None
    lacks: tuple[str, str]


def cover(
    connection: Connection, pair: Pair, day: date, after: str, *, size: int = PAGE
) -> tuple[list[Covered], str]:
    """The items of the next page after a code, and the code to go on after; empty at the end."""
    page = read_page(connection, pair, after, size)
    if not page.last:
        return [], ""
    waiting = open_between(connection, pair, after, page.last)
    bearing, targets = _bearing(page), _targets(page)
    found = []
    for item in versions_on(page.here, day.isoformat()):
        if standing(item, day.isoformat()) == "in_force":
            rows = bearing[item.code]
            theirs = [
                each for row in rows for code in (row.here_code, row.there_code) for each in targets[code]
            ]
            question = Question(item.code, pair.here, pair.there, None, None, day)
            found.append(_covered(question, item, rows, [*page.theirs.get(item.basic_code, ()), *theirs]))
    return [_suggested(each, waiting.get(each.item.code)) for each in found], page.last


def _covered(question: Question, item: Item, declared: Sequence[Declared], theirs: Sequence[Item]) -> Covered:
    rows = rows_in_force(question, item, declared)
    by: Standing = "national" if not rows else _by(rows[0])
    try:
        return Covered(item, by, align(question, [item, *theirs], declared).there, _NOTHING)
    except SeveralItems as several:
        return Covered(item, by, None, _naming(several.deciding_field))
    except NotAligned:
        return Covered(item, "unaligned", None, _ALIGNMENT)
    except NotYetValid as later:
        return Covered(item, "unaligned", None, _said(later))
    except ItemError as wrong:
        return Covered(item, "conflicting", None, _said(wrong))


def _by(row: Declared) -> Standing:
    return "confirmed" if row.confirmed_by else "declared"


def _said(error: ItemError) -> tuple[str, str]:
    problem = error.problem()
    return problem.text("zh"), problem.text("en")


def _naming(field: str) -> tuple[str, str]:
    return f"办件时须给出 {field}", f"a case has to name the {field}"


def _suggested(covered: Covered, waiting: tuple[int, bool] | None) -> Covered:
    if covered.standing != "unaligned" or waiting is None:
        return covered
    count, half = waiting
    lacks = (
        ("第二人确认", "the confirmation of a second person") if half
        else (f"确认 {count} 条建议之一", f"one of {count} suggestions to be confirmed")
    )  # fmt: skip
    return covered._replace(standing="suggested", lacks=lacks)


def _targets(page: Page) -> defaultdict[str, list[Item]]:
    """Items over there by every code that a row may name them by."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for item in page.targets:
        for code in keys(item):
            found[code].append(item)
    return found


def _bearing(page: Page) -> dict[str, list[Declared]]:
    """Rows by the code of the item here that they are about."""
    by_code: defaultdict[str, list[Declared]] = defaultdict(list)
    for row in page.declared:
        by_code[row.here_code].append(row)
        by_code[row.there_code].append(row)
    found: dict[str, list[Declared]] = {}
    for item in page.here:
        rows = found.setdefault(item.code, [])
        rows += (row for code in keys(item) for row in by_code.get(code, ()) if row not in rows)
    return found
