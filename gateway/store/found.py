"""What people find at the console: cases, held exchanges and limits within a scope, page by page.

Every list goes on behind the last row of the page before it, so a deep page costs what the first one does. A
statement is built once for each number of places and units, and then remembered.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import Exchange
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.tables import case_numbers, cases, exchanges
from gateway.store.watched import LATE, Late, case_clocks

LAST_ID = "Z" * 26  # no id sorts behind it
_C, _E, _N, _K = cases.c, exchanges.c, case_numbers.c, case_clocks.c
_MOST = bindparam("most", type_=sa.Integer)
_NUMBER = bindparam("number", type_=sa.Text)
_KNOWN_BY = sa.union(
    sa.select(_N.case_id).where(_N.number == _NUMBER),
    sa.select(_E.case_id).where(_E.id == _NUMBER),
    sa.select(_C.id).where(_C.id == _NUMBER),
)
NEWEST = (
    sa.select(*(_C[name] for name in Case._fields))
    .where(_C.id < bindparam("behind"))
    .order_by(_C.id.desc())
    .limit(_MOST)
)
BY_NUMBER = NEWEST.where(_C.id.in_(_KNOWN_BY.scalar_subquery()))
HELD = (
    sa.select(*(_E[name] for name in Exchange._fields))
    .join(cases, _C.id == _E.case_id)
    .where(
        sa.text("exchanges.due_ms > 0"),  # literal, as in the partial index
        _E.state == "held",
        sa.or_(
            _E.due_ms > bindparam("after_ms"),
            sa.and_(_E.due_ms == bindparam("after_ms"), _E.id > bindparam("behind")),
        ),
    )
    .order_by(_E.due_ms, _E.id)
    .limit(_MOST)
)
LATE_BEHIND = LATE.where(
    sa.or_(
        _K.due_on > bindparam("after"),
        sa.and_(_K.due_on == bindparam("after"), _K.case_id > bindparam("behind")),
        sa.and_(
            _K.due_on == bindparam("after"),
            _K.case_id == bindparam("behind"),
            _K.name > bindparam("behind_name"),
        ),
    )
).limit(_MOST)
_WHICH: Mapping[str, sa.Select[Any]] = {
    "newest": NEWEST, "by_number": BY_NUMBER, "held": HELD, "late": LATE_BEHIND,
}  # fmt: skip
Scoped = tuple[Sequence[str], Sequence[str]]  # beginnings of divisions, units


def newest(connection: Connection, scope: Scoped, behind: str, most: int) -> list[Case]:
    """Cases that were admitted before one (its id, or LAST_ID), the newest first."""
    return _cases(connection, "newest", scope, {"behind": behind, "most": most})


def by_number(connection: Connection, scope: Scoped, number: str, behind: str, most: int) -> list[Case]:
    """Those among them that anybody knows by a number; our own ids are numbers, too."""
    return _cases(connection, "by_number", scope, {"number": number, "behind": behind, "most": most})


def held(connection: Connection, scope: Scoped, after_ms: int, behind: str, most: int) -> list[Exchange]:
    """What waits for a person, the nearest deadline first; behind one (when due, its id)."""
    where = {"after_ms": after_ms, "behind": behind, "most": most}
    return [Exchange._make(row) for row in _rows(connection, "held", scope, where)]


def late(connection: Connection, scope: Scoped, today: str, behind: Sequence[str], most: int) -> list[Late]:
    """Limits that have run out or soon do; behind one (due_on, case, name)."""
    after, case_id, name = behind
    where = {"today": today, "after": after, "behind": case_id, "behind_name": name, "most": most}
    return [Late._make(row) for row in _rows(connection, "late", scope, where)]


def _cases(connection: Connection, which: str, scope: Scoped, where: dict[str, Any]) -> list[Case]:
    return [Case._make(row) for row in _rows(connection, which, scope, where)]


def _rows(connection: Connection, which: str, scope: Scoped, where: dict[str, Any]) -> list[tuple[Any, ...]]:
    places, units = scope
    for number, place in enumerate(places):
        where |= {f"place{number}": place, f"length{number}": len(place)}
    where |= {f"unit{number}": unit for number, unit in enumerate(units)}
    return connection.rows(_within(which, len(places), len(units)), where)


@cache
def _within(which: str, places: int, units: int) -> sa.Select[Any]:
    lies = [_begins(column, number) for column in (_C.division, _C.here) for number in range(places)]
    statement = _WHICH[which].where(sa.or_(*lies))
    if not units:
        return statement
    decided = exchanges.alias("decided")
    named = [decided.c.unit == bindparam(f"unit{number}") for number in range(units)]
    return statement.where(sa.exists().where(decided.c.case_id == _C.id, sa.or_(*named)))


def _begins(column: sa.ColumnElement[str], number: int) -> sa.ColumnElement[bool]:
    return sa.func.substr(column, 1, bindparam(f"length{number}", type_=sa.Integer)) == bindparam(
        f"place{number}"
    )
