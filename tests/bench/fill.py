"""Fill a store with copies of a delivered exchange: every table, and a log that verifies.

Rows are copied inside the database (INSERT … SELECT from a table of new names); entries go through the log's own
`append`, thousands in a group. Ids and times spread over the months before the pattern's; every copy has a person,
a case and numbers of its own. The sealed bodies are of the right size and open for nobody.
"""

import os
from collections.abc import Iterator

import sqlalchemy as sa

from audit import log as audit_log
from gateway.identity import new_id
from gateway.items import tables as _catalogue  # noqa: F401 - the metadata is one
from gateway.store import tables
from gateway.store.connection import Connection
from tests.bench.rows import Named, Pattern, entry_of, pattern

GROUP = 2_000
EVERY_MS = 60_000

_MADE = sa.table(
    "made", *(sa.column(name) for name in ("exchange", "case_id", "person", "ours", "key", "at_ms"))
)
_CREATE = sa.text(
    "CREATE TEMPORARY TABLE made (exchange TEXT, case_id TEXT, person TEXT, ours TEXT, key TEXT, at_ms BIGINT)"
)
_ADD = sa.insert(_MADE)
_EMPTY = sa.delete(_MADE)
_M = _MADE.c
# what differs from the pattern, by the column's name; all else is copied
_NEW = {
    tables.exchanges: {"id": _M.exchange, "case_id": _M.case_id, "ours": _M.ours, "admitted_ms": _M.at_ms,
                       "changed_ms": _M.at_ms, "ended_ms": _M.at_ms},
    tables.cases: {"id": _M.case_id, "person": _M.person, "name": _M.person, "admitted_ms": _M.at_ms,
                   "received_ms": _M.at_ms},
    tables.history: {"exchange_id": _M.exchange, "at_ms": _M.at_ms},
    tables.bodies: {"exchange_id": _M.exchange},
    tables.body_keys: {"exchange_id": _M.exchange},
    tables.idempotency: {"exchange_id": _M.exchange, "key": _M.key},
    tables.case_numbers: {"exchange_id": _M.exchange, "case_id": _M.case_id},
}  # fmt: skip


def fill(connection: Connection, count: int, *, group: int = GROUP) -> None:
    """`count` exchanges more, so many in a transaction. On an open connection on which nothing is begun."""
    like = pattern(connection)
    connection.run(_CREATE)
    copies = [_copied(table, like) for table in _NEW]
    ours = like.exchange.ours
    for names in _groups(like, count, group):
        connection.begin()
        rows = [{"exchange": n.exchange, "case_id": n.case, "person": n.person, "ours": n.ours, "key": n.key,
                 "at_ms": at_ms} for n, at_ms in names]  # fmt: skip
        connection.run_many(_ADD, rows)
        for copy in copies:
            connection.run(copy, {"of_exchange": like.exchange.id, "of_case": like.case.id, "was_ours": ours})
        audit_log.append(connection, [entry_of(entry, n) for n, _ in names for entry in like.entries])
        connection.run(_EMPTY)
        connection.commit()
    connection.run(sa.text("ANALYZE"))


def _copied(table: sa.Table, like: Pattern) -> sa.Insert:
    """INSERT … SELECT: each row of the pattern once for every new name."""
    new = _NEW[table]
    if table is tables.case_numbers:  # ours is replaced, theirs and the caller's get it for an ending
        number = table.c.number
        ours = sa.case(
            (number == sa.bindparam("was_ours", type_=sa.Text), _M.ours), else_=number + "/" + _M.ours
        )
        new = {**new, "number": ours}
    owner = "case_id" if "case_id" in table.c and table is not tables.exchanges else "exchange_id"
    key = table.c.id if "id" in table.c else table.c[owner]
    of = sa.bindparam(
        "of_case" if table is tables.cases or owner == "case_id" else "of_exchange", type_=sa.Text
    )
    columns = [new.get(column.name, column) for column in table.c]
    return sa.insert(table).from_select(
        [column.name for column in table.c],
        sa.select(*columns).select_from(table.join(_MADE, sa.true())).where(key == of),
    )


def _groups(like: Pattern, count: int, group: int) -> Iterator[list[tuple[Named, int]]]:
    """New names and times, in groups, the oldest first; the youngest is a minute older than the pattern."""
    began_ms = like.exchange.admitted_ms - count * EVERY_MS
    for first in range(0, count, group):
        serials = range(first, min(first + group, count))
        yield [
            (_named(began_ms + serial * EVERY_MS, serial), began_ms + serial * EVERY_MS) for serial in serials
        ]


def _named(at_ms: int, serial: int) -> Named:
    exchange, case = new_id(at_ms, os.urandom), new_id(at_ms, os.urandom)
    return Named(exchange, case, os.urandom(16).hex(), f"F{serial:012d}", f"fill-{serial:012d}")
