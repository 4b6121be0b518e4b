"""Statements about what can be replayed (重放): the documents of writes and the answers to reads, sealed.

Read page by page from the newest, so that neither memory nor a transaction grows with what is stored.
"""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.identity import least_id
from gateway.store.connection import Connection
from gateway.store.tables import bodies, body_keys, cases, exchanges

_E = exchanges.c
_NAME = sa.case((_E.kind == "write", "document"), else_="answer/" + sa.cast(_E.attempt, sa.Text))
_SPAN = (
    _E.id >= bindparam("since"),
    _E.id < bindparam("until"),
    # a read says something only where it was answered; what called in is not mapped outwards
    sa.or_(_E.kind == "write", sa.and_(_E.kind == "read", _E.state == "delivered")),
)
PAGE = (
    sa.select(
        _E.id,
        _E.kind,
        _E.platform,
        _E.operation,
        _NAME,
        body_keys.c.key_id,
        body_keys.c.wrapped,
        bodies.c.sealed,
        cases.c.received_ms,
        _E.admitted_ms,
    )
    .select_from(
        exchanges.outerjoin(body_keys, body_keys.c.exchange_id == _E.id)
        .outerjoin(bodies, sa.and_(bodies.c.exchange_id == _E.id, bodies.c.name == _NAME))
        .outerjoin(cases, cases.c.id == _E.case_id)
    )
    .where(*_SPAN)
    .order_by(_E.id.desc())
    .limit(bindparam("most", type_=sa.Integer))
)
COUNT = sa.select(sa.func.count()).select_from(exchanges).where(*_SPAN)
OF_PLATFORM = _E.platform == bindparam("platform")
PAGE_OF_PLATFORM, COUNT_OF_PLATFORM = PAGE.where(OF_PLATFORM), COUNT.where(OF_PLATFORM)
LAST = least_id(2**48 - 1)  # after every id


class Sealed(NamedTuple):
    """An exchange with the sealed body `name`, from which a mapping starts. None: erased, or never kept.

    received_ms: of its case; None if it is about none.
    """

    exchange: str
    kind: str
    platform: str
    operation: str
    name: str
    key_id: str | None
    wrapped: bytes | None
    body: bytes | None
    received_ms: int | None
    admitted_ms: int


def page(connection: Connection, *, since: str, until: str, platform: str, most: int) -> list[Sealed]:
    """Up to `most` from before the id `until`, not older than the id `since`, the newest first."""
    where = {"since": since, "until": until, "most": most}
    if platform:
        rows = connection.rows(PAGE_OF_PLATFORM, {**where, "platform": platform})
    else:
        rows = connection.rows(PAGE, where)
    return [Sealed._make(row) for row in rows]


def count(connection: Connection, *, since: str, platform: str) -> int:
    where = {"since": since, "until": LAST}
    if platform:
        row = connection.row(COUNT_OF_PLATFORM, {**where, "platform": platform})
    else:
        row = connection.row(COUNT, where)
    return int(row[0]) if row else 0
