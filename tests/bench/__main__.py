"""`make bench`: measure, print, and write the figures into docs/performance.md."""

import argparse
import asyncio
import platform
import statistics
import sys
from datetime import date
from pathlib import Path

from tests.bench.exchanges import Subject, measure, ratio
from tests.installation import CHECKOUT

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
        lines += table(dialect, subjects, idle_mb)
    print("\n".join(lines))
    if given.write:
        DOCUMENT.write_text(written(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
