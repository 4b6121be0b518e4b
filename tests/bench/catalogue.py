"""The catalogue at its size: bringing in 600,000 rows, and aligning codes among them.

Everything is measured in processes of its own: `python -m tests.bench.catalogue import|align DATABASE FILE`.
"""

import asyncio
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from audit import log
from gateway.cli.serve.process import leave_out_what_stays
from gateway.items.align import Question
from gateway.items.lists.bring import bring_items
from gateway.items.remembered import Alignments
from gateway.items.uscc import uscc_check_character
from gateway.store.database import connect, open_engine
from gateway.store.migrate import upgrade
from gateway.store.store import Store
from tests.bench import figures
from tests.installation import CHECKOUT
from tests.postgres import running

HEAD = ("division", "code", "kind", "name", "type", "level", "unit", "unit_name", "service_objects", "version",
        "state", "valid_from", "valid_to")  # fmt: skip
DEPARTMENTS, ITEMS_OF_ONE = 30, 100  # of each county
ROWS_S, HOT_US, COLD_MS, RESIDENT_MB = 20_000, 20.0, 2.0, 60.0
HOT, COLD = 1_000, 5_000
DAY = date(2026, 11, 20)


def counties() -> Iterator[str]:
    return (f"51{place // 20 + 1:02}{place % 20 + 1:02}" for place in range(1900))


def rows() -> Iterator[tuple[str, ...]]:
    """County by county, department by department: the same national items, each unit's own implementation code."""
    chance = random.Random(7)  # the same list each time
    basics = [
        [f"00{kind}{place:02}{number:03}000" for number, kind in enumerate(_types(chance))]
        for place in range(1, DEPARTMENTS + 1)
    ]
    for county in counties():
        for department in basics:
            first = f"11{county}{chance.randrange(10**9):09}"
            unit = first + uscc_check_character(first)
            for basic in department:
                name = f"在自然保护区内修筑设施审批（{basic[4:9]}）"
                shown = (name, basic[2:4], "4", unit, "某县某局", "1^2^3", "1", "1", "2020-01-01", "")
                yield (county, f"{unit}4{basic}", "implementation", *shown)


def _types(chance: random.Random) -> list[str]:
    return [chance.choice(("01", "05", "07", "10", "20")) for _ in range(ITEMS_OF_ONE)]


def write_list(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *islice(rows(), count)])


async def brought(store: Store, path: Path) -> dict[str, float]:
    leave_out_what_stays()  # as the command does
    begun, busy = time.perf_counter(), time.process_time()
    found = await bring_items(store, path, actor="bench")
    took_s, busy_s = time.perf_counter() - begun, time.process_time() - busy
    count = sum(found.counts.values())
    return {
        "rows": count, "rows_s": count / took_s, "busy_rows_s": count / busy_s, "added": found.counts["added"],
        "resident_mb": _most_resident_mb(),
    }  # fmt: skip


async def aligned(store: Store, path: Path, *, cold: int = COLD, hot: int = HOT) -> dict[str, float]:
    """Question by question, here and there in different counties; the same thousand again once they are known."""
    with path.open(encoding="utf-8", newline="") as file:
        known = [(row["division"], row["code"]) for row in csv.DictReader(file)]
    chance = random.Random(11)
    divisions = sorted({division for division, _ in known})[:-1]  # the last county may be cut off
    asked = [
        Question(code, here, chance.choice(divisions), None, "1", DAY)
        for here, code in chance.sample(known, min(cold, len(known)))
    ]
    del known
    alignments = Alignments(store)
    before_mb = _resident_mb()
    cold_us, busy_us = zip(*[await _took_us(alignments, question) for question in asked], strict=True)
    alignments = Alignments(store)
    for question in asked[:hot]:
        await alignments.find(question)
    hot_us = [(await _took_us(alignments, question))[0] for _ in range(5) for question in asked[:hot]]
    return {
        "hot_us": figures.share(hot_us, 0.5), "cold_us": figures.share(cold_us, 0.5),
        "cold_ms": figures.share(cold_us, 0.99) / 1000, "cold_busy_ms": figures.share(busy_us, 0.99) / 1000,
        "more_mb": _resident_mb() - before_mb,
    }  # fmt: skip


async def _took_us(alignments: Alignments, question: Question) -> tuple[float, float]:
    """By the clock, and of the processor."""
    begun, busy = time.perf_counter_ns(), time.process_time_ns()
    await alignments.find(question)
    return (time.perf_counter_ns() - begun) / 1000, (time.process_time_ns() - busy) / 1000


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _most_resident_mb() -> float:
    """Of this program alone: what `getrusage` tells begins with the memory of whoever started it."""
    (line,) = (
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


async def on_store(address: str, what: str, path: Path, **more: int) -> dict[str, float]:
    upgrade(address)
    engine = open_engine(
        address, log.append, log.holds, connect=connect,
        clock_ms=lambda: int(time.time() * 1000), heard=lambda now_ms: now_ms,
    )  # fmt: skip
    store = Store(engine)
    store.start()
    try:
        return await (brought(store, path) if what == "import" else aligned(store, path, **more))
    finally:
        await store.stop()


def measured(count: int) -> list[str]:
    """The lines for docs/performance.md, of both databases."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder, running() as server:
        path = Path(folder) / "items.csv"
        write_list(path, count)
        for store, address in (("SQLite", f"sqlite:///{folder}/store.db"), ("PostgreSQL", server.database())):
            first, again = _apart("import", address, path), _apart("import", address, path)
            lines += [
                f"### {store}",
                "",
                *_import_lines(first, again),
                *_align_lines(_apart("align", address, path)),
            ]
    return lines


def _apart(what: str, address: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.catalogue", what, address, str(path)]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def _import_lines(first: dict[str, float], again: dict[str, float]) -> list[str]:
    met = figures.met(first["rows_s"] >= ROWS_S)
    return [
        f"- {first['rows']:,.0f} CSV rows that are all new: **{first['rows_s']:,.0f} a second**, asked ≥ "
        f"{ROWS_S:,}: {met} ({first['busy_rows_s']:,.0f} a second of processor time, at most "
        f"{first['resident_mb']:.0f} MB resident)",
        f"- the same file again, {again['added']:.0f} added: {again['rows_s']:,.0f} a second "
        f"({again['busy_rows_s']:,.0f} of processor time)",
    ]


def _align_lines(found: dict[str, float]) -> list[str]:
    hot, cold = figures.met(found["hot_us"] < HOT_US), figures.met(found["cold_ms"] < COLD_MS)
    return [
        f"- {HOT:,} codes that were asked before: p50 **{found['hot_us']:.1f} µs**, asked < {HOT_US:g}: {hot}",
        f"- {COLD:,} codes asked for the first time: p50 {found['cold_us']:.0f} µs, p99 **{found['cold_ms']:.2f} "
        f"ms**, asked < {COLD_MS:g}: {cold} (p99 of processor time {found['cold_busy_ms']:.2f} ms)",
        f"- resident for them: **{found['more_mb']:+.1f} MB**, asked < {RESIDENT_MB:g}: "
        f"{figures.met(found['more_mb'] < RESIDENT_MB)}",
        "",
    ]


def main() -> int:
    what, address, path = sys.argv[1:4]
    print(json.dumps(asyncio.run(on_store(address, what, Path(path)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
