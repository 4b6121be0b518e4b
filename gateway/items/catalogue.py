"""Bringing lists into the catalogue. What is there already changes nothing; a bad row is reported.

An import runs in the transaction of its connection: all good rows of the call, or none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic

import sqlalchemy as sa

from gateway.items.codes import normalise
from gateway.items.item import Declared, Item
from gateway.items.problems import Problem
from gateway.items.rows import Reading, Record, read_alignment, read_item
from gateway.items.tables import alignments, items
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


@dataclass(frozen=True)
class _Shelf(Generic[Record]):
    """Where records of one type are kept, and by which of their fields they are found."""

    key: tuple[str, ...]
    known: sa.Select[tuple[object, ...]]
    remove: sa.Delete
    add: sa.Insert


def import_items(connection: Connection, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Rows of items.csv, all cells text; a row is known by division, code and version."""
    return _bring(connection, _ITEMS, map(read_item, rows))


def import_alignments(connection: Connection, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Rows of alignments.csv, all cells text; a row is known by its id."""
    return _bring(connection, _ALIGNMENTS, map(read_alignment, rows))


def _bring(connection: Connection, shelf: _Shelf[Record], readings: Iterable[Reading[Record]]) -> Imported:
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    refused: list[RowProblem] = []
    odd: list[RowProblem] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, reading in enumerate(readings, FIRST_ROW):
        refused += (RowProblem(number, fault) for fault in reading.faults)
        odd += (RowProblem(number, remark) for remark in reading.remarks)
        if reading.record is None:
            continue
        key = tuple(getattr(reading.record, name) for name in shelf.key)
        first = seen.setdefault(key, number)
        outcome = _put(connection, shelf, reading.record, repeated=first != number)
        if outcome == "repeats":
            refused.append(RowProblem(number, Problem("row", "row_repeats", {"row": first})))
        else:
            counts[outcome] += 1
    return Imported(**counts, faults=tuple(refused), remarks=tuple(odd))


def _put(connection: Connection, shelf: _Shelf[Record], record: Record, *, repeated: bool) -> str:
    """added, changed, unchanged; or repeats: other content under a key that this file has used before."""
    values = record._asdict()
    known = connection.row(shelf.known, values)
    if known is not None and known == record:
        return "unchanged"
    if repeated:
        return "repeats"
    if known is not None:
        connection.run(shelf.remove, values)
    connection.run(shelf.add, _stored(values))
    return "added" if known is None else "changed"


def _stored(values: dict[str, object]) -> dict[str, object]:
    """With the look-up key of the local code, which only the table has."""
    if "local_code" not in values:
        return values
    return values | {"local_key": normalise(str(values["local_code"]))}


def _shelf(kind: type[Record], table: sa.Table) -> _Shelf[Record]:
    key = tuple(column.name for column in table.primary_key.columns)
    names = kind._fields
    same = [table.c[name] == sa.bindparam(name) for name in key]
    known = sa.select(*(table.c[name] for name in names)).where(*same)
    return _Shelf(key, known, sa.delete(table).where(*same), sa.insert(table))


_ITEMS = _shelf(Item, items)
_ALIGNMENTS = _shelf(Declared, alignments)
