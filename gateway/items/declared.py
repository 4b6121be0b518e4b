"""Which declared alignment speaks for an item on a day."""

from collections.abc import Iterable, Sequence

from gateway.items.codes import normalise
from gateway.items.item import Declared, Item, Question, covers, own_places, places

Rank = tuple[int, bool, int, int]


def keys(here: Item) -> tuple[str, ...]:
    """Codes under which an alignment of this item may be declared, the most exact first."""
    codes = (here.code, normalise(here.local_code), here.implementation_code, here.basic_code)
    return tuple(dict.fromkeys(code for code in codes if code))


def rows_in_force(question: Question, here: Item, declared: Sequence[Declared]) -> list[Declared]:
    """The most exact declared rows of the day, turned so that `here` is the caller's side.

    More exact: a narrower code; then one declared in this direction; then a nearer division. Several of equal
    rank are returned together.
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
            if facing.here_division in ours and facing.there_division in theirs:
                near = theirs.index(facing.there_division), ours.index(facing.here_division)
                found.append(((codes.index(facing.here_code), turned, *near), facing))
    return found
