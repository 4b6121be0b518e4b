"""What is asked of several real processes on one PostgreSQL: who they are, what they left behind."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.ledgers import ask
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


def column(database: str, question: str) -> list[Any]:
    return [row[0] for row in ask(database, question)]


async def takings(place: Installation) -> dict[str, int]:
    """How often each of our numbers was taken, by the platforms' own count."""
    counted: dict[str, int] = {}
    for platform in place.platforms:
        for row in await place.control(platform, "cases"):
            counted[f"{platform} {row['number']}"] = row["times"]
    return counted
