"""Statements about events on their way to callers (letters): one row for each until it was taken.

Of one case and caller only the first is due (due_ms > 0); the others wait behind it, so that order is kept without
asking for it. A dead letter waits for a person and keeps nothing back.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata

webhook_letters = sa.Table(
    "webhook_letters",
    metadata,
    sa.Column("caller", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("case_id", sa.Text, nullable=False, server_default=""),
    sa.Column("due_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("tries", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("since_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("dead", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ix_webhook_letters_caller_due_ms", "caller", "due_ms"),
    sa.Index("ix_webhook_letters_caller_case_id_position", "caller", "case_id", "position"),
    sqlite_with_rowid=False,
)
_L = webhook_letters.c
_OF = (_L.caller == bindparam("caller_"), _L.position == bindparam("position_"))
_OF_CASE = (_L.caller == bindparam("caller_"), _L.case_id == bindparam("case_id_"), _L.dead == 0)
ADD = insert(webhook_letters).on_conflict_do_nothing()
FIRST = sa.select(sa.func.min(_L.position)).where(*_OF_CASE)
DUE = (
    sa.select(*_L)
    .where(_L.caller == bindparam("caller"), _L.due_ms > 0, _L.due_ms <= bindparam("now_ms"))
    .order_by(_L.due_ms, _L.position)
    .limit(bindparam("most", type_=sa.Integer))
)
ONE = sa.select(*_L).where(_L.position == bindparam("position"), _L.caller == bindparam("caller"))
REMOVE = sa.delete(webhook_letters).where(*_OF)
CHANGE = (
    sa.update(webhook_letters)
    .where(*_OF)
    .values({name: bindparam(name) for name in ("due_ms", "tries", "since_ms", "cause", "dead")})
)
PLAN = sa.update(webhook_letters).where(*_OF).values(due_ms=bindparam("due_ms"))
WAIT = sa.update(webhook_letters).where(*_OF_CASE).values(due_ms=0)
LISTED = (
    sa.select(*_L)
    .where(_L.caller == bindparam("caller"), _L.dead >= bindparam("dead"))
    .order_by(_L.position)
    .limit(bindparam("most", type_=sa.Integer))
)
STANDING = sa.select(_L.caller, _L.dead, sa.func.count()).group_by(_L.caller, _L.dead).order_by(_L.caller)


class Letter(NamedTuple):
    """One event of a caller's feed that it has not taken yet.

    position: behind which the feed goes on after it (the number of its cursor in that epoch of the log).
    due_ms:   when it is tried next; 0: it waits behind an earlier one of its case, or is dead.
    since_ms: when it was tried for the first time in vain; cause: why the last try failed.
    """

    caller: str
    position: int
    epoch: int
    case_id: str
    due_ms: int = 0
    tries: int = 0
    since_ms: int = 0
    cause: str = ""
    dead: int = 0

    @property
    def id(self) -> str:
        """As it stands in `webhook-id`: the same each time that it is tried."""
        return f"evt_{self.epoch}_{self.position}"


def add(connection: Connection, letters: Sequence[Letter], now_ms: int) -> None:
    """New letters in the order of their positions; each is due unless another one of its case is on its way."""
    for letter in letters:
        connection.run(ADD, letter._asdict())
        plan(connection, letter, now_ms)


def plan(connection: Connection, letter: Letter, now_ms: int) -> None:
    """The first letter of its case is due, if it is this one."""
    if _first(connection, letter) == letter.position:
        _due(connection, letter, letter.position, now_ms)


def due(connection: Connection, caller: str, now_ms: int, most: int) -> list[Letter]:
    """The longest due first, of each case at most one."""
    rows = connection.rows(DUE, {"caller": caller, "now_ms": now_ms, "most": most})
    return [Letter._make(row) for row in rows]


def one(connection: Connection, caller: str, position: int) -> Letter | None:
    row = connection.row(ONE, {"caller": caller, "position": position})
    return Letter._make(row) if row else None


def taken(connection: Connection, letter: Letter, now_ms: int) -> None:
    """The caller has it; the next one of its case is due."""
    connection.run(REMOVE, {"caller_": letter.caller, "position_": letter.position})
    _next_due(connection, letter, now_ms)


def change(connection: Connection, letter: Letter, now_ms: int) -> None:
    """Keep what came of a try; behind a dead one the next of its case is due."""
    values = {name: getattr(letter, name) for name in ("due_ms", "tries", "since_ms", "cause", "dead")}
    connection.run(CHANGE, {"caller_": letter.caller, "position_": letter.position, **values})
    if letter.dead:
        _next_due(connection, letter, now_ms)


def revive(connection: Connection, letter: Letter, now_ms: int) -> None:
    """A dead letter is tried anew, before every other one of its case."""
    connection.run(WAIT, {"caller_": letter.caller, "case_id_": letter.case_id})
    change(connection, letter._replace(tries=0, since_ms=0, dead=0, due_ms=0), now_ms)
    _next_due(connection, letter, now_ms)


def listed(connection: Connection, caller: str, most: int, *, dead: bool) -> list[Letter]:
    """A caller's letters by position; dead: only those that are dead."""
    rows = connection.rows(LISTED, {"caller": caller, "dead": int(dead), "most": most})
    return [Letter._make(row) for row in rows]


def standing(connection: Connection) -> list[tuple[str, bool, int]]:
    """(caller, dead, how many)"""
    return [(caller, bool(dead), count) for caller, dead, count in connection.rows(STANDING)]


def _next_due(connection: Connection, letter: Letter, now_ms: int) -> None:
    first = _first(connection, letter)
    if first is not None:
        _due(connection, letter, first, now_ms)


def _first(connection: Connection, letter: Letter) -> int | None:
    row = connection.row(FIRST, {"caller_": letter.caller, "case_id_": letter.case_id})
    return row[0] if row else None


def _due(connection: Connection, letter: Letter, position: int, now_ms: int) -> None:
    connection.run(PLAN, {"caller_": letter.caller, "position_": position, "due_ms": now_ms})
