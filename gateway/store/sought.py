"""Finding cases by what people know of them, within a scope: every page costs what the first one does.

Every key has an index that goes on in the order of the ids, so the database reads a page and stops. A place is
written as the codes in it that there are cases of, each of which has such an order, merged; where there are too
many of those the place is most of the installation, and is found as fast by going through the newest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import merge
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.placed import MOST_CODES, PLACED, codes_in, codes_within
from gateway.store.scoped import Scoped, beginning, begins, values, within
from gateway.store.tables import UNTAKEN_BY, case_numbers, cases, exchanges

CHUNK = 64  # ids of cases that are looked at together
RARE = 20_000  # of so many nobody asks how many there are
DELIVERED = "delivered"
Shape = tuple[tuple[tuple[str, int], ...], int, int]  # keys with their numbers of values, places, units
LAST_ID = "Z" * 26  # no id sorts behind it
_C, _E, _N = cases.c, exchanges.c, case_numbers.c
_UNTAKEN = {name: sa.text(which) for name, which in UNTAKEN_BY.items()}
_MOST = bindparam("most", type_=sa.Integer)
_NUMBER = bindparam("number", type_=sa.Text)
_KNOWN_BY = sa.union(  # our own ids are numbers, too
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is sought; empty for whatever it is. People and names by their digests.

    persons: digests of a number under each kind of certificate. here, division: beginnings of codes.
    state: in which an exchange of the case is; code: theirs, or our cause, of one that was not delivered.
    first, last: ids between which the case's lies (that is, when it was admitted).
    """

    number: str = ""
    persons: tuple[str, ...] = ()
    name: str = ""
    item: str = ""
    caller: str = ""
    here: str = ""
    division: str = ""
    state: str = ""
    code: str = ""
    first: str = ""
    last: str = ""

    @property
    def is_nothing(self) -> bool:
        return self == Wanted()

    @property
    def is_narrow(self) -> bool:
        """Whether it is about few cases, whatever else is said."""
        return bool(self.number or self.persons or self.name)

    @property
    def is_by_exchange(self) -> bool:
        went_well = self.state in ("", DELIVERED) and not self.code
        return not self.is_narrow and not went_well


def find(connection: Connection, scope: Scoped, wanted: Wanted, behind: str, most: int) -> list[Case]:
    """The newest of them that were admitted before one (its id), at most so many."""
    where = _values(wanted, scope) | {"behind": behind, "most": most}
    shape = _keys(wanted), len(scope[0]), len(scope[1])
    if wanted.is_by_exchange and not _is_rare(connection, wanted):
        return _by_exchange(connection, shape, where, most)
    branches = _branches(connection, scope, wanted)
    if branches is None:
        return _cases(connection, _statement(*shape, ""), where)
    if wanted.here or wanted.division:  # the branches are the place: what they say need not be said again
        column = branches[0][0] if branches else ""
        shape = tuple(each for each in shape[0] if each[0] != column), *shape[1:]
    else:  # they are all that lies in the scope
        shape = shape[0], 0, shape[2]
    pages = [
        _cases(connection, _statement(*shape, column), {**where, "branch": code}) for column, code in branches
    ]
    ordered = merge(*pages, key=attrgetter("id"), reverse=True)
    return list(islice((next(same) for _, same in groupby(ordered, attrgetter("id"))), most))


def _is_rare(connection: Connection, wanted: Wanted) -> bool:
    """Whether no more cases have this item, or this caller, than exchanges went so: then these lead."""
    keys = [name for name in ("item", "caller") if getattr(wanted, name)]
    if not keys:
        return False
    where = {name: getattr(wanted, name) for name in (*keys, "state", "code")} | {"most": RARE}
    fewest = min(_count(connection, _SOME_OF[name], where) for name in keys)
    which = tuple(name for name in ("state", "code") if getattr(wanted, name))
    as_many = where | {"most": fewest}  # further nobody needs to count
    return fewest <= sum(_count(connection, each, as_many) for each in _LEADING[which])


def _count(connection: Connection, some: sa.Select[Any], where: Mapping[str, Any]) -> int:
    row = connection.row(some, where)
    return int(row[0]) if row else 0


def _by_exchange(connection: Connection, shape: Shape, where: dict[str, Any], most: int) -> list[Case]:
    """Led by the exchanges that went otherwise than well, some at a time, until the page is full."""
    which = tuple(name for name, _ in shape[0] if name in ("state", "code"))
    found: list[Case] = []
    behind = where["behind"]
    while len(found) < most:
        ids = _led(connection, which, {**where, "behind": behind, "most": CHUNK})
        if not ids:
            break
        among = {f"among{place}": ids[place] if place < len(ids) else "" for place in range(CHUNK)}
        found += _cases(connection, _statement(*shape, "among"), {**where, **among})
        behind = ids[-1]
    return found[:most]


