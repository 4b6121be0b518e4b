"""Suggestions in the store. Alignment never asks them: only a confirmed one becomes a declared row."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from gateway.items.likeness.propose import Suggestion
from gateway.items.likeness.tables import suggestions
from gateway.store.connection import Connection

OPEN, CONFIRMED, REFUSED = "", "confirmed", "refused"


class Pair(NamedTuple):
    """From which division to which."""

    here: str
    there: str


class Kept(NamedTuple):
    """One stored suggestion; permille is its probability in thousandths, times are epoch ms."""

    here_division: str
    there_division: str
    here_code: str
    there_code: str
    permille: int
    why_zh: str
    why_en: str
    made_ms: int
    decision: str = OPEN
    first_by: str = ""
    first_ms: int = 0
    second_by: str = ""
    second_ms: int = 0
    alignment: str = ""


_c = suggestions.c
_KEY = (_c.here_division, _c.there_division, _c.here_code, _c.there_code)
_SAME = [column == sa.bindparam(column.name) for column in _KEY]
_COLUMNS = [_c[name] for name in Kept._fields]
_PAIR = (_c.here_division == sa.bindparam("here"), _c.there_division == sa.bindparam("there"))
_done = suggestions.alias("done")
_DONE = (
    _done.c.here_division == sa.bindparam("here"),
    _done.c.there_division == sa.bindparam("there"),
    _done.c.decision == CONFIRMED,
)
_FRESH = ("permille", "why_zh", "why_en", "made_ms")
_UNTOUCHED = (_c.decision == OPEN, _c.first_by == "")

_REFRESH = (
    sa.update(suggestions)
    .where(*_SAME, *_UNTOUCHED)
    .values({name: sa.bindparam(f"{name}_new") for name in _FRESH})
)
_KNOWN = sa.select(_c.decision).where(*_SAME)
_ADD = sa.insert(suggestions)
_STALE = sa.delete(suggestions).where(*_PAIR, *_UNTOUCHED, _c.made_ms < sa.bindparam("before_ms"))
_ONE = sa.select(*_COLUMNS).where(*_SAME)
_OF_ITEM = (
    sa.select(*_COLUMNS)
    .where(*_PAIR, _c.here_code == sa.bindparam("code"))
    .order_by(_c.permille.desc(), _c.there_code)
)
_OPEN_CODES = (
    sa.select(_c.here_code, sa.func.max(_c.permille))
    .where(*_PAIR, _c.decision == OPEN, _c.here_code.not_in(sa.select(_done.c.here_code).where(*_DONE)))
    .group_by(_c.here_code)
    .order_by(sa.func.max(_c.permille).desc(), _c.here_code)
)
_BETWEEN = (
    sa.select(_c.here_code, sa.func.count(), sa.func.max(sa.case((_c.first_by != "", 1), else_=0)))
    .where(
        *_PAIR,
        _c.decision == OPEN,
        _c.here_code > sa.bindparam("after"),
        _c.here_code <= sa.bindparam("last"),
    )
    .group_by(_c.here_code)
)
_ALL = (
    sa.select(*_COLUMNS)
    .where(*_PAIR, _c.decision == OPEN)
    .order_by(_c.here_code, _c.permille.desc(), _c.there_code)
)


def keep(connection: Connection, found: Iterable[Suggestion], pair: Pair, at_ms: int) -> None:
    """Store suggestions; one that somebody has decided, or confirmed as the first of two, stays as it is."""
    for each in found:
        new = Kept(
            pair.here,
            pair.there,
            each.here.code,
            each.there.code,
            round(each.probability * 1000),
            *each.why,
            at_ms,
        )
        values = new._asdict()
        if connection.row(_KNOWN, values) is None:
            connection.run(_ADD, values)
        else:
            connection.run(_REFRESH, values | {f"{name}_new": values[name] for name in _FRESH})


def drop_older(connection: Connection, pair: Pair, before_ms: int) -> int:
    """Forget what nobody has touched and the last run did not find again; how many."""
    return connection.run(_STALE, _named(pair) | {"before_ms": before_ms})


def one(connection: Connection, pair: Pair, here_code: str, there_code: str) -> Kept | None:
    key = {
        "here_division": pair.here, "there_division": pair.there, "here_code": here_code, "there_code": there_code,
    }  # fmt: skip
    row = connection.row(_ONE, key)
    return None if row is None else Kept._make(row)


def of_item(connection: Connection, pair: Pair, code: str) -> list[Kept]:
    """What is suggested for an item, whatever was said of it, the most probable first."""
    return [Kept._make(row) for row in connection.rows(_OF_ITEM, _named(pair) | {"code": code})]


def open_codes(connection: Connection, pair: Pair) -> list[str]:
    """Items about which something is open and nothing is confirmed, the surest first."""
    return [str(code) for code, _ in connection.rows(_OPEN_CODES, _named(pair))]


def all_open(connection: Connection, pair: Pair) -> list[Kept]:
    return [Kept._make(row) for row in connection.rows(_ALL, _named(pair))]


def open_between(connection: Connection, pair: Pair, after: str, last: str) -> dict[str, tuple[int, bool]]:
    """Of the items in (after, last]: how many suggestions are open, whether one awaits its second person."""
    rows = connection.rows(_BETWEEN, _named(pair) | {"after": after, "last": last})
    return {code: (count, bool(half)) for code, count, half in rows}


def _named(pair: Pair) -> dict[str, object]:
    return {"here": pair.here, "there": pair.there}


def chunks(found: Iterable[Suggestion], size: int) -> Iterable[Sequence[Suggestion]]:
    """In lists of a size that one short transaction stores."""
    held: list[Suggestion] = []
    for each in found:
        held.append(each)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held
