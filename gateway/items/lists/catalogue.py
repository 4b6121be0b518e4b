"""Lists that are in memory, brought in on one connection: alignments, and short lists of items.

An import runs in the transaction of its connection: all good rows of the call, or none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.items.item import Declared
from gateway.items.lists.compare import Divisions, judged
from gateway.items.lists.declared import read_alignment
from gateway.items.lists.rows import read_item
from gateway.items.lists.seen import Seen
from gateway.items.lists.stored import Stored, put, stored
from gateway.items.problems import Problem
from gateway.items.tables import alignments
from gateway.store.connection import Connection

FIRST_ROW = 2  # as a spreadsheet counts: the heading is row 1


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong, or odd, in which row."""

    row: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, changed something, were known; what was refused; what is odd, but kept."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[RowProblem, ...] = ()
    remarks: tuple[RowProblem, ...] = ()


def import_items(connection: Connection, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Rows of items.csv, all cells text; a row is known by division, code and version."""
    seen, sound, repeated = Seen(), [], 0
    refused: list[RowProblem] = []
    odd: list[RowProblem] = []
    for number, reading in enumerate(map(read_item, rows), FIRST_ROW):
        refused += (RowProblem(number, fault) for fault in reading.faults)
        odd += (RowProblem(number, remark) for remark in reading.remarks)
        if reading.record is not None:
            row = stored(reading.record, "")
            first = seen.first(row, number)
            if first is None:
                sound.append(row)
            elif first:
                refused.append(RowProblem(number, Problem("row", "row_repeats", {"row": first})))
            else:
                repeated += 1
    counts = _bring(connection, sound)
    counts["unchanged"] += repeated
    return Imported(**counts, faults=tuple(refused), remarks=tuple(odd))


def _bring(connection: Connection, rows: list[Stored]) -> dict[str, int]:
    found = judged(connection, rows, Divisions())
    put(connection, [each.row for each in found if each.outcome != "unchanged"])
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for each in found:
        # a version beside another one is a row more
        new = each.before is None or each.before[:3] != each.row[:3]
        counts["added" if new else each.outcome] += 1
    return counts


_KEY = alignments.c.id == sa.bindparam("id")
_NAMES = Declared._fields
_KNOWN = sa.select(*(alignments.c[name] for name in _NAMES)).where(_KEY)
_REMOVE = sa.delete(alignments).where(_KEY)
_ADD = sa.insert(alignments)


def import_alignments(connection: Connection, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Rows of alignments.csv, all cells text; a row is known by its id."""
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    refused: list[RowProblem] = []
    odd: list[RowProblem] = []
    seen: dict[str, int] = {}
    for number, reading in enumerate(map(read_alignment, rows), FIRST_ROW):
        refused += (RowProblem(number, fault) for fault in reading.faults)
        if reading.record is None:
            continue
        first = seen.setdefault(reading.record.id, number)
        outcome = _put(connection, reading.record, repeated=first != number)
        if outcome == "repeats":
            refused.append(RowProblem(number, Problem("row", "row_repeats", {"row": first})))
        else:
            counts[outcome] += 1
    return Imported(**counts, faults=tuple(refused), remarks=tuple(odd))


def _put(connection: Connection, record: Declared, *, repeated: bool) -> str:
    """added, changed, unchanged; or repeats: other content under a key that this file has used before."""
    values = record._asdict()
    known = connection.row(_KNOWN, values)
    if known is not None and Declared._make(known)._replace(confirmed_by="") == record:
        return "unchanged"  # also what persons confirmed stays theirs
    if repeated:
        return "repeats"
    if known is not None:
        connection.run(_REMOVE, values)
    connection.run(_ADD, values)
    return "added" if known is None else "changed"
