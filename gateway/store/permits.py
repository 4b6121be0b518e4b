"""Permits of a quota (1000次/小时): at most `count` messages in any span, over all processes and restarts.

Permits are numbered. Number n may be given once number n - count can no longer be used within the span; so any
`count` + 1 of them are further apart than the span, however many processes ask. Each row says when its permit
could be used at the latest; there are never more than `count` rows.
"""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import permits, quotas

START = insert(quotas).values(credential=bindparam("credential"), following=0).on_conflict_do_nothing()
# who finds the row taken is told to come back: nobody waits while holding other rows
FOLLOWING = (
    sa.select(quotas.c.following)
    .where(quotas.c.credential == bindparam("credential"))
    .with_for_update(skip_locked=True)
)
ADVANCE = (
    sa.update(quotas)
    .where(quotas.c.credential == bindparam("credential_"))
    .values(following=bindparam("following_"))
)
OVER = (
    sa.select(permits.c.place, permits.c.over_ms)
    .where(
        permits.c.credential == bindparam("credential"),
        permits.c.place >= bindparam("first"),
        permits.c.place < bindparam("end"),
    )
    .order_by(permits.c.place)
)
GIVE = sa.insert(permits)
FORGET = sa.delete(permits).where(
    permits.c.credential == bindparam("credential_"), permits.c.place < bindparam("before")
)
BUSY_MS = 20


class Wanted(NamedTuple):
    """Permits asked for. most: in any span_ms, the quota; valid_ms: how long after now they may still be used."""

    credential: str
    most: int
    span_ms: int
    valid_ms: int
    permits: int


def take(connection: Connection, wanted: Wanted, now_ms: int) -> tuple[int, int]:
    """(how many were given, when it is worth asking for more)."""
    following = _following(connection, wanted.credential)
    if following is None:
        return 0, now_ms + BUSY_MS
    most = min(wanted.permits, wanted.most)
    first = following - wanted.most
    where = {"credential": wanted.credential, "first": first, "end": first + most}
    given, again_ms = most, now_ms
    for place, over_ms in connection.rows(OVER, where):
        if over_ms > now_ms - wanted.span_ms:
            given, again_ms = place - first, over_ms + wanted.span_ms
            break
    if given:
        over_ms = now_ms + wanted.valid_ms
        places = range(following, following + given)
        rows = [{"credential": wanted.credential, "place": place, "over_ms": over_ms} for place in places]
        connection.run_many(GIVE, rows)
        connection.put(ADVANCE, {"credential_": wanted.credential, "following_": following + given})
        connection.put(FORGET, {"credential_": wanted.credential, "before": first + given})
    return given, again_ms


def _following(connection: Connection, credential: str) -> int | None:
    """The number of the next permit; None while another process is taking some."""
    row = connection.row(FOLLOWING, {"credential": credential})
    if row is None and connection.run(START, {"credential": credential}):
        row = connection.row(FOLLOWING, {"credential": credential})
    return row[0] if row else None
