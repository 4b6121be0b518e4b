"""python -m tests.demo [--stay]: from nothing to verified evidence, with kills in the middle.

Exit 0 only if every case ended as tests/demo/expected.csv says, the platforms' own counts agree, and the
auditor's program finds nothing.
"""

import argparse
import asyncio
import json
import shlex
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.demo import plan
from tests.demo.run import Demo, steps
from tests.installation import Installation, installed

COLUMNS = ("case", "place", "platform", "dialect", "end", "reference", "attempts", "heard", "taken", "ms")
FIRST_CURL = """\
curl -sS {address}/v1/cases -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: first-exchange' \
-H 'Content-Type: application/json' --data @{case}"""


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    options.add_argument("--stay", action="store_true", help="keep everything running until interrupted")
    stay = options.parse_args().stay
    with tempfile.TemporaryDirectory(prefix="tongban-") as folder:
        try:
            return asyncio.run(demonstrate(Path(folder), stay=stay))
        except KeyboardInterrupt:
            return 130


async def demonstrate(folder: Path, *, stay: bool) -> int:
    """Run everything in `folder`; with `stay`, keep it running until SIGINT or SIGTERM."""
    talk, stop, started = Console(stderr=True), asyncio.Event(), time.monotonic()
    async with installed(folder, stands=plan.STANDS, folders=plan.FOLDERS, lease_margin_s=2) as installation:
        demo = await _run(installation, talk)
        _show(demo, time.monotonic() - started, talk)
        if stay:
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stop.set)
            _say_where(installation)
            await stop.wait()
    return 1 if demo.wrong else 0


async def _run(installation: Installation, talk: Console) -> Demo:
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True) as bar:
        task = bar.add_task("simulated platforms started", total=steps())
        demo = Demo(installation, lambda done: bar.update(task, description=done, advance=1))
        await demo.run()
    return demo


def _show(demo: Demo, took_s: float, talk: Console) -> None:
    """The table on stdout; what is not as expected on stderr."""
    table = Table(*COLUMNS)
    for row in demo.rows:
        table.add_row(*(getattr(row, name) for name in COLUMNS))
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    for line in demo.wrong:
        talk.print(f"not as expected: {line}", style="red", markup=False, soft_wrap=True)
    sound = "all as expected, log and proof verified offline"
    verdict = f"{len(demo.wrong)} findings" if demo.wrong else sound
    talk.print(f"{len(demo.rows)} rows, {verdict}, {took_s:.0f} s", markup=False)


def _say_where(installation: Installation) -> None:
    """Addresses, a key, and a first exchange to paste into another terminal."""
    (installation.folder / "case.json").write_text(json.dumps(_first_case(), ensure_ascii=False, indent=1))
    places = {name: process.said for name, process in installation.platforms.items()}
    lines = [
        f"# {name}: {said['address']} (control: {said['control']}/_sim/counts)"
        for name, said in places.items()
    ]
    facts = {
        "TONGBAN": installation.address,
        "KEY": installation.keys["guichi"],
        "CASE": installation.folder / "case.json",
        "CONF": installation.conf,
        "DATABASE": installation.database,
        "LOG_KEY": installation.log_key,
    }
    lines += [f"export {name}={shlex.quote(str(value))}" for name, value in facts.items()]
    lines.append(FIRST_CURL.format(address=facts["TONGBAN"], key=facts["KEY"], case=facts["CASE"]))
    sys.stdout.write("\n".join((*lines, "# Ctrl-C ends everything\n")))
    sys.stdout.flush()


def _first_case() -> dict[str, object]:
    """A person of whom the demonstration has sent nothing to this item."""
    return plan.Trial("first", "gd-person", 20).document()


if __name__ == "__main__":
    sys.exit(main())
