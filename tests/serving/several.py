"""What is asked of several real processes on one PostgreSQL: who they are, what they left behind."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

from tests.faults.ledgers import ask
from tests.forked import python
from tests.installation import CHECKOUT, Installation


def logged(place: Installation, *events: str) -> list[dict[str, Any]]:
    """The lines of the log with one of these events, of all processes."""
    text = (place.folder / "gateway.log").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] in events]


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


async def activate_something_else(place: Installation) -> str:
    """A release with another limit in one mapping, by command; its digest."""
    file = place.folder / "platforms" / "sim-gd" / "case.submit.yaml"
    text = file.read_text("utf-8")
    assert "at_most(500)" in text
    file.write_text(text.replace("at_most(500)", "at_most(400)", 1), "utf-8")
    command = [*python(), "-m", "gateway.cli", "activate", "--conf", place.conf, "--why", "shorter"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return str(done.stdout.strip())
