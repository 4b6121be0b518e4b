"""`make bench`: measure, print, and write the figures into docs/performance.md.

python -m tests.bench [--only PARTS] [--write], where PARTS are some of
exchanges,mapping,soap,postgres,evidence,open,stored,replay,items,streams,verify,console

--large takes ten times as much where a part has such a form (console), and writes it beside the other one.
"""

import argparse
import sys
from collections.abc import Callable, Mapping

import uvloop

from tests.bench import (
    catalogue,
    console,
    evidence,
    figures,
    latency,
    replay,
    several,
    stored,
    streams,
    typed,
    verifying,
)
from tests.bench.exchanges import measure
from tests.bench.rounds import Subject, ratio
from tests.bench.stages import measured
from tests.mappings.test_speed import compared, interleaved, many_compiled

BOUNDS = {"rest": 3.2, "soap": 4.5}


def table(dialect: str, subjects: dict[str, Subject], idle_mb: float) -> list[str]:
    gateway, proxy, script = subjects["gateway"], subjects["proxy"], subjects["script"]
    to_proxy, to_script = ratio(gateway.rounds, proxy.rounds), ratio(gateway.rounds, script.rounds)
    near, cheaper = figures.met(to_proxy.median <= BOUNDS[dialect]), figures.met(to_script.median <= 1)
    return [
        f"### {dialect.upper()}",
        "",
        *figures.subjects(list(subjects.values())),
        f"- gateway / proxy: **{to_proxy}**, asked ≤ {BOUNDS[dialect]}: {near}",
        f"- gateway / plain script: **{to_script}**, asked ≤ 1.00: {cheaper}",
        f"- resident memory of the gateway before the first request: {idle_mb:.0f} MB (asked < 160)",
        "",
    ]


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


def exchanges(given: argparse.Namespace) -> list[str]:
    lines = _interleaved(given)
    for dialect in ("rest", "soap"):
        subjects, idle_mb = uvloop.run(measure(dialect, rounds=given.rounds, requests=given.requests))
        lines += [*table(dialect, subjects, idle_mb), *profile(dialect)]
    return lines


def mapping(given: argparse.Namespace) -> list[str]:
    ours_us, hand_us = interleaved(*compared())
    met = figures.met(ours_us <= 1.2 * hand_us)
    thousand_s = many_compiled(platforms=100)
    return [
        *figures.dated("the quietest of 60 short rounds in turns"),
        "40 fields and 5 materials of 7 fields, against the same mapping written by hand in Python:",
        "",
        f"- compiled {ours_us:.1f} µs, by hand {hand_us:.1f} µs: **{ours_us / hand_us:.2f}**, asked ≤ 1.20: {met}",
        f"- 1,000 such files of 100 platforms compile in {thousand_s:.1f} s of processor time, asked < 10: "
        f"{figures.met(thousand_s < 10)}",
        "",
    ]


def soap(given: argparse.Namespace) -> list[str]:
    return figures.dated(f"{typed.ROUNDS} rounds of {typed.RUNS} in turns") + typed.measured()


def postgres(given: argparse.Namespace) -> list[str]:
    measuring = several.measured(rounds=given.rounds, requests=given.requests, seconds=given.seconds)
    return _interleaved(given) + uvloop.run(measuring)


def without_evidence(given: argparse.Namespace) -> list[str]:
    return _interleaved(given) + uvloop.run(evidence.measured(rounds=given.rounds, requests=given.requests))


def open_loop(given: argparse.Namespace) -> list[str]:
    return figures.dated(f"{given.seconds:g} s a run") + uvloop.run(latency.measured(seconds=given.seconds))


def full_store(given: argparse.Namespace) -> list[str]:
    measuring = stored.measured(given.stored, rounds=given.rounds, requests=given.requests)
    return _interleaved(given) + uvloop.run(measuring)


def time_machine(given: argparse.Namespace) -> list[str]:
    how = "one process, its own SQLite file, one run of each; memory in a run of its own"
    return figures.dated(how) + uvloop.run(replay.measured(given.replayed))


def items(given: argparse.Namespace) -> list[str]:
    how = "each run in a process of its own; counties of 3,000 items, the same national ones everywhere"
    return figures.dated(how) + catalogue.measured(given.items)


def large_materials(given: argparse.Namespace) -> list[str]:
    how = "one process, its own SQLite file; the quietest of at most three rounds"
    return figures.dated(how) + uvloop.run(streams.measured())


def verify(given: argparse.Namespace) -> list[str]:
    how = "each command in a process of its own, one run of each, on a SQLite file"
    return figures.dated(how) + verifying.measured(given.entries)


def at_the_console(given: argparse.Namespace) -> list[str]:
    how = f"one process; each request {console.TIMES} times, one at a time, everything of a request counted"
    return figures.dated(how) + uvloop.run(console.measured(given.stored))


def _interleaved(given: argparse.Namespace) -> list[str]:
    return figures.dated(f"{given.rounds} interleaved rounds of {given.requests}")


PARTS: Mapping[str, Callable[[argparse.Namespace], list[str]]] = {
    "exchanges": exchanges,
    "mapping": mapping,
    "soap": soap,
    "postgres": postgres,
    "evidence": without_evidence,
    "open": open_loop,
    "stored": full_store,
    "replay": time_machine,
    "items": items,
    "streams": large_materials,
    "verify": verify,
    "console": at_the_console,
}
LARGE = {"entries": 1_000_000, "stored": 2_000_000}  # `make bench-large`
BESIDE = ("console",)  # of these both forms stand in the document


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--requests", type=int, default=400, help="in each round")
    options.add_argument("--seconds", type=float, default=60, help="of a load at a fixed rate")
    options.add_argument("--stored", type=int, default=200_000, help="exchanges in the full store")
    options.add_argument("--items", type=int, default=600_000, help="rows of the catalogue")
    options.add_argument("--entries", type=int, default=200_000, help="of the log that is verified")
    options.add_argument("--replayed", type=int, default=10_000, help="documents through the time machine")
    options.add_argument("--large", action="store_true", help="the large forms of the parts that have one")
    options.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = options.parse_args()
    if given.large:
        vars(given).update(LARGE)
    for part in given.only.split(","):
        lines = PARTS[part](given)
        sys.stdout.write("\n".join([f"## {part}", "", *lines, ""]))
        sys.stdout.flush()
        if given.write:
            figures.write(f"{part}-large" if given.large and part in BESIDE else part, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