def _led(connection: Connection, which: tuple[str, ...], where: Mapping[str, Any]) -> list[str]:
    """The next ids of cases with such an exchange, each once."""
    columns = ("code", "cause") if "code" in which else ("state",)
    pages = [[row[0] for row in connection.rows(_leading(which, column), where)] for column in columns]
    ordered = merge(*pages, reverse=True)
    return list(islice((same for same, _ in groupby(ordered)), CHUNK))


@cache
def _leading(which: tuple[str, ...], column: str) -> sa.Select[Any]:
    terms = [_E[column] == bindparam("code" if "code" in which else "state")]
    if which == ("state", "code"):
        terms.append(_E.state == bindparam("state"))
    return (
        sa.select(_E.case_id)
        .where(_UNTAKEN[column], _E.case_id < bindparam("behind"), *terms)  # as in the index
        .group_by(_E.case_id)
        .order_by(_E.case_id.desc())
        .limit(_MOST)
    )


def _keys(wanted: Wanted) -> tuple[tuple[str, int], ...]:
    """Which are given; of persons how many."""
    given = {name: getattr(wanted, name) for name in wanted.__slots__}
    return tuple((name, len(said) if isinstance(said, tuple) else 1) for name, said in given.items() if said)


def _values(wanted: Wanted, scope: Scoped) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(wanted, name) for name, _ in _keys(wanted) if name != "persons"}
    found |= {f"person{place}": each for place, each in enumerate(wanted.persons)}
    for name in PLACED:
        if name in found:
            found |= beginning(name, found[name])
    return found | values(*scope)


def _branches(connection: Connection, scope: Scoped, wanted: Wanted) -> list[tuple[str, str]] | None:
    """(column, code) that together hold all that is wanted; None where another key, or the order, leads there."""
    if wanted.is_narrow or wanted.item or wanted.caller:
        return None
    by_place = [(name, getattr(wanted, name)) for name in PLACED if getattr(wanted, name)]
    if by_place:
        return min((codes_in(connection, *each) for each in by_place), key=_length)
    return codes_within(connection, scope)


def _length(codes: list[tuple[str, str]] | None) -> int:
    return MOST_CODES + 1 if codes is None else len(codes)


def _counted(column: sa.Column[Any], name: str, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """How many rows have the value, at most so many: read from the index alone."""
    some = sa.select(column).where(*which, column == bindparam(name)).limit(_MOST)
    return sa.select(sa.func.count()).select_from(some.subquery("some"))


_SOME_OF: Mapping[str, sa.Select[Any]] = {name: _counted(_C[name], name) for name in ("item", "caller")}
_BY_CODE = [_counted(_E[each], "code", _UNTAKEN[each]) for each in ("code", "cause")]  # type: ignore[arg-type]
_LEADING: Mapping[tuple[str, ...], list[sa.Select[Any]]] = {
    ("state",): [_counted(_E.state, "state", _UNTAKEN["state"])],  # type: ignore[arg-type]
    ("code",): _BY_CODE, ("state", "code"): _BY_CODE,
}  # fmt: skip


def _cases(connection: Connection, statement: sa.Select[Any], where: Mapping[str, Any]) -> list[Case]:
    return [Case._make(row) for row in connection.rows(statement, where)]


@cache
def _statement(keys: tuple[tuple[str, int], ...], places: int, units: int, branch: str) -> sa.Select[Any]:
    statement = NEWEST.where(*_terms(dict(keys)), *within((_C.here, _C.division), _C.id, places, units))
    if branch == "among":
        return statement.where(_C.id.in_([bindparam(f"among{place}") for place in range(CHUNK)]))
    return statement.where(_C[branch] == bindparam("branch", type_=sa.Text)) if branch else statement


def _terms(keys: Mapping[str, int]) -> Iterator[sa.ColumnElement[bool]]:
    if "number" in keys:
        yield _C.id.in_(_KNOWN_BY.scalar_subquery())
    if "persons" in keys:
        yield _C.person.in_([bindparam(f"person{place}") for place in range(keys["persons"])])
    if "name" in keys:
        yield sa.and_(sa.text("cases.name <> ''"), _C.name == bindparam("name"))
    yield from (_C[name] == bindparam(name) for name in ("item", "caller") if name in keys)
    yield from (begins(_C[name], name) for name in PLACED if name in keys)
    if "first" in keys:
        yield _C.id >= bindparam("first")
    if "last" in keys:
        yield _C.id < bindparam("last")
    if "state" in keys or "code" in keys:
        yield _exchanged(keys)


def _exchanged(keys: Mapping[str, int]) -> sa.ColumnElement[bool]:
    """Of each case, by the index of what is sought where it is not what went well."""
    such = [_E.case_id == _C.id]
    if "state" in keys:
        such.append(_E.state == bindparam("state"))
    if "code" in keys:
        by = (
            sa.exists().where(*such, _UNTAKEN[each], _E[each] == bindparam("code"))
            for each in ("code", "cause")
        )
        return sa.or_(*by)
    return sa.or_(
        sa.exists().where(*such, _UNTAKEN["state"]),
        sa.and_(bindparam("state") == DELIVERED, sa.exists().where(*such)),
    )
