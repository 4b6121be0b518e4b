"""`make bench`: measure, print, and write the figures into docs/performance.md."""

import argparse
import asyncio
import platform
import statistics
import sys
from datetime import date
from pathlib import Path

from tests.bench.exchanges import Subject, measure, ratio
from tests.bench.stages import measured
from tests.installation import CHECKOUT
from tests.mappings.test_speed import compared, interleaved

DOCUMENT = CHECKOUT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin (written by `make bench`) -->", "<!-- figures: end -->"
BOUNDS = {"rest": 3.2, "soap": 4.5}


def table(dialect: str, subjects: dict[str, Subject], idle_mb: float) -> list[str]:
    gateway, proxy, script = subjects["gateway"], subjects["proxy"], subjects["script"]
    to_proxy, to_script = ratio(gateway.rounds, proxy.rounds), ratio(gateway.rounds, script.rounds)
    lines = [
        f"### {dialect.upper()}",
        "",
        "| subject | CPU µs per exchange: median (min–max) | p50 ms | p99 ms |",
        "|---|---|---|---|",
    ]
    for each in subjects.values():
        spread = f"{statistics.median(each.rounds):.0f} ({min(each.rounds):.0f}–{max(each.rounds):.0f})"
        p50, p99 = statistics.median(each.p50_ms), statistics.median(each.p99_ms)
        lines.append(f"| {each.name} | {spread} | {p50:.1f} | {p99:.1f} |")
    met = "met" if to_proxy.median <= BOUNDS[dialect] else "NOT met"
    cheaper = "met" if to_script.median <= 1 else "NOT met"
    lines += [
        "",
        f"- gateway / proxy: **{to_proxy}**, asked ≤ {BOUNDS[dialect]}: {met}",
        f"- gateway / plain script: **{to_script}**, asked ≤ 1.00: {cheaper}",
        f"- resident memory of the gateway before the first request: {idle_mb:.0f} MB (asked < 160)",
        "",
    ]
    return lines


def profile(dialect: str) -> list[str]:
    """Where the work of one exchange is, stage by stage, each alone and warm."""
    found = measured(dialect)
    total = sum(stage.share_us for stage in found)
    lines = [
        f"#### {dialect.upper()}: the stages alone and warm, {total:.0f} µs in all",
        "",
        "| stage | µs | times | µs per exchange |",
        "|---|---|---|---|",
    ]
    for stage in sorted(found, key=lambda each: -each.share_us):
        lines.append(f"| {stage.name} | {stage.us:.1f} | {stage.times:g} | {stage.share_us:.0f} |")
    return [*lines, ""]


def mapping() -> list[str]:
    ours_us, hand_us = interleaved(*compared())
    met = "met" if ours_us <= 1.3 * hand_us else "NOT met"
    return [
        "### Mapping",
        "",
        "40 fields and 5 materials of 7 fields, against the same mapping written by hand in Python:",
        "",
        f"- compiled {ours_us:.1f} µs, by hand {hand_us:.1f} µs: **{ours_us / hand_us:.2f}**, asked ≤ 1.30: {met}",
        "",
    ]


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    cores = sum(line.startswith("processor") for line in lines)
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def written(lines: list[str]) -> str:
    before = (
        DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    )
    head, rest = before.split(BEGIN)
    return "\n".join([head + BEGIN, "", *lines, END + rest.split(END)[1]])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--requests", type=int, default=400)
    options.add_argument("--dialect", choices=("rest", "soap", "both"), default="both")
    options.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = options.parse_args()
    lines = [
        f"{date.today().isoformat()}, {machine()}; {given.rounds} interleaved rounds of {given.requests}.",
        "",
    ]
    for dialect in ("rest", "soap") if given.dialect == "both" else (given.dialect,):
        subjects, idle_mb = asyncio.run(measure(dialect, rounds=given.rounds, requests=given.requests))
        lines += [*table(dialect, subjects, idle_mb), *profile(dialect)]
    lines += mapping()
    print("\n".join(lines))
    if given.write:
        DOCUMENT.write_text(written(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
