"""What is wrong with the declared alignments: every day on which somebody would be refused, and harmless doubles.

A finding is what `align` itself answers: each pair of a code and two divisions is asked from either side, for every
situation that its rows know, on every day on which something begins or ends. So command and API cannot disagree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gateway.items.align import align, declared_for, going_by_code, targets
from gateway.items.codes import normalise, parse
from gateway.items.declared import out_of_force
from gateway.items.item import Declared, Item, Question, going_by, own_places, places, situation_key
from gateway.items.own import own_item
from gateway.items.problems import ItemError, Problem, SeveralItems
from gateway.items.unaligned import (
    AlignmentConflict,
    AlignmentEnded,
    AlignmentGap,
    TargetCancelled,
    TargetMissing,
    TargetSuperseded,
    named,
)
from gateway.items.walk import Pair, division_within
from gateway.store.connection import Connection

OTHER = "\0"  # a situation that no row names
APPLICANTS = ("1", "2^3^4^5^6^7^8^9")  # a natural person; an organization of any kind
# Periods and missing items are the same from either side, and told from the side that declared.
_FROM_HERE = (AlignmentConflict, TargetCancelled, TargetSuperseded, AlignmentGap, AlignmentEnded)
_FROM_THERE = (AlignmentConflict, TargetCancelled, TargetSuperseded)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of the lists. rows: ids; [valid_from, valid_to): the days that it is about, empty for open."""

    rows: str
    here_division: str
    here_code: str
    there_division: str
    situation: str
    valid_from: str
    valid_to: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that bears on one pair, in any period. rows: those of the pair itself, as they are asked."""

    rows: Sequence[Declared]
    declared: Sequence[Declared]
    items: Sequence[Item]


def findings_of(connection: Connection, pair: Pair, since: str) -> Iterator[Finding]:
    """What is wrong with the rows of one pair, as far as it concerns days from `since` on (ISO)."""
    asked, known = _known(connection, pair, since)
    if not pair.turned:
        yield from _missing(asked, known)
        yield from _doubles(asked, known, since)
    for situation in _situations(known):
        yield from _over_time(replace(asked, situation=situation), known, pair.turned)


def _known(connection: Connection, pair: Pair, since: str) -> tuple[Question, Known]:
    """What is declared for a place may be about items that stand in places within it: those are asked then."""
    day = date.fromisoformat(since)
    asked = Question(pair.code, pair.here_division, pair.there_division, None, None, day)
    items = _own(connection, asked)
    if not _has(items, own_places(asked), pair.code):
        within = division_within(connection, parse(pair.code), pair.here_division)
        asked = replace(asked, here_division=within or pair.here_division)
        items = _own(connection, asked)
    codes = _codes(pair.code, items)
    declared = [*dict.fromkeys(declared_for(connection, codes, pair.there_division))]
    rows = _of_pair(pair, declared)
    others = dict.fromkeys(code for row in declared for code in (row.here_code, row.there_code))
    led = [code for code in others if code not in codes]
    items += _targets(connection, led, asked)
    if not any(_has(items, places(asked.there_division), row.there_code) for row in rows):
        found = (division_within(connection, parse(row.there_code), pair.there_division) for row in rows)
        asked = replace(asked, there_division=next(filter(None, found), pair.there_division))
        items += _targets(connection, led, asked)
    return asked, Known(rows, declared, [*dict.fromkeys(items)])


def _own(connection: Connection, asked: Question) -> list[Item]:
    return going_by_code(connection, parse(asked.code), own_places(asked) + places(asked.there_division))


def _targets(connection: Connection, codes: Sequence[str], asked: Question) -> list[Item]:
    around = places(asked.there_division)
    return [item for code in codes for item in targets(connection, code, around)]


def _has(items: Sequence[Item], around: Sequence[str], code: str) -> bool:
    return bool(going_by([item for item in items if item.division in around], code))


def _of_pair(pair: Pair, declared: Sequence[Declared]) -> list[Declared]:
    """The rows of the pair itself, as they are asked."""
    facing = (row.turned() if pair.turned else row for row in declared)
    sides = pair.here_division, pair.code, pair.there_division
    return [row for row in facing if (row.here_division, row.here_code, row.there_division) == sides]


def _codes(code: str, items: Sequence[Item]) -> tuple[str, ...]:
    """All codes under which the item may be declared, whichever version of it: at most four."""
    known = going_by(items, code)
    found = (
        part
        for item in known
        for part in (normalise(item.local_code), item.implementation_code, item.basic_code)
    )
    return tuple(dict.fromkeys(part for part in (code, *found) if part))[:4]


def _situations(known: Known) -> list[str | None]:
    """None where no row is for a situation; else each of them, and one that no row names."""
    said = {situation_key(row.here_situation): row.here_situation for row in known.rows if row.here_situation}
    if not said:
        return [None]
    return [*said.values(), *([OTHER] if len(said) < len(known.rows) else [])]


def _missing(asked: Question, known: Known) -> Iterator[Finding]:
    """Rows of which a catalogue lacks the item, on either side."""
    for row in known.rows:
        sides = ((row.here_division, row.here_code, own_places(asked)),
                 (row.there_division, row.there_code, places(asked.there_division)))  # fmt: skip
        for division, code, around in sides:
            if not _has(known.items, around, code):
                error = TargetMissing(code=code, division=division, alignment=row.id)
                if not row.valid_to or row.valid_to > asked.at.isoformat():
                    yield _finding(asked, row.id, (row.valid_from, row.valid_to), error.problem(row.id))


def _doubles(asked: Question, known: Known, since: str) -> Iterator[Finding]:
    """Rows that say the same for the same days: harmless, until one of them is mended."""
    ordered = sorted(known.rows, key=lambda row: (row.valid_from, row.id))
    for place, row in enumerate(ordered):
        for other in ordered[place + 1 :]:
            ends = min(row.valid_to or "9", other.valid_to or "9")
            if _says(row) == _says(other) and other.valid_from < ends and ends > since:
                days = other.valid_from, "" if ends == "9" else ends
                both = named((row, other))
                problem = Problem(both, "item_alignment_overlap", {"alignments": both})
                yield _finding(replace(asked, situation=row.here_situation), both, days, problem)


def _says(row: Declared) -> tuple[str, ...]:
    return row.there_code, situation_key(row.here_situation), situation_key(row.there_situation)


def _over_time(asked: Question, known: Known, turned: bool) -> Iterator[Finding]:
    """Each fault with the days from which and until which it is met."""
    open_: dict[str, tuple[str, ItemError]] = {}
    for day in _days(asked.at.isoformat(), known):
        question = replace(asked, at=date.fromisoformat(day))
        now = {
            f"{error.code} {sorted(error.facts.items())}": error for error in _faults(question, known, turned)
        }
        for key in open_.keys() - now.keys():
            begin, error = open_.pop(key)
            yield _told(asked, known, (begin, day), error)
        open_ |= {key: (day, error) for key, error in now.items() if key not in open_}
    for begin, error in open_.values():
        yield _told(asked, known, (begin, ""), error)


def _days(since: str, known: Known) -> list[str]:
    """The days on which an answer may change, the first among them."""
    dated: list[Declared | Item] = [*known.declared, *known.items]
    bounds = {day for each in dated for day in (each.valid_from, each.valid_to)}
    return [since, *sorted(day for day in bounds if day > since)]


def _faults(question: Question, known: Known, turned: bool) -> Iterator[ItemError]:
    """Why somebody who asks on that day is refused, and people have to mend the rows."""
    try:
        found = align(question, known.items, known.declared)
    except SeveralItems as error:
        yield from _several(question, known, turned, error)
    except ItemError as error:
        of_row = not str(error.facts.get("alignment", "")).startswith("national:")
        if of_row and isinstance(error, _FROM_THERE if turned else _FROM_HERE):
            yield error
    else:
        if turned or found.kind != "national":
            return
        gap = out_of_force(question, own_item(question, known.items), known.declared)
        if isinstance(gap, AlignmentGap):
            yield gap


def _several(question: Question, known: Known, turned: bool, error: SeveralItems) -> Iterator[ItemError]:
    """What a caller can tell is asked for each that it may be; what nobody can tell is a fault."""
    if error.deciding_field == "unit":
        for unit in sorted({item.unit for item in error.candidates}):
            yield from _faults(replace(question, unit=unit), known, turned)
    elif error.deciding_field == "service_object":
        for applicant in APPLICANTS:
            yield from _faults(replace(question, service_object=applicant), known, turned)
    elif error.deciding_field != "situation":
        yield error


def _told(asked: Question, known: Known, days: tuple[str, str], error: ItemError) -> Finding:
    rows = str(error.facts.get("alignments") or error.facts.get("alignment") or named(known.rows))
    return _finding(asked, rows, days, error.problem(rows))


def _finding(asked: Question, rows: str, days: tuple[str, str], problem: Problem) -> Finding:
    said = "" if asked.situation in (None, OTHER) else str(asked.situation)
    return Finding(rows, asked.here_division, asked.code, asked.there_division, said, *days, problem)
