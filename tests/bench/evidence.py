"""What evidence costs: the same commits and encryption with and without entries, commitments and tree."""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench import figures
from tests.bench.exchanges import DIALECTS
from tests.bench.rounds import Load, Subject, ratio, take_turns
from tests.installation import installed

RATIO = 1.35
MODULES = {"with evidence": (), "without": ("--without-evidence",)}


async def measured(*, rounds: int, requests: int) -> list[str]:
    lines = []
    for dialect, (_, fixture, at_once) in DIALECTS.items():
        subjects = await _measure(Load(fixture, at_once, rounds, requests))
        dearer = ratio(subjects[0].rounds, subjects[1].rounds)
        lines += [
            f"### {dialect.upper()}",
            "",
            *figures.subjects(subjects),
            f"- with evidence / without: **{dearer}**, asked ≤ {RATIO}: {figures.met(dearer.median <= RATIO)}",
            "",
        ]
    return lines


async def _measure(load: Load) -> list[Subject]:
    """Both gateways, each on a SQLite file of its own, before platforms of their own."""
    subjects = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, words in MODULES.items():
            place = await stack.enter_async_context(installed(folder / name, platforms=False))
            await place.start_platforms("--quiet-bench")
            await place.start_gateway("tests.bench.served", *words)
            subjects.append(Subject(name, place.gateways))
        await take_turns(subjects, load)
    return subjects
