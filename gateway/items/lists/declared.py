"""Rows of alignments.csv read into declared alignments. Pure."""

from collections.abc import Iterator, Mapping

from gateway.items.codes import normalise
from gateway.items.item import Declared, short_division
from gateway.items.lists.formats import UNEVEN
from gateway.items.lists.rows import Reading
from gateway.items.lists.values import day_of, division_of
from gateway.items.problems import Problem

_REQUIRED = ("id", "here_division", "here_code", "there_division", "there_code", "source")
_DATED = ("valid_from", "valid_to")


def read_alignment(row: Mapping[str, str]) -> Reading[Declared]:
    """A row of alignments.csv; the source (on whose word) may not be missing."""
    cells = _Texts({name: cell.strip() for name, cell in row.items()})
    if not any(cells.values()):
        return Reading(None)
    found = tuple(_alignment_faults(row, cells))
    if found:
        return Reading(None, found)
    here = short_division(cells["here_division"]), normalise(cells["here_code"])
    there = short_division(cells["there_division"]), normalise(cells["there_code"])
    period = cells["valid_from"], cells["valid_to"]
    situations = cells["here_situation"], cells["there_situation"]
    return Reading(Declared(cells["id"], *here, *there, *period, cells["source"], *situations))


class _Texts(dict[str, str]):
    """Cells by heading; a column that the file does not have is empty."""

    def __missing__(self, heading: str) -> str:
        return ""


def _alignment_faults(row: Mapping[str, str], cells: Mapping[str, str]) -> Iterator[Problem]:
    if UNEVEN in row:
        yield Problem("row", "row_cells")
    yield from (Problem(name, "row_lacks") for name in _REQUIRED if not cells[name])
    for name in ("here_division", "there_division"):
        if cells[name] and not division_of(cells[name]):
            yield Problem(name, "row_division")
    badly = [name for name in _DATED if cells[name] and not day_of(cells[name], ())]
    yield from (Problem(name, "row_date") for name in badly)
    if not badly and cells["valid_to"] and cells["valid_to"] <= cells["valid_from"]:
        yield Problem("valid_to", "row_period")
