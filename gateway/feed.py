"""The feed of events (动态): what happened to a caller's cases, complete and in the order of the commits.

It is read from the log itself, whose positions have no gaps and are given out by the transaction that changes
the case: what a caller has seen up to a cursor stays what it was, and nothing can appear before it later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import bindparam

from audit.origins import split_origin
from audit.tables import BATCHES, ENTRIES
from gateway.errors import Refusal
from gateway.store.connection import Connection
from gateway.store.tables import cases

MOST_SEEN = 2_000  # entries looked at for one page, however few of them are the caller's
KINDS = ("exchange.", "case.", "joint.")
# what the log says besides is evidence and for auditors: commitments, digests, who asked
SHOWN = (
    "case", "exchange", "operation", "platform", "state", "attempt", "cause", "code", "theirs", "event",
    "happened_at", "source", "number", "finding", "reason", "documents",
    "clock", "start_on", "due_on", "why", "year", "joint", "parts", "outcomes", "standing",
    "parcel", "direction", "carrier", "contents",
)  # fmt: skip

# every entry from a position on, and whether it is about a case of the caller
FROM = (
    sa.select(ENTRIES.c.position, ENTRIES.c.body, cases.c.caller == bindparam("caller"))
    .select_from(ENTRIES.outerjoin(cases, cases.c.id == ENTRIES.c.case_id))
    .where(ENTRIES.c.position >= bindparam("first"))
    .order_by(ENTRIES.c.position)
    .limit(bindparam("most", type_=sa.Integer))
)


# which case every entry from a position on is about, and whether it is one of the caller's
CASES_FROM = (
    sa.select(ENTRIES.c.position, ENTRIES.c.kind, ENTRIES.c.case_id, cases.c.caller == bindparam("caller"))
    .select_from(ENTRIES.outerjoin(cases, cases.c.id == ENTRIES.c.case_id))
    .where(ENTRIES.c.position >= bindparam("first"))
    .order_by(ENTRIES.c.position)
    .limit(bindparam("most", type_=sa.Integer))
)
SIZE = sa.select(BATCHES.c.size).order_by(BATCHES.c.size.desc()).limit(1)
BATCH_AT = (
    sa.select(BATCHES.c.previous, BATCHES.c.size, BATCHES.c.at_ms)
    .where(BATCHES.c.size > bindparam("size"))
    .order_by(BATCHES.c.size)
    .limit(1)
)
EARLIER_MS = 600_000  # by how much entries may be out of the order of their times


@dataclass(frozen=True, slots=True)
class Changed:
    """Ids of cases that changed behind a cursor, each once; and as in Page."""

    cases: tuple[str, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Events behind a cursor, and the cursor behind which to ask next; more: there is something behind it now."""

    events: tuple[dict[str, Any], ...]
    cursor: str
    more: bool


def page(connection: Connection, caller: str, cursor: str, origin: str, most: int) -> Page:
    """At most `most` events of a caller's cases behind a cursor, "" for the beginning.

    origin: of the log now; a cursor of an epoch that a restore has ended is refused, since what stood behind it
    may be lost. Raises Refusal: bad_parameter, cursor_of_lost_log.
    """
    epoch = split_origin(origin)[1]
    first = _position(cursor, epoch)
    rows = connection.rows(FROM, {"first": first, "caller": caller, "most": MOST_SEEN})
    found: list[dict[str, Any]] = []
    behind = first
    for position, body, is_theirs in rows:
        if len(found) == most:
            break
        behind = position + 1
        entry = orjson.loads(body) if is_theirs else {"kind": ""}
        if entry["kind"].startswith(KINDS):
            found.append(_event(entry, f"{epoch}.{behind}"))
    more = bool(rows) and (behind <= rows[-1][0] or len(rows) == MOST_SEEN)
    return Page(tuple(found), f"{epoch}.{behind}", more)


def changed(connection: Connection, caller: str, cursor: str, origin: str, most: int) -> Changed:
    """At most `most` cases of a caller of which anything became known behind a cursor. Raises as `page` does."""
    epoch = split_origin(origin)[1]
    first = behind = _position(cursor, epoch)
    found: dict[str, None] = {}
    rows = connection.rows(CASES_FROM, {"first": first, "caller": caller, "most": MOST_SEEN})
    for position, kind, case_id, is_theirs in rows:
        if is_theirs and kind.startswith(KINDS):
            if len(found) == most and case_id not in found:
                break
            found[case_id] = None
        behind = position + 1
    more = bool(rows) and (behind <= rows[-1][0] or len(rows) == MOST_SEEN)
    return Changed(tuple(found), f"{epoch}.{behind}", more)


def cursor_at(connection: Connection, at_ms: int, origin: str) -> str:
    """A cursor behind which everything stands that was recorded since a moment (and a little before)."""
    low, high, since_ms = 0, size_of(connection), at_ms - EARLIER_MS
    while low < high:  # the first batch since then; their times grow with them, but for clocks
        middle = (low + high) // 2
        row = connection.row(BATCH_AT, {"size": middle})
        if row is None or row[2] >= since_ms:
            high = min(middle, row[0] if row else middle)
        else:
            low = row[1]
    return f"{split_origin(origin)[1]}.{low}"


def size_of(connection: Connection) -> int:
    """How many entries the log has."""
    row = connection.row(SIZE)
    return int(row[0]) if row else 0


def _position(cursor: str, epoch: int) -> int:
    if not cursor:
        return 0
    number, dot, position = cursor.partition(".")
    if not (dot and number.isdecimal() and position.isdecimal() and len(cursor) <= 30 and cursor.isascii()):
        raise Refusal("bad_parameter", name="after")
    if int(number) != epoch:
        raise Refusal("cursor_of_lost_log", after=f"{epoch}.0")
    return int(position)


def _event(entry: dict[str, Any], cursor: str) -> dict[str, Any]:
    shown: Sequence[tuple[str, Any]] = [(name, entry[name]) for name in SHOWN if name in entry]
    return {"cursor": cursor, "kind": entry["kind"], "at": entry["at"], **dict(shown)}
