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
from tests.fakes.programme import step
from tests.faults.boundaries import thinned
from tests.faults.conftest import NewPlace
from tests.faults.ledgers import ask, halves, verified
from tests.faults.nursery import Nursery, nursery
from tests.faults.places import Place, asked, submitted, until
from tests.faults.stores import ON_BOTH
from tests.inward.platform import UNIT, moment, signed

pytestmark = ON_BOTH
LATER_MS = 60_000
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What is told, in what state of the case, and how often each entry stands in the log when all is over.

    apart: at every how many moments it is killed in the suite.    rows: of which table it adds one.
    """

    name: str
    path: str
    service: str
    says: dict[str, Any]
    entries: dict[str, int]
    held: bool = False
    apart: int = 8
    rows: str = "case_events"

    def body(self, ours: str) -> bytes:
        said = {"sblsh": ours, "sj": moment(), **self.says}
        whole = said if self.path == "results" else {"lb": [said]}
        return json.dumps({"fsdw": UNIT, **whole}).encode()


PAPER = {"wslx": "A1", "wsmc": "决定书", "wjm": "决定书.pdf", "wjnr": "JVBERi0xLjQK"}
NOTICE = Told(
    "a notice", "notices", "s_sim_0101", {"tzbh": "TZ-KILLED", "zt": "30"}, {"case.event": 1}, apart=4
)
RESULT = Told(
    "a result with a document", "results", "s_sim_0102", {"jlbh": "JG-KILLED", "zt": "50", "ws": [PAPER]},
    {"case.event": 1, "case.result": 1},
)  # fmt: skip
PROOF = Told(
    "a notice about a write of which nobody knows", "notices", "s_sim_0101", {"tzbh": "TZ-KILLED", "zt": "30"},
    {"case.event": 1, "exchange.delivered": 1}, held=True,
)  # fmt: skip
PARCEL = Told(
    "a parcel that comes back", "parcels", "s_sim_0108",
    {"tzbh": "TZ-KILLED", "qk": "1", "fx": "2", "cydw": "中国邮政", "ydh": "EB987654321CN",
     "nj": [{"bm": "licence", "xs": "1", "fs": "1"}]},
    {"case.parcel": 1}, rows="parcel_events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """An installation with a case that the platform has, and what it tells of it."""

    place: Place
    children: Nursery
    told: Told
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
        entries = [json.loads(bytes(row[0])) for row in ask(place.database, "select body from audit_entries")]
        kinds = [
            each["kind"] for each in entries if each.get("event") != "form_checked"
        ]  # which it came with
        counts = {kind: kinds.count(kind) for kind in self.told.entries}
        wrong += [] if counts == self.told.entries else [f"entries: {counts}"]
        wrong += [] if kinds.count("exchange.inward") == 1 else ["calls in that are kept: not one"]
        unsound = verified(place.database, (place.folder / "log_key").read_text())
        return [*wrong, unsound] if unsound else wrong

    async def tell(self, address: str) -> Any:
        """The answer, None if there was none."""
        headers = {"Content-Type": "application/json", **signed(self.told.service)}
        url = f"{address}/inbound/sim-gd/cases/{self.told.path}"
        try:
            async with (
                ClientSession() as session,
                session.post(url, data=self.body, headers=headers) as answer,
            ):
                return await answer.json()
        except (ClientError, OSError):
            return None


@pytest_asyncio.fixture(scope="module")
async def children(template: Place) -> AsyncIterator[Nursery]:
    async with nursery(template.folder) as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> Place:
    place = new_place(tmp_path_factory.mktemp("told") / "place")
    place.write({"sim-gd": {"first: 50ms, most: 200ms": "first: 1h, most: 1h"}}, names=("sim-gd",))
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    place.forget_sources()
    return place


async def begun(template: Place, folder: Path, children: Nursery, told: Told) -> Start:
    """A case that they have; or one that they took, and whose answer was lost: it is tried again in an hour."""
    place = template.copied(folder)
    async with place.platforms("sim-gd") as there, place.gateway() as gateway:
        if told.held:
            there["sim-gd"].programme.add(step({"do": "take_then_drop"}, frozenset(), 0))
            exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
            exchange = await until(gateway, exchange.id, "deferred")
        else:
            exchange = await submitted(gateway, case("gd-organization"))
            assert exchange.state == "delivered"
    return Start(place, children, told, told.body(exchange.ours))


@pytest.mark.parametrize("told", [NOTICE, RESULT, PROOF, PARCEL], ids=lambda told: told.name)
async def test_a_process_killed_at_any_boundary_of_a_call_in_is_told_again_and_it_counts_once(
    told: Told, template: Place, children: Nursery, tmp_path: Path, subtests: Any
) -> None:
    start = await begun(template, tmp_path / "start", children, told)
    recorded, wrong = await start.run(tmp_path / "counting", None)
    assert not wrong
    through = recorded[: recorded.index("after COMMIT") + 1]  # the one commit; what follows is taking leave
    assert {f"INSERT {told.rows}", "INSERT exchanges", "INSERT audit_entries"} <= {
        each.partition(" ")[2] for each in through
    }
    tried = thinned(recorded, range(len(through)), told.apart, template)
    slots = asyncio.Semaphore(AT_ONCE)

    async def killed_at(at: int) -> tuple[int, list[str], list[str]]:
        async with slots:
            return at, *await start.run(tmp_path / f"at-{at:03d}", at)

    for ran in asyncio.as_completed([killed_at(at) for at in tried]):
        at, marks, wrong = await ran
        with subtests.test(f"{at:03d} {recorded[at]}"):
            assert not wrong
        assert marks == recorded[: at + 1]
