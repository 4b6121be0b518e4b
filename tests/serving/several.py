"""What is asked of several real processes on one PostgreSQL: who they are, what they left behind."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from audit import log as audit_log
from audit.checkpoints import parse_checkpoint
from gateway.store.database import open_connection
from tests.installation import Installation


def logged(place: Installation, *events: str) -> list[dict[str, Any]]:
    """The lines of the log with one of these events, of all processes."""
    text = (place.folder / "gateway.log").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] in events]


async def eventually(holds: Callable[[], bool], *, within_s: float = 30) -> None:
    """Returns once it holds; looks twenty times a second. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.05)


def serving(place: Installation) -> list[int]:
    """The processes that have started and not died, in the order of their start."""
    started = [line["child"] for line in logged(place, "process.started")]
    return [pid for pid in started if Path(f"/proc/{pid}").exists()]


def ask(database: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(question).fetchall()


def column(database: str, question: str) -> list[Any]:
    return [row[0] for row in ask(database, question)]


def signed(database: str) -> bool:
    """Whether head and newest checkpoint of the log agree, and the head covers every entry."""
    with closing(open_connection(database)) as connection:
        head, note = audit_log.head(connection), audit_log.newest_checkpoint(connection)
    newest = parse_checkpoint(note or "")
    (entries,) = column(database, "select count(*) from audit_entries")
    return (newest.size, newest.root) == (head.size, head.root) and head.size == entries


async def takings(place: Installation) -> dict[str, int]:
    """How often each of our numbers was taken, by the platforms' own count."""
    counted: dict[str, int] = {}
    for platform in place.platforms:
        for row in await place.control(platform, "cases"):
            counted[f"{platform} {row['number']}"] = row["times"]
    return counted
