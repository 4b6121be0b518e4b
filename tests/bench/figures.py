"""How figures are told: tables and lines of Markdown, and where they stand in docs/performance.md."""

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.bench.rounds import Subject
from tests.installation import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "performance.md"
HEAD = "| subject | CPU µs per exchange: median (min–max) | p50 ms | p99 ms |"


def met(holds: bool) -> str:
    return "met" if holds else "NOT met"


def spread(values: Sequence[float], places: int = 0) -> str:
    """Median, least and greatest."""
    return f"{statistics.median(values):.{places}f} ({min(values):.{places}f}–{max(values):.{places}f})"


def subjects(each: Sequence[Subject]) -> list[str]:
    """What every subject cost, and how long its callers waited."""
    rows = [
        f"| {one.name} | {spread(one.rounds)} | {statistics.median(one.p50_ms):.1f} "
        f"| {statistics.median(one.p99_ms):.1f} |"
        for one in each
    ]
    return [HEAD, "|---|---|---|---|", *rows, ""]


def share(values: Sequence[float], part: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    cores = sum(line.startswith("processor") for line in lines)
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def dated(how: str) -> list[str]:
    """When, where, how; and what else the machine had to do just before."""
    return [f"{date.today().isoformat()}, {machine()}, load {os.getloadavg()[0]:.1f} before; {how}.", ""]


def write(part: str, lines: Sequence[str]) -> None:
    """Put the figures of one part in place of those that stand there."""
    begin, end = f"<!-- {part}: begin (written by `make bench`) -->", f"<!-- {part}: end -->"
    text = DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    DOCUMENT.write_text("\n".join([head + begin, "", *lines, end + tail]), encoding="utf-8")
