"""A process that dies at every boundary of a look at the clocks: what has run out is told once, and not lost."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.certifying.daily import LAST
from gateway.clock import china_day
from gateway.store import marks
from gateway.store.store import Transaction
from tests.fakes.fixtures import case
from tests.faults.boundaries import thinned
from tests.faults.conftest import NewPlace
from tests.faults.ledgers import ask, halves, verified
from tests.faults.nursery import MOST_POLLS, POLL_S, Child, Nursery, nursery
from tests.faults.places import Place, submitted
from tests.faults.stores import ON_BOTH

pytestmark = ON_BOTH
AT_ONCE, APART = 10, 7
DAY_MS = 86_400_000
LATER_MS = 20 * DAY_MS  # five working days are over whatever day it is, and holidays of a week, too
ONCE = Counter({"case.overdue": 1, "case.deemed_accepted": 1})


@dataclass(frozen=True, slots=True)
class Start:
    """An installation with a case that a platform has, of which it never tells anything."""

    place: Place
    children: Nursery

    async def run(self, folder: Path, at: int | None) -> tuple[list[str], list[str]]:
        """Kill a process at boundary `at`, and let another one look: (boundaries passed, what is wrong)."""
        place = self.place.copied(folder)
        (folder / "armed").touch()  # before it starts: it looks at once
        child = await self.children.gateway(
            folder, mortal=True, watches=True, at=at, ahead_ms=LATER_MS, pace=0.05
        )
        await _until_told(place, child)
        code = await (child.end() if at is None else child.ended)
        wrong = [] if code == (0 if at is None else -signal.SIGKILL) else [f"exit code {code}"]
        passed = (folder / "marks").read_text().splitlines()
        return passed, wrong + halves(place.database) + await self._looked_again(place)

    async def _looked_again(self, place: Place) -> list[str]:
        child = await self.children.gateway(place.folder, ahead_ms=LATER_MS + 60_000)
        assert await child.address()
        await _until_told(place, child)
        await asyncio.sleep(0.6)  # more than one look
        wrong = [] if await child.end() == 0 else ["it does not stop in order"]
        if (told := _told(place)) != ONCE:
            wrong.append(f"told {dict(told)}")
        kept = ask(place.database, "select name, colour from case_clocks where colour = 'red'")
        wrong += [] if kept == [("accept", "red")] else [f"kept {kept}"]
        unsound = verified(place.database, (place.folder / "log_key").read_text())
        return [*wrong, unsound] if unsound else wrong


def _told(place: Place) -> Counter[str]:
    kinds = (
        json.loads(bytes(row[0]))["kind"] for row in ask(place.database, "select body from audit_entries")
    )
    return Counter(kind for kind in kinds if kind in ONCE)


async def _until_told(place: Place, child: Child) -> None:
    for _ in range(MOST_POLLS):
        if child.ended.done() or _told(place):
            return
        await asyncio.sleep(POLL_S)


def _certified(tx: Transaction) -> None:
    """No certificate is due by then: one would be written beside the look, and their statements would mix."""
    marks.put(tx.connection, LAST, china_day(tx.now_ms + 2 * LATER_MS).isoformat(), tx.now_ms)


@pytest_asyncio.fixture(scope="module")
async def start(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> AsyncIterator[Start]:
    place = new_place(tmp_path_factory.mktemp("watched") / "place")
    place.write(names=("sim-bare",))
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-person"))).state == "delivered"
        await gateway.store.write(_certified)
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    place.forget_sources()
    async with nursery(place.folder) as children:
        yield Start(place, children)


async def test_a_process_killed_at_any_boundary_of_a_look_at_the_clocks_tells_what_has_run_out_once(
    start: Start, tmp_path: Path, subtests: Any
) -> None:
    recorded, wrong = await start.run(tmp_path / "counting", None)
    assert not wrong
    first = recorded.index("before INSERT leases") - 2  # the BEGIN of the transaction that permits the look
    last = recorded.index("after COMMIT", recorded.index("before INSERT case_clocks"))
    tried = thinned(recorded, range(first, last + 1), APART, start.place)
    slots = asyncio.Semaphore(AT_ONCE)

    async def killed_at(at: int) -> tuple[int, list[str], list[str]]:
        async with slots:
            return at, *await start.run(tmp_path / f"at-{at:03d}", at)

    for ran in asyncio.as_completed([killed_at(at) for at in tried]):
        at, passed, wrong = await ran
        with subtests.test(f"{at:03d} {recorded[at]}"):
            assert not wrong
        assert passed == recorded[: at + 1]
