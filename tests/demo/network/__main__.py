"""python -m tests.demo.network [--seed N] [--cases N] [--database D]: a month of 慈溪 and sixteen partner places.

Exit 0 only if every case ended as its story says, nothing stood open, what was not to be believed was refused,
and the figures from the feed of events, from the store and from what the places did are the same, case by case.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gateway import logs
from tests.demo.network.figures import HEADINGS, Row
from tests.demo.network.installing import SQLITE
from tests.demo.network.played import Played, play
from tests.demo.network.stories import drawn
from tests.postgres import running

CASES = 60


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.demo.network", description=__doc__)
    options.add_argument("--seed", type=int, default=1, help="of everything that is left to chance")
    options.add_argument("--cases", type=int, default=CASES, help="received in the month")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--kills", type=int, default=1, help="of the gateway, in the middle of the month")
    given = options.parse_args()
    logs.configure(logging.ERROR)
    talk, started = Console(stderr=True), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tongban-") as folder, kept_in(given.database) as database:
        played = asyncio.run(_played(Path(folder), database, given, talk))
    _show(played.rows)
    for line in played.wrong:
        talk.print(f"not as it should be: {line}", style="red", markup=False, soft_wrap=True)
    for line in played.said:
        talk.print(line, markup=False, soft_wrap=True)
    verdict = (
        f"{len(played.wrong)} findings" if played.wrong else "every case ended rightly, three counts agree"
    )
    took_s = time.monotonic() - started
    talk.print(f"seed {given.seed}: {given.cases} cases, {verdict}, {took_s:.0f} s", markup=False)
    return 1 if played.wrong else 0


@contextmanager
def kept_in(database: str) -> Iterator[str]:
    """The address of an empty database."""
    if database == "sqlite":
        yield SQLITE
        return
    with running(fsync="off") as server:
        yield server.database()


async def _played(folder: Path, database: str, given: argparse.Namespace, talk: Console) -> Played:
    stories = drawn(given.seed, given.cases)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True) as bar:
        task = bar.add_task("", total=sum(1 + len(each.steps) for each in stories))
        return await play(
            folder, stories, given.seed, lambda day: bar.update(task, description=day, advance=1),
            database=database, kills=given.kills,
        )  # fmt: skip


def _show(rows: list[Row]) -> None:
    shown = Table(*HEADINGS)
    for row in rows:
        shown.add_row(*row.cells())
    Console(width=None if sys.stdout.isatty() else 200).print(shown, markup=False)


if __name__ == "__main__":
    sys.exit(main())
