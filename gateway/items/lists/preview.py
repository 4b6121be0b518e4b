"""What a list would change, before it is applied (预览): added, changed, cancelled, devolved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, NamedTuple

from gateway.items.item import Item
from gateway.items.lists.compare import (
    CODE,
    DIVISION,
    NAME,
    VERSION,
    Divisions,
    Judged,
    differing,
    has_ended,
    judged,
)  # fmt: skip
from gateway.items.lists.devolved import Devolution
from gateway.items.lists.line import Line
from gateway.items.lists.rows import Reading
from gateway.items.lists.seen import Seen
from gateway.items.lists.spool import Part, Spool
from gateway.items.lists.stored import BATCH, Stored, of_list, stored
from gateway.items.problems import Problem
from gateway.store import cases
from gateway.store.connection import Connection
from gateway.store.store import Store

SCOPE = (
    "catalogue items"  # a number that every change of items takes: who compares and then applies relies on it
)
SHOWN = 20
Kind = Literal["added", "changed", "cancelled", "devolved"]
KINDS: tuple[Kind, ...] = ("added", "changed", "cancelled", "devolved")


class Told(NamedTuple):
    """A row that is refused, or odd and kept: where it stands, why, and all its cells."""

    place: int
    problems: tuple[Problem, ...]
    is_odd: bool
    line: Line


Tell = Callable[[Told], object]


class Change(NamedTuple):
    """For people: which item, and what of it; or what came in its place."""

    division: str
    code: str
    name: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which list the rows are. complete: the division of which it is the whole list; empty: it is a part.

    day: ISO; what the list has no more is cancelled from that day on.
    """

    source: str = ""
    complete: str = ""
    day: str = ""


