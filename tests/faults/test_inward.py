"""A process that dies at every boundary of a call in: what was not answered is told again, and counts once.

The platform that calls does what platforms do: it tells the same until it is answered, then no more.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession

from tests.fakes.fixtures import case
from tests.faults.conftest import NewPlace
from tests.faults.ledgers import ask, halves, verified
from tests.faults.nursery import Nursery, nursery
from tests.faults.places import Place, submitted
from tests.faults.stores import LONG, ON_BOTH_WHEN_LONG
from tests.inward.platform import UNIT, moment, signed

pytestmark = ON_BOTH_WHEN_LONG
LATER_MS = 60_000
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Start:
    """An installation with a case that the platform has, and what it tells of it."""

    place: Place
    children: Nursery
    body: bytes

    async def run(self, folder: Path, at: int | None) -> tuple[list[str], list[str]]:
        """Kill a process at boundary `at`, then tell the next one: (boundaries passed, what is wrong)."""
        place = self.place.copied(folder)
        (folder / "armed").unlink(missing_ok=True)
        child = await self.children.gateway(folder, mortal=True, at=at, pace=0.05)
        address = await child.address()
        assert address
        (folder / "armed").touch()
        answered = await self.tell(address)
        code = await (child.end() if at is None else child.ended)
        wrong = [] if code == (0 if at is None else -signal.SIGKILL) else [f"exit code {code}"]
        marks = (folder / "marks").read_text().splitlines()
        return marks, wrong + halves(place.database) + await self._told_again(place, answered)

    async def _told_again(self, place: Place, answered: Any) -> list[str]:
        child = await self.children.gateway(place.folder, ahead_ms=LATER_MS)
        address = await child.address()
        assert address
        first, again = await self.tell(address), await self.tell(address)
        await child.end()
        wrong = [] if first and first["code"] == "200" else [f"told again it is answered {first}"]
        wrong += [] if again == first and answered in (None, first) else ["the answers differ"]
        kinds = [
            json.loads(bytes(row[0]))["kind"] for row in ask(place.database, "select body from audit_entries")
        ]
        counts = [kinds.count("exchange.inward"), kinds.count("case.event")]
        wrong += [] if counts == [1, 1] else [f"inward, events: {counts}"]
        unsound = verified(place.database, (place.folder / "log_key").read_text())
        return [*wrong, unsound] if unsound else wrong

    async def tell(self, address: str) -> Any:
        """The answer, None if there was none."""
        headers = {"Content-Type": "application/json", **signed()}
        url = f"{address}/inbound/sim-gd/cases/notices"
        try:
            async with (
                ClientSession() as session,
                session.post(url, data=self.body, headers=headers) as answer,
            ):
                return await answer.json()
        except (ClientError, OSError):
            return None


@pytest_asyncio.fixture(scope="module")
async def start(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> AsyncIterator[Start]:
    place = new_place(tmp_path_factory.mktemp("told") / "place")
    place.write()
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        exchange = await submitted(gateway, case("gd-organization"))
        assert exchange.state == "delivered"
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    place.forget_sources()
    notice = {"tzbh": "TZ-KILLED", "sblsh": exchange.ours, "zt": "30", "sj": moment()}
    async with nursery(place.folder) as children:
        yield Start(place, children, json.dumps({"fsdw": UNIT, "lb": [notice]}).encode())


async def test_a_process_killed_at_any_boundary_of_a_call_in_is_told_again_and_it_counts_once(
    start: Start, tmp_path: Path, subtests: Any
) -> None:
    recorded, wrong = await start.run(tmp_path / "counting", None)
    assert not wrong
    through = recorded[: recorded.index("after COMMIT") + 1]  # the one commit; what follows is taking leave
    assert {"INSERT case_events", "INSERT exchanges", "INSERT audit_entries"} <= {
        each.partition(" ")[2] for each in through
    }
    places = range(len(through))
    tried = places if LONG else sorted({*places[::5], *places[-2:]})
    slots = asyncio.Semaphore(AT_ONCE)

    async def killed_at(at: int) -> tuple[int, list[str], list[str]]:
        async with slots:
            return at, *await start.run(tmp_path / f"at-{at:03d}", at)

    for ran in asyncio.as_completed([killed_at(at) for at in tried]):
        at, marks, wrong = await ran
        with subtests.test(f"{at:03d} {recorded[at]}"):
            assert not wrong
        assert marks == recorded[: at + 1]
