"""A list that people bring, read into records. A bad row is told by its number; no cell is ever repeated."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from gateway.exchange.facts import number_of
from gateway.reconcile.compare import Record
from gateway.reconcile.sheets import Cell, Row, read_rows
from gateway.reconcile.texts import CannotReconcile
from mappings.words.identity import birth_date_of, identity_fault

ROLES = ("ours", "theirs", "state")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "ours": ("ours", "申请编号", "申办流水号", "我方编号", "报送编号", "关联编号", "sblsh", "glbh"),
    "theirs": ("theirs", "办件编号", "对方编号", "平台编号", "业务流水号", "受理编号", "caseno", "ywlsh"),
    "state": ("state", "状态", "办件状态", "办理状态", "当前状态"),
}
HEADING_WITHIN = 10  # rows: titles and dates may stand above the heading
_NEWBORN = timedelta(days=31)  # a number that holds a date as late as this is a case's own


class Fault(NamedTuple):
    """What is wrong with a row of a list, by a key of texts.FAULTS. kept: it is compared all the same."""

    row: int
    code: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one platform on one day are to be read.

    columns: role -> heading as the user named it; empty to go by the known headings.
    states:  their words and codes for a state -> ours.
    """

    day: date
    states: Mapping[str, str]
    is_our_form: Callable[[str], bool]
    columns: Mapping[str, str]


def columns_of(text: str) -> dict[str, str]:
    """`ours=申请编号,theirs=办件编号` as role -> heading. Raises ValueError for what is not of that form."""
    named = {}
    for part in re.split("[,，]", text):
        role, equals, heading = part.partition("=")
        if not equals or role.strip() not in ROLES or not heading.strip():
            raise ValueError(part)
        named[role.strip()] = heading.strip()
    return named


def read_list(path: Path, reading: Reading) -> tuple[list[Record], list[Fault]]:
    """Raises CannotReconcile if the file is no list with a heading, OSError if it cannot be read."""
    rows = read_rows(path)
    place, columns = _heading(rows, reading.columns)
    width = len(rows[place].cells)
    records, faults = [], []
    for row in rows[place + 1 :]:
        record, found = _record(row, columns, width, reading)
        faults += found
        if record is not None:
            records.append(record)
    return records, faults


def _heading(rows: Sequence[Row], named: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """(index of the heading, role -> index of its column)"""
    wanted = {role: (heading,) for role, heading in named.items()} or HEADINGS
    for place, row in enumerate(rows[:HEADING_WITHIN]):
        columns = _columns(row, wanted)
        if columns.keys() & {"ours", "theirs"}:
            if named and columns.keys() != named.keys():
                raise CannotReconcile("no_column")
            return place, columns
    if named:
        raise CannotReconcile("no_column")
    known = ", ".join(name for names in HEADINGS.values() for name in names)
    raise CannotReconcile("no_heading", rows=HEADING_WITHIN, known=known)


def _columns(row: Row, wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    columns = {}
    for role, names in wanted.items():
        folded = {_folded(name) for name in names}
        places = [place for place, cell in enumerate(row.cells) if _folded(cell.text) in folded]
        if len(places) > 1:
            raise CannotReconcile("same_column", role=role)
        if places:
            columns[role] = places[0]
    return columns


def _folded(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split())


def _record(
    row: Row, columns: Mapping[str, int], width: int, reading: Reading
) -> tuple[Record | None, list[Fault]]:
    if len(row.cells) != width:
        return None, [Fault(row.place, "row_cells")]
    cells = {role: row.cells[place] for role, place in columns.items()}
    ours, theirs = cells.get("ours", Cell()), cells.get("theirs", Cell())
    if code := _fault(ours, reading) or _fault(theirs, reading):
        return None, [Fault(row.place, code)]
    if not ours.text and not theirs.text:
        return None, [Fault(row.place, "no_number")]
    said = cells.get("state", Cell())
    state = reading.states.get(_folded(said.text), "")
    faults = [Fault(row.place, "bad_state", kept=True)] if not state and (said.text or said.fault) else []
    return Record(ours.text, theirs.text, state), faults


def _fault(cell: Cell, reading: Reading) -> str:
    """What keeps a cell from being a number of a case; empty if nothing does."""
    if cell.fault or not cell.text:
        return cell.fault
    if not number_of(cell.text):
        return "bad_number"
    return "a_person" if _is_a_person(cell.text, reading) else ""


def _is_a_person(number: str, reading: Reading) -> bool:
    """A citizen's number in the wrong column: it must neither be shown nor settled with."""
    if reading.is_our_form(number) or identity_fault(number.upper()) is not None:
        return False
    born = birth_date_of(number)
    return born is not None and born < reading.day - _NEWBORN


def state_words(description: str, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The words for a state, folded, -> ours: our own in both languages, and the rows of the platform's table.

    description: of the canonical states: `accepted 已受理, granted 准予, …`.
    """
    pairs = (part.split() for part in description.split(","))
    words = {_folded(word): english for english, chinese in pairs for word in (english, chinese)}
    for row in rows:
        for name in ("note", "theirs"):
            if row.get(name):
                words[_folded(row[name])] = row["ours"]
    return words
