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
from audit.tables import ENTRIES
from gateway.errors import Refusal
from gateway.store.connection import Connection
from gateway.store.tables import cases

MOST_SEEN = 2_000  # entries looked at for one page, however few of them are the caller's
KINDS = ("exchange.", "case.")
# what the log says besides is evidence and for auditors: commitments, digests, who asked
SHOWN = (
    "case", "exchange", "operation", "platform", "state", "attempt", "cause", "code", "theirs", "event",
    "happened_at", "source", "number", "finding", "reason", "documents",
)  # fmt: skip

# every entry from a position on, and whether it is about a case of the caller
FROM = (
    sa.select(ENTRIES.c.position, ENTRIES.c.body, cases.c.caller == bindparam("caller"))
    .select_from(ENTRIES.outerjoin(cases, cases.c.id == ENTRIES.c.case_id))
    .where(ENTRIES.c.position >= bindparam("first"))
    .order_by(ENTRIES.c.position)
    .limit(bindparam("most", type_=sa.Integer))
)


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
