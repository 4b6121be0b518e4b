"""Fill a store with copies of a delivered exchange: every table, and a log that verifies with its rows.

Rows are copied inside the database (INSERT … SELECT from a table of new names); entries go through the log's own
`append`, thousands in a group. Ids and times spread over the months before the pattern's; every copy has a person,
a case and numbers of its own, and goes from one of 32 counties to one of 32, for one of 1,024 items, by one of 32
callers. The sealed bodies are of the right size and open for nobody; they are most of a store and nothing is found
by them, so the last PAPERS copies alone have them.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from audit import log as audit_log
from audit.entries import Entry, china_time
from gateway.identity import new_id
from gateway.items import tables as _catalogue  # noqa: F401 - the metadata is one
from gateway.store import tables
from gateway.store.connection import Connection
from tests.bench.rows import Pattern, pattern

GROUP = 2_000
PAPERS = 200_000
EVERY_MS = 60_000
SPREADING = 2_654_435_761  # Knuth's: its multiples lie anywhere among 32 bits
OPEN_IN = 16  # one case in so many is still open
BULK = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-262144", "PRAGMA temp_store=MEMORY"),
    "postgresql": ("SET synchronous_commit=off", "SET statement_timeout=0", "SET transaction_timeout=0"),
}


def codes(province: str) -> list[str]:
    """Of 32 counties in four prefectures."""
    return [f"{province}{number // 8 + 1:02d}{number % 8 + 1:02d}" for number in range(32)]


HERE, THERE = codes("34"), codes("44")


@dataclass(frozen=True, slots=True)
class Copy:
    """What is new in a copy; everything else is as in the pattern. shift_ms: what its times differ by."""

    exchange: str
    case_id: str
    person: str
    ours: str
    theirs: str
    key: str
    here: str
    division: str
    item: str
    caller: str
    is_open: int
    shift_ms: int


_NAMES = tuple(each.name for each in fields(Copy))
_KINDS = {"is_open": sa.BigInteger, "shift_ms": sa.BigInteger}
_MADE = sa.table("made", *(sa.column(name, _KINDS.get(name, sa.Text)) for name in _NAMES))
_CREATE = sa.text(
    "CREATE TEMPORARY TABLE made ("
    + ", ".join(f"{name} {'BIGINT' if name in _KINDS else 'TEXT'}" for name in _NAMES)
    + ")"
)
_ADD = sa.insert(_MADE)
_EMPTY = sa.delete(_MADE)
_M = _MADE.c


def _later(table: sa.Table, *names: str) -> dict[str, Any]:
    return {name: table.c[name] + _M.shift_ms for name in names}


# what differs from the pattern, by the column's name; all else is copied
_NEW: Mapping[sa.Table, dict[str, Any]] = {
    tables.exchanges: {
        "id": _M.exchange, "case_id": _M.case_id, "ours": _M.ours, "theirs": _M.theirs, "here": _M.here,
        "division": _M.division, "item_there": _M.item, "caller": _M.caller,
        **_later(tables.exchanges, "admitted_ms", "changed_ms", "ended_ms"),
    },
    tables.cases: {
        "id": _M.case_id, "person": _M.person, "name": _M.person, "here": _M.here, "division": _M.division,
        "item": _M.item, "caller": _M.caller, "open": _M.is_open,
        **_later(tables.cases, "admitted_ms", "received_ms"),
    },
    tables.history: {
        "exchange_id": _M.exchange, "reference": _M.theirs, **_later(tables.history, "at_ms", "over_ms"),
    },
    tables.bodies: {"exchange_id": _M.exchange},
    tables.body_keys: {"exchange_id": _M.exchange},
    tables.idempotency: {"exchange_id": _M.exchange, "key": _M.key, "caller": _M.caller},
    tables.case_numbers: {"exchange_id": _M.exchange, "case_id": _M.case_id},
}  # fmt: skip


def fill(connection: Connection, count: int, *, group: int = GROUP) -> None:
    """`count` exchanges more, so many in a transaction. On an open connection on which nothing is begun.

    The connection is afterwards good for nothing that has to be durable.
    """
    for statement in BULK[connection.dialect]:
        connection.run(sa.text(statement))
    like = pattern(connection)
    connection.run(_CREATE)
    copies = {table: _copied(table, like) for table in _NEW}
    of = {
        "of_exchange": like.exchange.id, "of_case": like.case.id, "was_ours": like.exchange.ours,
        "was_theirs": like.exchange.theirs,
    }  # fmt: skip
    for made in _groups(like, count, group):
        connection.begin()
        connection.run_rows(_ADD, _NAMES, [[getattr(each, name) for name in _NAMES] for each in made])
        for table, copy in copies.items():
            if table is not tables.bodies or made[-1].shift_ms >= -PAPERS * EVERY_MS:
                connection.run(copy, of)
        audit_log.append(connection, [_told(entry, like, each) for each in made for entry in like.entries])
        connection.run(_EMPTY)
        connection.commit()
    connection.run(sa.text("ANALYZE"))


def _copied(table: sa.Table, like: Pattern) -> sa.Insert:
    """INSERT … SELECT: each row of the pattern once for every new name."""
    new = _NEW[table]
    if table is tables.case_numbers:  # ours and theirs are replaced, the caller's gets ours for an ending
        number = table.c.number
        named = sa.case(
            (number == sa.bindparam("was_ours", type_=sa.Text), _M.ours),
            (number == sa.bindparam("was_theirs", type_=sa.Text), _M.theirs),
            else_=number + "/" + _M.ours,
        )
        owner = sa.case((table.c.owner == like.case.caller, _M.caller), else_=table.c.owner)
        new = {**new, "number": named, "owner": owner}
    of_case = table is tables.cases or ("case_id" in table.c and table is not tables.exchanges)
    key = table.c["id" if "id" in table.c else "case_id" if of_case else "exchange_id"]
    columns = [new.get(column.name, column) for column in table.c]
    return sa.insert(table).from_select(
        [column.name for column in table.c],
        sa.select(*columns)
        .select_from(table.join(_MADE, sa.true()))
        .where(key == sa.bindparam("of_case" if of_case else "of_exchange", type_=sa.Text)),
    )


def _told(was: Entry, like: Pattern, copy: Copy) -> Entry:
    """An entry of the pattern, told of the copy."""
    said = {
        **was.facts, "exchange": copy.exchange, "case": copy.case_id, "ours": copy.ours, "theirs": copy.theirs,
        "from": copy.here, "to": copy.division, "item_there": copy.item, "caller": copy.caller,
        "received_at": china_time(like.case.received_ms + copy.shift_ms),
    }  # fmt: skip
    return Entry(was.kind, was.at_ms + copy.shift_ms, {name: said[name] for name in was.facts})


def _groups(like: Pattern, count: int, group: int) -> Iterator[list[Copy]]:
    """New names and times, in groups, the oldest first; the youngest is a minute older than the pattern."""
    for first in range(0, count, group):
        yield [
            _copy(like, serial, (serial - count) * EVERY_MS)
            for serial in range(first, min(first + group, count))
        ]


def _copy(like: Pattern, serial: int, shift_ms: int) -> Copy:
    at_ms, spread = like.exchange.admitted_ms + shift_ms, serial * SPREADING % (1 << 32)
    return Copy(
        exchange=new_id(at_ms, os.urandom), case_id=new_id(at_ms, os.urandom), person=os.urandom(16).hex(),
        ours=f"F{serial:012d}", theirs=f"{like.exchange.theirs}/{serial:012d}", key=f"fill-{serial:012d}",
        here=HERE[spread >> 27], division=THERE[spread >> 22 & 31],
        item=f"{like.case.item}-{spread >> 7 & 1023:04d}", caller=f"caller-{spread >> 17 & 31:02d}",
        is_open=int(spread & OPEN_IN - 1 == 0), shift_ms=shift_ms,
    )  # fmt: skip
