"""Statements within a scope: what an account may see of rows that name places, and cases that units decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from gateway.store.connection import Connection, Row
from gateway.store.tables import exchanges

LONGEST_CODE = 12  # of a division
Scoped = tuple[Sequence[str], Sequence[str]]  # beginnings of divisions, units


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A statement that an account's scope is put to.

    divisions: the columns of which one has to lie in a place. case: the column of the case that one of the units
    has to decide; None where units have no say. It is built once for each number of places and units.
    """

    statement: sa.Select[Any]
    divisions: tuple[sa.ColumnElement[str], ...]
    case: sa.ColumnElement[str] | None = None

    def rows(self, connection: Connection, scope: Scoped, where: dict[str, Any]) -> list[Row]:
        places, units = scope
        if "" in places:  # everywhere
            places = ()
        where |= values(places, units if self.case is not None else ())
        return connection.rows(_within(self, len(places), len(units)), where)


@cache
def _within(look: Look, places: int, units: int) -> sa.Select[Any]:
    return look.statement.where(*within(look.divisions, look.case, places, units))


def within(
    divisions: Sequence[sa.ColumnElement[str]], case: sa.ColumnElement[str] | None, places: int, units: int
) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions of a scope of so many places and units; `values` has what they take."""
    if places:
        lies = (begins(each, f"place{n}") for each in divisions for n in range(places))
        yield sa.or_(*lies)
    if units and case is not None:
        decided = exchanges.alias("decided")
        named = [decided.c.unit == bindparam(f"unit{number}") for number in range(units)]
        yield sa.exists().where(decided.c.case_id == case, sa.or_(*named))


def values(places: Sequence[str], units: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {f"unit{number}": unit for number, unit in enumerate(units)}
    for number, place in enumerate(places):
        found |= beginning(f"place{number}", place)
    return found


class Aside(sa.ColumnElement[Any]):
    """A column by whose index SQLite must not go: it knows nothing of how many rows lie in a range.

    PostgreSQL knows, and finds out by itself what leads.
    """

    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


@compiles(Aside)
def _as_it_is(element: Aside, compiler: SQLCompiler, **given: Any) -> str:
    return compiler.process(element.column, **given)


@compiles(Aside, "sqlite")
def _not_by_index(element: Aside, compiler: SQLCompiler, **given: Any) -> str:
    return f"+{compiler.process(element.column, **given)}"


def begins(column: sa.ColumnElement[str], value: str) -> sa.ColumnElement[bool]:
    """Whether a code (LONGEST_CODE digits at most) begins with the parameter `value`; see `beginning`.

    Never by an index of SQLite: it would lose the order of the ids.
    """
    first, last = (bindparam(name, type_=sa.Text) for name in (value, f"{value}_last"))
    return Aside(column).between(first, last)


def beginning(value: str, code: str) -> dict[str, str]:
    return {value: code, f"{value}_last": code.ljust(LONGEST_CODE, "9")}


def named(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """The column is as the parameter says; any is, where that is empty."""
    wanted = bindparam(name, type_=sa.Text)
    return sa.or_(wanted == "", column == wanted)
