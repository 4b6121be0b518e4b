"""Which declared alignment speaks for an item on a day, and why none does."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.items.codes import normalise
from gateway.items.item import Declared, Item, Question, covers, own_places, places, situation_key
from gateway.items.problems import NotAligned, NotYetValid
from gateway.items.unaligned import AlignmentEnded, AlignmentGap, named

Rank = tuple[int, bool, bool, int, int]


def keys(here: Item) -> tuple[str, ...]:
    """Codes under which an alignment of this item may be declared, the most exact first."""
    codes = (here.code, normalise(here.local_code), here.implementation_code, here.basic_code)
    return tuple(dict.fromkeys(code for code in codes if code))


def rows_in_force(question: Question, here: Item, declared: Sequence[Declared]) -> list[Declared]:
    """The most exact declared rows of the day, turned so that `here` is the caller's side.

    More exact: a narrower code; then one for the situation before one for every situation; then one declared in
    this direction; then a nearer division. Several of equal rank are returned together. A caller that does not
    tell the situation gets the rows of every situation.
    """
    if not declared:
        return []
    day = question.at.isoformat()
    known = [
        (rank, row)
        for rank, row in ranked(question, here, declared)
        if covers(row.valid_from, row.valid_to, day)
    ]
    best = min((rank for rank, _ in known), default=None)
    return sorted((row for rank, row in known if rank == best), key=lambda row: row.id)


def ranked(question: Question, here: Item, declared: Iterable[Declared]) -> list[tuple[Rank, Declared]]:
    """Rows about this item in any period, turned so that `here` is the caller's side, each with its rank."""
    codes, ours, theirs = keys(here), own_places(question), places(question.there_division)
    found = []
    for row in declared:
        for turned in (False, True):
            if (row.there_code if turned else row.here_code) not in codes:
                continue
            facing = row.turned() if turned else row
            if not _speaks_of(facing.here_situation, question.situation):
                continue
            if facing.here_division in ours and facing.there_division in theirs:
                near = theirs.index(facing.there_division), ours.index(facing.here_division)
                general = question.situation is not None and not facing.here_situation
                found.append(((codes.index(facing.here_code), general, turned, *near), facing))
    return found


def _speaks_of(situation: str, asked: str | None) -> bool:
    return not situation or asked is None or situation_key(situation) == situation_key(asked)


def unaligned(
    question: Question, here: Item, declared: Sequence[Declared], *, lacking: str
) -> NotAligned | NotYetValid:
    """What to say when nothing leads over there: rows of other days, or of other situations, are worth naming."""
    if found := out_of_force(question, here, declared):
        return found
    if question.situation is not None and rows_in_force(replace(question, situation=None), here, declared):
        lacking = "situation"
    return NotAligned(code=here.code, division=question.there_division, lacking=lacking)


def out_of_force(
    question: Question, here: Item, declared: Sequence[Declared]
) -> AlignmentGap | AlignmentEnded | NotYetValid | None:
    """Between which rows the day lies, after or before which; None if there are none (or some in force)."""
    day = question.at.isoformat()
    rows = [row for _, row in ranked(question, here, declared)]
    ended = [row for row in rows if row.valid_from <= day and row.valid_to and row.valid_to <= day]
    later = [row for row in rows if row.valid_from > day]
    if len(ended) + len(later) < len(rows):
        return None
    facts: dict[str, str | int] = {"code": here.code, "division": question.there_division}
    if ended and later:
        begin, end = max(row.valid_to for row in ended), min(row.valid_from for row in later)
        around = [row for row in rows if begin == row.valid_to or end == row.valid_from]
        return AlignmentGap(**facts, **{"from": begin, "until": end}, alignments=named(around))
    if later:
        return NotYetValid(**facts, **{"from": min(row.valid_from for row in later)})
    if ended:
        since = max(row.valid_to for row in ended)
        last = [row for row in ended if row.valid_to == since]
        return AlignmentEnded(**facts, since=since, alignments=named(last))
    return None
