"""Statements about what is erased (销毁): which contents are old, and the rows that go with their keys."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.results import case_results
from gateway.store.tables import bodies, body_keys, case_events, cases, exchanges, materials
from gateway.store.uploads import unnamed, uploads

_E, _K = exchanges.c, body_keys.c


class Content(NamedTuple):
    """An exchange whose content is there, and what says how long. items: every code by which its item is known.

    ended_ms: 0 while it is open.  case_open: 0 once nothing of its case is under way.
    """

    exchange: str
    case: str
    operation: str
    item_here: str
    item_there: str
    basic_code: str
    ended_ms: int
    case_open: int
    person: str

    @property
    def items(self) -> tuple[str, str, str]:
        return self.item_here, self.item_there, self.basic_code


class Removed(NamedTuple):
    """What went: how many sealed bodies, the names of files (digests of ciphertext), how many results."""

    bodies: int
    files: tuple[str, ...]
    results: int


_CONTENT = (
    sa.select(
        _K.exchange_id, _E.case_id, _E.operation, _E.item_here, _E.item_there, _E.basic_code, _E.ended_ms,
        sa.func.coalesce(cases.c.open, 0), sa.func.coalesce(cases.c.person, ""),
    )
    .join(exchanges, _E.id == _K.exchange_id)
    .outerjoin(cases, cases.c.id == _E.case_id)
)  # fmt: skip
OLD = (
    _CONTENT.where(_K.exchange_id > bindparam("behind"), _K.exchange_id < bindparam("before"))
    .order_by(_K.exchange_id)
    .limit(bindparam("most", type_=sa.Integer))
)
ONE = _CONTENT.where(_K.exchange_id == bindparam("id"))
OF_CASE = _CONTENT.where(_E.case_id == bindparam("case_id")).order_by(_E.place, _E.id)
ENDS_OF_CASE = sa.select(
    sa.func.coalesce(sa.func.min(_E.ended_ms), 0), sa.func.coalesce(sa.func.max(_E.ended_ms), 0)
).where(_E.case_id == bindparam("case_id"))
SEEN_OF_CASE = sa.select(sa.func.coalesce(sa.func.max(case_events.c.seen_ms), 0)).where(
    case_events.c.case_id == bindparam("case_id")
)
DROP_KEY = sa.delete(body_keys).where(_K.exchange_id == bindparam("id_"))
DROP_BODIES = sa.delete(bodies).where(bodies.c.exchange_id == bindparam("id_"))
FILES = sa.select(materials.c.digest).where(materials.c.exchange_id == bindparam("id")).distinct()
SIZES = sa.select(sa.func.coalesce(sa.func.sum(materials.c.size), 0)).where(
    materials.c.exchange_id == bindparam("id")
)
BODIES = sa.select(sa.func.count()).select_from(bodies).where(bodies.c.exchange_id == bindparam("id"))
DROP_FILES = sa.delete(materials).where(materials.c.exchange_id == bindparam("id_"))
DROP_UPLOAD = sa.delete(uploads).where(uploads.c.digest == bindparam("digest_"))
# that there was a result stays; the digest of what it said, and the name that is made of it, could confirm a guess
BLANK_RESULTS = (
    sa.update(case_results)
    .where(case_results.c.case_id == bindparam("case_id_"), case_results.c.exchange_id == bindparam("id_"))
    .values(digest="", name="")
)
RESULTS = (
    sa.select(sa.func.count())
    .select_from(case_results)
    .where(case_results.c.case_id == bindparam("case_id"), case_results.c.exchange_id == bindparam("id"))
)
KEPT_OF_CASE = (
    sa.select(_K.exchange_id)
    .join(exchanges, _E.id == _K.exchange_id)
    .where(_E.case_id == bindparam("case_id"))
    .limit(1)
)
BLANK_PERSON = sa.update(cases).where(cases.c.id == bindparam("id_")).values(person="", name="")


def old(connection: Connection, behind: str, before: str, most: int) -> list[Content]:
    """Contents of exchanges whose ids lie between, in the order of their ids."""
    rows = connection.rows(OLD, {"behind": behind, "before": before, "most": most})
    return [Content._make(row) for row in rows]


def one(connection: Connection, exchange_id: str) -> Content | None:
    """None once it is erased."""
    row = connection.row(ONE, {"id": exchange_id})
    return Content._make(row) if row else None


def of_case(connection: Connection, case_id: str) -> list[Content]:
    """What of a case is not erased."""
    return [Content._make(row) for row in connection.rows(OF_CASE, {"case_id": case_id})]


def over_ms(connection: Connection, case_id: str) -> int:
    """When the last thing became known of a case, or an exchange of it ended; 0 while one of them is open."""
    first, last = connection.row(ENDS_OF_CASE, {"case_id": case_id}) or (0, 0)
    (seen,) = connection.row(SEEN_OF_CASE, {"case_id": case_id}) or (0,)
    return max(last, seen) if first else 0


def measured(connection: Connection, content: Content) -> tuple[int, int, int, int]:
    """(sealed bodies, files, their bytes as they lie there, results) of an exchange."""
    where = {"id": content.exchange}
    results = _count(connection, RESULTS, {"case_id": content.case, **where})
    files = len(connection.rows(FILES, where))
    return _count(connection, BODIES, where), files, _count(connection, SIZES, where), results


def erase(connection: Connection, content: Content) -> Removed:
    """The key, all that is sealed under it, the rows of its files; nothing brings them back once it commits.

    Files are removed by whoever commits this, those that no other row names.
    """
    where = {"id_": content.exchange}
    files = tuple(row[0] for row in connection.rows(FILES, {"id": content.exchange}))
    connection.put(DROP_KEY, where)
    gone = connection.run(DROP_BODIES, where)
    connection.put(DROP_FILES, where)
    for digest in files:  # a file that came before has its own key there
        connection.put(DROP_UPLOAD, {"digest_": digest})
    results = connection.run(BLANK_RESULTS, {"case_id_": content.case, **where}) if content.case else 0
    if content.case and connection.row(KEPT_OF_CASE, {"case_id": content.case}) is None:
        connection.put(BLANK_PERSON, {"id_": content.case})
    return Removed(gone, files, results)


def unused(connection: Connection, files: Sequence[str]) -> list[str]:
    """Those of the files that nothing names any more."""
    return unnamed(connection, files)


def _count(connection: Connection, statement: sa.Select[Any], where: dict[str, str]) -> int:
    row = connection.row(statement, where)
    return int(row[0]) if row else 0
