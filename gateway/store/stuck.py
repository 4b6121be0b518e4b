"""What is stuck: where everything stands that is neither being sent nor ended, and what could be tried sooner."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import Exchange
from gateway.store.connection import Connection
from gateway.store.tables import exchanges, history

WORDS = ("state", "platform", "operation", "cause")
_E = exchanges.c
_NOW_MS = bindparam("now_ms", type_=sa.BigInteger)
_TOLD_WHEN = sa.exists().where(
    history.c.exchange_id == _E.id,
    history.c.retry_after_ms > 0,
    history.c.at_ms + history.c.retry_after_ms > _NOW_MS,
)
_STANDS = sa.case(
    (_E.state == "held", "held"),
    (_E.due_ms <= _NOW_MS, "due"),
    (_E.step == "probe", "probe"),
    (_TOLD_WHEN, "told"),
    else_="later",
)
# literal text, as in the partial index
_STUCK = (sa.text("due_ms > 0"), _E.state != "sending", _E.admitted_ms <= bindparam("until_ms"))
_GROUP: tuple[sa.ColumnElement[str], ...] = (
    _E.platform,
    _E.state,
    _E.operation,
    _E.cause,
    sa.literal_column("stands"),
)
STANDING = (
    sa.select(*_GROUP[:-1], _STANDS.label("stands"), sa.func.count())
    .where(*_STUCK)
    .group_by(*_GROUP)
    .order_by(*_GROUP)
)
_LATER = sa.select(*(_E[name] for name in Exchange._fields)).where(*_STUCK, _STANDS == "later")


class Standing(NamedTuple):
    """So many exchanges of one platform, state, operation and cause stand like this.

    stands: held   waits for a person
            due    waits for a slot, a window, a circuit, a quota, or an earlier write of its case
            probe  will be asked after when the answer counts
            told   the platform said when to come back
            later  waits for its next try, which could be made sooner
    """

    platform: str
    state: str
    operation: str
    cause: str
    stands: str
    exchanges: int

    def matches(self, words: Mapping[str, str]) -> bool:
        return all(getattr(self, name) == word for name, word in words.items())


def standing(connection: Connection, *, until_ms: int, now_ms: int) -> list[Standing]:
    """Where everything stands that was admitted by until_ms."""
    rows = connection.rows(STANDING, {"until_ms": until_ms, "now_ms": now_ms})
    return [Standing(*row) for row in rows]


def later(
    connection: Connection, words: Mapping[str, str], *, until_ms: int, now_ms: int, most: int
) -> list[Exchange]:
    """What stands `later` and has these words, the longest admitted first."""
    chosen = _LATER.where(*(_E[name] == bindparam(name) for name in words))
    statement = chosen.order_by(_E.admitted_ms, _E.id).limit(bindparam("most", type_=sa.Integer))
    where = {**words, "until_ms": until_ms, "now_ms": now_ms, "most": most}
    return [Exchange._make(row) for row in connection.rows(statement, where)]
