"""From the log to letters: every event of a caller's feed since it wants to be told, each once."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from audit.origins import split_origin
from gateway.feed import page, size_of
from gateway.store import letters, marks
from gateway.store.connection import Connection
from gateway.store.letters import Letter
from gateway.store.store import Transaction

MARK = "webhook/"  # and a caller: up to which position its events have become letters
MOST = 200


def has_news(connection: Connection, caller: str) -> bool:
    """Whether the log has grown since the caller's events were last collected."""
    mark = marks.one(connection, MARK + caller)
    return mark is None or int(mark[0]) < size_of(connection)


def collect(caller: str, origin: str) -> Callable[[Transaction], int]:
    """The caller's events behind its mark become letters, and the mark moves on, in one commit; how many.

    Who is told for the first time is told from now on: what happened before stands in the feed.
    """

    def work(tx: Transaction) -> int:
        connection, name = tx.connection, MARK + caller
        mark, epoch = marks.one(connection, name), split_origin(origin)[1]
        if mark is None:
            marks.put(connection, name, str(size_of(connection)), tx.now_ms)
            return 0
        found = page(connection, caller, f"{epoch}.{mark[0]}", origin, MOST)
        made = [Letter(caller, _position(each["cursor"]), epoch, each["case"]) for each in found.events]
        letters.add(connection, made, tx.now_ms)
        if found.cursor != f"{epoch}.{mark[0]}":
            marks.put(connection, name, str(_position(found.cursor)), tx.now_ms)
        return len(made)

    return work


def body_of(connection: Connection, letter: Letter, origin: str) -> bytes | None:
    """What is sent: the event as GET /v1/events shows it. None if the log has no such event of the caller's."""
    before = f"{split_origin(origin)[1]}.{letter.position - 1}"
    found = page(connection, letter.caller, before, origin, 1).events
    if not found or _position(found[0]["cursor"]) != letter.position:
        return None
    return orjson.dumps(content_of(found[0]))


def content_of(event: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": event["kind"], "timestamp": event["at"], "data": dict(event)}


def _position(cursor: str) -> int:
    return int(cursor.partition(".")[2])
