"""A place as the codes in it that there are cases of, each of which has an index in the order of the cases' ids."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.scoped import LONGEST_CODE, Scoped
from gateway.store.tables import cases

MOST_CODES = 16  # of a place; each is a look-up of its own
PLACED = ("here", "division")  # columns of a case
Branch = tuple[str, str]  # a column, a code


def codes_within(connection: Connection, scope: Scoped) -> list[Branch] | None:
    """Branches that together hold all that lies in the places of a scope; None where these are too many."""
    if "" in scope[0]:
        return None
    each_place = [codes_in(connection, name, place) for name in PLACED for place in scope[0]]
    codes = [each for known in each_place if known for each in known]
    return None if None in each_place or len(codes) > MOST_CODES * len(PLACED) else codes


def codes_in(connection: Connection, column: str, place: str) -> list[Branch] | None:
    """Each code in a place that there are cases of; None for more than MOST_CODES."""
    where = {"low": place, "high": place.ljust(LONGEST_CODE, "9"), "most": MOST_CODES + 1}
    known = connection.rows(CODES[column], where)
    return None if len(known) > MOST_CODES else [(column, row[0]) for row in known]


def _codes_of(column: sa.Column[Any]) -> sa.Select[Any]:
    """Each code once: from one to the next by the index, whatever number of cases they have."""
    low, high = bindparam("low", type_=sa.Text), bindparam("high", type_=sa.Text)
    first = sa.select(sa.func.min(column).label("code")).where(column >= low, column <= high)
    known = first.cte("known", recursive=True)
    following = sa.select(sa.func.min(column)).where(column > known.c.code, column <= high).scalar_subquery()
    known = known.union_all(sa.select(following).where(known.c.code.is_not(None)))
    return sa.select(known.c.code).where(known.c.code.is_not(None)).limit(bindparam("most", type_=sa.Integer))


CODES: Mapping[str, sa.Select[Any]] = {name: _codes_of(cases.c[name]) for name in PLACED}
