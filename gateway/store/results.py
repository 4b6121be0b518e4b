"""Statements about results of cases (办理结果): those that are kept, and those that are still to be fetched.

What a result says in words and which numbers it bears is personal: it stands in sealed bodies of the exchange by
which it was told, its files in the folder of materials. Here is what may be known without a key.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


case_results = sa.Table(
    "case_results",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("exchange_id"),  # by which it was told, and whose key seals it
    _text("name"),  # of the sealed body
    _text("digest"),  # keyed: the same result told again is known by it
    _text("source"),
    _text("state"),
    _number("at_ms"),  # by the clock of its source
    _number("seen_ms"),
    _text("record"),
    _text("corrects"),
    _text("reason"),
    _text("finding"),
    _number("documents"),
    sqlite_with_rowid=False,
)
wanted_results = sa.Table(
    "wanted_results",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("platform", sa.Text, primary_key=True),
    _text("exchange_id"),  # the submit whose case it is
    _number("due_ms"),  # 0: not wanted any more, or given up
    _text("owner"),
    _number("since_ms"),
    _number("tries"),
    _text("cause"),
    sa.Index("ix_wanted_results_due", "platform", "due_ms"),
    sqlite_with_rowid=False,
)
_R, _W = case_results.c, wanted_results.c


class Result(NamedTuple):
    """One result of a case, without what is sealed.

    state, reason: of the closed lists; empty where it does not say.
    finding: what is wrong with the reason it gives; empty if nothing is.
    documents: how many it names.
    """

    case_id: str
    place: int
    exchange_id: str
    name: str
    digest: str
    source: str
    state: str
    at_ms: int
    seen_ms: int
    record: str
    corrects: str
    reason: str
    finding: str
    documents: int


class Wanted(NamedTuple):
    """The result of a case that is to be fetched from a platform.

    due_ms: when it is asked for next; while somebody asks (owner), the end of the lease; 0: never.
    since_ms: when its ending became known.  tries: without a result.  cause: why the last one brought none.
    """

    case_id: str
    platform: str
    exchange_id: str
    due_ms: int = 0
    owner: str = ""
    since_ms: int = 0
    tries: int = 0
    cause: str = ""


INSERT = sa.insert(case_results)
OF_CASE = (
    sa.select(*(_R[name] for name in Result._fields))
    .where(_R.case_id == bindparam("case_id"))
    .order_by(_R.place)
)
_OF = (_W.case_id == bindparam("case_id_"), _W.platform == bindparam("platform_"))
_WANT = insert(wanted_results)
# one that is being asked for meanwhile is asked for once more: what it brings may be of the ending before
WANT = _WANT.on_conflict_do_update(
    index_elements=["case_id", "platform"],
    set_={name: _WANT.excluded[name] for name in ("due_ms", "since_ms", "owner", "tries", "cause")},
)
# literal text: a bound parameter would keep the planner from the range of the index
_ASKED_FOR = sa.text("due_ms > 0")
_DUE = (_W.platform == bindparam("platform"), _ASKED_FOR, _W.due_ms <= bindparam("now_ms"))
DUE = sa.select(_W.case_id).where(*_DUE).limit(1)
# rows that another process is claiming at this moment are passed over: nobody waits for anybody
CLAIMABLE = (
    sa.select(*(_W[name] for name in Wanted._fields))
    .where(*_DUE)
    .order_by(_W.due_ms)
    .limit(bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
CLAIM = sa.update(wanted_results).where(*_OF).values(owner=bindparam("owner"), due_ms=bindparam("due_ms"))
MOVE = (
    sa.update(wanted_results)
    .where(*_OF, _W.owner == bindparam("owner_was"), _W.due_ms == bindparam("due_was"))
    .values({name: bindparam(name) for name in ("due_ms", "tries", "cause")} | {"owner": ""})
)
WANTED_OF_CASE = sa.select(*(_W[name] for name in Wanted._fields)).where(_W.case_id == bindparam("case_id"))


def add(connection: Connection, result: Result) -> None:
    connection.put(INSERT, result._asdict())


def of_case(connection: Connection, case_id: str) -> list[Result]:
    """In the order in which they became known."""
    return [Result._make(row) for row in connection.rows(OF_CASE, {"case_id": case_id})]


def want(connection: Connection, wanted: Wanted) -> None:
    """An ending became known: its result is asked for, at once and with all its tries."""
    connection.put(WANT, wanted._asdict())


def is_due(connection: Connection, platform: str, now_ms: int) -> bool:
    return connection.row(DUE, {"platform": platform, "now_ms": now_ms}) is not None


def claim(
    connection: Connection, platform: str, most: int, *, owner: str, now_ms: int, until_ms: int
) -> list[Wanted]:
    """At most `most` of what is due, the longest due first; nobody else gets them until `until_ms`."""
    found = connection.rows(CLAIMABLE, {"platform": platform, "now_ms": now_ms, "most": most})
    claimed = [Wanted._make(row)._replace(owner=owner, due_ms=until_ms) for row in found]
    for each in claimed:
        where = {"case_id_": each.case_id, "platform_": each.platform}
        connection.put(CLAIM, {**where, "owner": owner, "due_ms": until_ms})
    return claimed


def move(connection: Connection, was: Wanted, *, due_ms: int, tries: int = 0, cause: str = "") -> bool:
    """Nobody is asking any more; False if the claim was lost, or another ending is asked for since."""
    fence = {
        "case_id_": was.case_id, "platform_": was.platform, "owner_was": was.owner, "due_was": was.due_ms,
    }  # fmt: skip
    return connection.run(MOVE, fence | {"due_ms": due_ms, "tries": tries, "cause": cause}) == 1


def wanted_of(connection: Connection, case_id: str) -> Sequence[Wanted]:
    return [Wanted._make(row) for row in connection.rows(WANTED_OF_CASE, {"case_id": case_id})]
