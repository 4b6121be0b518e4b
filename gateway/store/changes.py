"""Statements about how releases came in force: activations, what was scheduled, approvals, as one list."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import activations, approvals, scheduled

_A, _S, _P = activations.c, scheduled.c, approvals.c
FIRST_MS = 1 << 62  # behind any time


def _lit(text: str) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{text}'")


def _numbered(column: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


_DONE = sa.union_all(
    sa.select(
        _lit("activated").label("act"), _A.at_ms.label("at_ms"), _numbered(_A.place).label("number"),
        _A.actor.label("actor"), _A.digest.label("digest"), _A.why.label("why"), _lit("").label("platform"),
        _lit("").label("document"), sa.literal_column("0").label("from_ms"),
    ),
    sa.select(_lit("scheduled"), _S.at_ms, _numbered(_S.place), _S.actor, _S.digest, _S.why, _lit(""), _lit(""),
              _S.from_ms),
    sa.select(_lit("cancelled"), _S.ended_ms, _numbered(_S.place), _S.ended_by, _S.digest, _S.ended_why, _lit(""),
              _lit(""), _S.from_ms).where(_S.ended_ms > 0, _S.ended_by != ""),
    sa.select(_lit("approved"), _P.at_ms, _P.platform + "/" + _P.declaration + "/" + _P.actor, _P.actor,
              _P.declaration, _lit(""), _P.platform, _P.document, sa.literal_column("0")),
).subquery("done")  # fmt: skip
_AT = bindparam("at_ms", type_=sa.BigInteger)
NEWEST = (
    sa.select(*_DONE.c)
    .where(
        sa.or_(
            _DONE.c.at_ms < _AT,
            sa.and_(_DONE.c.at_ms == _AT, _DONE.c.act > bindparam("act", type_=sa.Text)),
            sa.and_(
                _DONE.c.at_ms == _AT,
                _DONE.c.act == bindparam("act", type_=sa.Text),
                _DONE.c.number > bindparam("number", type_=sa.Text),
            ),
        )
    )
    .order_by(_DONE.c.at_ms.desc(), _DONE.c.act, _DONE.c.number)
    .limit(bindparam("most", type_=sa.Integer))
)
BOUNDARIES = (
    sa.select(_A.place, _A.digest, _A.actor, _A.at_ms)
    .order_by(_A.place.desc())
    .limit(bindparam("most", type_=sa.Integer))
)


class Done(NamedTuple):
    """act: activated, scheduled, cancelled or approved. number: what tells it from others of its kind.

    digest: of the release; of the declaration where one platform was approved. from_ms: for when it was scheduled.
    """

    act: str
    at_ms: int
    number: str
    actor: str
    digest: str
    why: str
    platform: str
    document: str
    from_ms: int


class Boundary(NamedTuple):
    """A release that came in force."""

    place: int
    digest: str
    actor: str
    at_ms: int


def done(connection: Connection, behind: tuple[int, str, str], most: int) -> list[Done]:
    """The newest first; behind: time, act and number of the last one."""
    where = {"at_ms": behind[0], "act": behind[1], "number": behind[2], "most": most}
    return [Done._make(row) for row in connection.rows(NEWEST, where)]


def boundaries(connection: Connection, most: int) -> list[Boundary]:
    """The newest first."""
    return [Boundary._make(row) for row in connection.rows(BOUNDARIES, {"most": most})]
