"""Statements within a scope: what an account may see of rows that name places, and cases that units decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection, Row
from gateway.store.tables import exchanges

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
        for number, place in enumerate(places):
            where |= {f"place{number}": place, f"length{number}": len(place)}
        where |= {f"unit{number}": unit for number, unit in enumerate(units if self.case is not None else ())}
        return connection.rows(_within(self, len(places), len(units)), where)


@cache
def _within(look: Look, places: int, units: int) -> sa.Select[Any]:
    statement = look.statement
    if places:
        lies = [_begins(column, number) for column in look.divisions for number in range(places)]
        statement = statement.where(sa.or_(*lies))
    if not units or look.case is None:
        return statement
    decided = exchanges.alias("decided")
    named = [decided.c.unit == bindparam(f"unit{number}") for number in range(units)]
    return statement.where(sa.exists().where(decided.c.case_id == look.case, sa.or_(*named)))


def _begins(column: sa.ColumnElement[str], number: int) -> sa.ColumnElement[bool]:
    length = bindparam(f"length{number}", type_=sa.Integer)
    return sa.func.substr(column, 1, length) == bindparam(f"place{number}")


def named(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """The column is as the parameter says; any is, where that is empty."""
    wanted = bindparam(name, type_=sa.Text)
    return sa.or_(wanted == "", column == wanted)
