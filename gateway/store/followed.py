"""Statements about cases that are followed (办件跟踪): when each is asked about next, and who is asking now."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata

followed_cases = sa.Table(
    "followed_cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("platform", sa.Text, primary_key=True),
    sa.Column("exchange_id", sa.Text, nullable=False, server_default=""),  # the submit whose case it is
    sa.Column("due_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("owner", sa.Text, nullable=False, server_default=""),
    sa.Column("unchanged", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
    sa.Column("decided_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ix_followed_cases_due", "platform", "due_ms"),
    sqlite_with_rowid=False,
)
NEVER_MS = 1 << 62  # beyond any time: nobody is asked about it any more
_F = followed_cases.c


class Followed(NamedTuple):
    """One case that is followed at one platform.

    due_ms:    when it is asked about next; while somebody asks (owner), the end of the lease; NEVER_MS: no more.
    unchanged: how often in a row nothing new was told.
    cause:     why the last question got no answer; empty if it got one.
    told:      a keyed digest of the last answer.
    decided_ms: since when it is known to be decided and not to be served, to be served and not how it was decided,
        or to have ended while papers of it may still be in the post; 0: none of it.
    """

    case_id: str
    platform: str
    exchange_id: str
    due_ms: int
    owner: str = ""
    unchanged: int = 0
    cause: str = ""
    told: str = ""
    decided_ms: int = 0


BEGIN = insert(followed_cases).on_conflict_do_nothing()
_OF = (_F.case_id == bindparam("case_id_"), _F.platform == bindparam("platform_"))
_DUE = (_F.platform == bindparam("platform"), _F.due_ms <= bindparam("now_ms"))
DUE = sa.select(_F.case_id).where(*_DUE).limit(1)
# rows that another process is claiming at this moment are passed over: nobody waits for anybody
CLAIMABLE = (
    sa.select(*(_F[name] for name in Followed._fields))
    .where(*_DUE)
    .order_by(_F.due_ms)
    .limit(bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
CLAIM = sa.update(followed_cases).where(*_OF).values(owner=bindparam("owner"), due_ms=bindparam("due_ms"))
MOVE = (
    sa.update(followed_cases)
    .where(*_OF, _F.owner == bindparam("owner_was"), _F.due_ms == bindparam("due_was"))
    .values({name: bindparam(name) for name in ("due_ms", "unchanged", "cause", "told")} | {"owner": ""})
)
_OF_CASE = (_F.case_id == bindparam("case_id_"),)
DECIDED = (
    sa.update(followed_cases).where(*_OF_CASE, _F.decided_ms == 0).values(decided_ms=bindparam("decided_ms"))
)
UNDECIDED = (
    sa.update(followed_cases)
    .where(*_OF_CASE, _F.decided_ms > 0)
    # one that nobody was asking about any more is asked about again
    .values(
        decided_ms=0,
        due_ms=sa.case((_F.due_ms == NEVER_MS, bindparam("due_ms", type_=sa.BigInteger)), else_=_F.due_ms),
    )
)
ONCE_MORE = (
    sa.update(followed_cases)
    .where(*_OF_CASE)
    .values(due_ms=bindparam("due_ms"), decided_ms=bindparam("decided_ms"))
)
ENDED = (
    sa.update(followed_cases)
    .where(*_OF_CASE)
    .values(
        decided_ms=bindparam("decided_ms"),
        due_ms=sa.case((_F.due_ms == NEVER_MS, bindparam("due_ms", type_=sa.BigInteger)), else_=_F.due_ms),
    )
)
OF_CASE = sa.select(*(_F[name] for name in Followed._fields)).where(*_OF_CASE)
STANDING = (
    sa.select(_F.platform, _F.cause, sa.func.count(), sa.func.min(_F.due_ms))
    .group_by(_F.platform, _F.cause)
    .order_by(_F.platform, _F.cause)
)


def begin(connection: Connection, case: Followed) -> None:
    """Follow a case; one that is followed there already goes on as it was."""
    connection.put(BEGIN, case._asdict())


def is_due(connection: Connection, platform: str, now_ms: int) -> bool:
    return connection.row(DUE, {"platform": platform, "now_ms": now_ms}) is not None


def claim(
    connection: Connection, platform: str, most: int, *, owner: str, now_ms: int, until_ms: int
) -> list[Followed]:
    """At most `most` of what is due, the longest due first; nobody else gets them until `until_ms`."""
    found = connection.rows(CLAIMABLE, {"platform": platform, "now_ms": now_ms, "most": most})
    claimed = [Followed(*row)._replace(owner=owner, due_ms=until_ms) for row in found]
    for each in claimed:
        where = {"case_id_": each.case_id, "platform_": each.platform}
        connection.put(CLAIM, {**where, "owner": owner, "due_ms": until_ms})
    return claimed


def move(connection: Connection, was: Followed, now: Followed) -> bool:
    """Nobody is asking any more; False if the claim was lost, or the case is not followed any more."""
    fence = {
        "case_id_": was.case_id, "platform_": was.platform, "owner_was": was.owner, "due_was": was.due_ms
    }  # fmt: skip
    values = {"due_ms": now.due_ms, "unchanged": now.unchanged, "cause": now.cause, "told": now.told}
    return connection.run(MOVE, fence | values) == 1


def of_case(connection: Connection, case_id: str) -> list[Followed]:
    return [Followed._make(row) for row in connection.rows(OF_CASE, {"case_id_": case_id})]


def decided(connection: Connection, case_id: str, now_ms: int) -> None:
    """It is decided and not served: from now on it is asked about for a while only."""
    connection.run(DECIDED, {"case_id_": case_id, "decided_ms": now_ms})


def once_more(connection: Connection, case_id: str, now_ms: int) -> None:
    """It has ended, and how is not known: it is asked about now, and until somebody answers."""
    connection.run(ONCE_MORE, {"case_id_": case_id, "due_ms": now_ms, "decided_ms": now_ms})


def ended(connection: Connection, case_id: str, now_ms: int) -> None:
    """It has ended, and more of it may come: it is asked about as before, from now on for a while only."""
    connection.run(ENDED, {"case_id_": case_id, "due_ms": now_ms, "decided_ms": now_ms})


def undecided(connection: Connection, case_id: str, now_ms: int) -> None:
    """It is not decided after all, and asked about as before."""
    connection.run(UNDECIDED, {"case_id_": case_id, "due_ms": now_ms})


def standing(connection: Connection) -> Sequence[tuple[str, str, int, int]]:
    """(platform, cause, how many cases are followed, when the first of them is due)."""
    return [(platform, cause, count, due_ms) for platform, cause, count, due_ms in connection.rows(STANDING)]