@dataclass(slots=True)
class Preview:
    """What applying would do.

    withheld: nothing is cancelled, as a refused row does not say which item it is about.
    links:    by division and code of an item that ends: the code that came in its place.
    perhaps:  items in force that look devolved, and the code that came; nothing is done about them.
    """

    scope: Scope
    found_at: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*KINDS, "unchanged"), 0))
    refused: int = 0
    odd: int = 0
    withheld: bool = False
    shown: dict[Kind, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    links: dict[tuple[str, str], str] = field(default_factory=dict)
    perhaps: list[tuple[Change, str]] = field(default_factory=list)
    spool: Spool = field(default_factory=Spool)

    @property
    def changes_nothing(self) -> bool:
        return not self.spool.parts

    def count(self, kind: Kind, rows: Sequence[Stored], what: str = "") -> None:
        """Count rows of a kind; the first of them are kept to be shown."""
        self.counts[kind] += len(rows)
        left = SHOWN - len(self.shown[kind])
        self.shown[kind] += (Change(row[DIVISION], row[CODE], row[NAME], what) for row in rows[:left])


async def preview(
    store: Store, readings: Iterable[tuple[Line, Reading[Item]]], scope: Scope, tell: Tell = lambda _: None
) -> Preview:
    """Compare all rows with the catalogue, which is not changed. Every bad and odd row is told."""
    reading = _Rows(readings, scope, tell)
    found = Preview(scope, await store.read(lambda connection: cases.following_number(connection, SCOPE)))
    devolution, divisions = Devolution(scope.day), Divisions()
    for rows in reading.batches():
        for_each = await store.read(lambda connection: _looked_up(connection, rows, devolution, divisions))  # noqa: B023
        _sort(for_each, found, devolution)
    found.refused, found.odd = reading.refused, reading.odd
    found.counts["unchanged"] += reading.repeated
    devolution.drop(reading.seen.has_code)
    await _end(store, found, reading, devolution)
    return found


def _looked_up(
    connection: Connection, rows: list[Stored], devolution: Devolution, divisions: Divisions
) -> list[Judged]:
    found = judged(connection, rows, divisions)
    new = [each.row for each in found if each.outcome == "added"]
    devolution.look_up(connection, [row for row in new if divisions.has_items(connection, row[DIVISION])])
    return found


def _sort(rows: list[Judged], found: Preview, devolution: Devolution) -> None:
    day = found.scope.day
    added = [each.row for each in rows if each.outcome == "added"]
    changed = [(each.row, each.before) for each in rows if each.outcome == "changed" and each.before]
    found.counts["unchanged"] += len(rows) - len(added) - len(changed)
    found.count("added", added)
    for row, before in changed:
        if has_ended(row, day) and not has_ended(before, day):
            devolution.leaves(row)
        else:
            is_shown = len(found.shown["changed"]) < SHOWN
            found.count("changed", [row], _difference(row, before) if is_shown else "")
    found.spool.put(Part(added, [row for row, _ in changed]))


def _difference(row: Stored, before: Stored) -> str:
    if row[VERSION] != before[VERSION]:
        return f"version {before[VERSION]} → {row[VERSION]}"
    return ", ".join(_told(name, row, before) for name in differing(row, before))


def _told(column: str, row: Stored, before: Stored) -> str:
    """A name that only is written otherwise (script, glosses, bullets, prefixes) is said to be."""
    if column != "name":
        return column
    from gateway.items.likeness.fold import fold  # its dictionaries take a while, and few imports need them

    return "name (spelling only)" if fold(row[NAME]) == fold(before[NAME]) else "name"


async def _end(store: Store, found: Preview, reading: "_Rows", devolution: Devolution) -> None:
    """What the whole list has no more is cancelled; what came in its place is found among the added."""
    scope = found.scope
    found.withheld = bool(scope.complete) and reading.is_unsure
    gone: list[Stored] = []
    if scope.complete and not found.withheld:
        gone = await _gone(store, scope, reading.seen)
    for row in gone:
        devolution.leaves(row)
    if devolution.is_awaited:
        for part in found.spool:
            devolution.comes(part.added)
    found.links = devolution.links()
    for first in range(0, len(gone), BATCH):
        found.spool.put(Part(ended=[devolution.ended(row) for row in gone[first : first + BATCH]]))
    for row in devolution.left:
        successor = found.links.get((row[DIVISION], row[CODE]), "")
        kind: Kind = "devolved" if successor else "cancelled"
        found.count(kind, [row], successor)
    found.perhaps = [(Change(row[DIVISION], row[CODE], row[NAME]), code) for row, code in devolution.perhaps]


async def _gone(store: Store, scope: Scope, seen: Seen) -> list[Stored]:
    """Of each item in force that the list does not name any more, its newest version."""
    newest: dict[str, Stored] = {}
    after = ("", -1)
    while rows := await store.read(lambda c: of_list(c, scope.complete, scope.source, after=after)):  # noqa: B023
        for row in rows:
            if not seen.has_code(row[DIVISION], row[CODE]):
                newest[row[CODE]] = row
        after = rows[-1][CODE], rows[-1][VERSION]
    return [row for row in newest.values() if not has_ended(row, scope.day)]


class _Rows:
    """The sound rows of a file, each item and version once; the others are told."""

    def __init__(self, readings: Iterable[tuple[Line, Reading[Item]]], scope: Scope, tell: Tell) -> None:
        self._readings = iter(readings)
        self._source = scope.source
        self._tell = tell
        self.seen = Seen()
        self.refused = self.odd = self.repeated = 0
        self.is_unsure = False

    def batches(self) -> Iterator[list[Stored]]:
        rows = self._sound()
        while batch := list(islice(rows, BATCH)):
            yield batch

    def _sound(self) -> Iterator[Stored]:
        for line, reading in self._readings:
            if reading.remarks:
                self.odd += 1
                self._tell(Told(line.place, reading.remarks, True, line))
            if reading.faults:
                self._refuse(line, reading.faults, reading)
            elif reading.record is not None:
                row = stored(reading.record, self._source)
                first = self.seen.first(row, line.place)
                if first is None:
                    yield row
                elif first == 0:
                    self.repeated += 1
                else:
                    self._refuse(line, (Problem("row", "row_repeats", {"row": first}),), reading)

    def _refuse(self, line: Line, faults: tuple[Problem, ...], reading: Reading[Item]) -> None:
        self.refused += 1
        self.is_unsure = self.is_unsure or not reading.code
        self.seen.add_code(reading.division, reading.code)
        self._tell(Told(line.place, faults, False, line))
