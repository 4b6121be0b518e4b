"""A process that dies at every boundary of the write path, and what the next one makes of it.

A counting run writes down every boundary; then each is one run of its own: killed there, started again as an
ordinary gateway, and judged by what the simulated platforms have counted by themselves.
"""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.boundaries import after_transactions, unlike
from tests.faults.conftest import OriginOf
from tests.faults.ledgers import ENDS, ask, entries, halves, opened, states, states_by, verified
from tests.faults.nursery import MOST_POLLS, POLL_S, Child, Nursery
from tests.faults.places import Place, There, taken
from tests.faults.stores import LONG, ON_BOTH_WHEN_LONG

pytestmark = ON_BOTH_WHEN_LONG
AT_ONCE = 3  # each has waits; of more at once each takes longer, and a gateway that is there costs
# Checkpoints are signed twice a second by the clock. So that they stand in nobody's way, it hardly moves, or
# not at all where they are killed, too: then there is one, when the process stops.
PACE, STILL = 0.05, 0.0
LATER_MS = 60_000  # the next process starts a minute later by its clock: leases are over, secrets are not
KEYS = {"guichi": "demo-key-of-guichi", "cixi": "demo-key-of-cixi"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way through, from a request to its end.

    tells:  what the platform is told to do with the first messages.
    covered: how many leading transactions another scenario has killed already.
    first_killed: a boundary at which an earlier process died; the way starts with what that one left.
    division: where the case goes, if not where it says.
    apart:  at every how many moments it is killed in the suite; at all of them when long (make faults).
    """

    name: str
    platform: str
    case: str
    tells: tuple[dict[str, Any], ...] = ()
    covered: int = 0
    first_killed: str = ""
    whole: bool = False
    division: str = ""
    apart: int = 2

    @property
    def document(self) -> dict[str, Any]:
        return {**case(self.case), **({"division": self.division} if self.division else {})}

    @property
    def special(self) -> frozenset[str]:
        return frozenset({"already", "expire_secret"} if self.platform == "sim-gd" else {"partly"})


REST = Scenario("REST, straight on", "sim-gd", "gd-organization", whole=True, apart=1)
SOAP = Scenario("SOAP, straight on", "sim-gx", "gx-person", whole=True, apart=3)
SCENARIOS = (
    REST,
    SOAP,
    Scenario("REST, told to come later", "sim-gd", "gd-organization", ({"do": "later", "after_s": 0},), covered=4,
             apart=3),
    Scenario("SOAP, answer lost, then probed", "sim-gx", "gx-person", ({"do": "take_then_drop"},), covered=3,
             apart=3),
    Scenario("REST, once more after a crash", "sim-gd", "gd-organization",
             first_killed="after the last byte of cases", apart=4),
    Scenario("SOAP, found absent after a crash", "sim-gx", "gx-person",
             first_killed="before the first byte of exchange", apart=4),
    Scenario("a table, straight on", "sim-table", "gd-person", covered=2, division="440281", apart=3),
    Scenario("a folder, straight on", "sim-folder", "gd-person", covered=2, division="440282", apart=3),
    Scenario("a desk, straight on", "sim-desk", "gd-person", covered=2, division="440283", apart=3),
    Scenario("a desk, once more after it was placed", "sim-desk", "gd-person", division="440283",
             first_killed="before SELECT history", covered=3, apart=4),
)  # fmt: skip


@dataclass(slots=True)
class Run:
    """One installation and its platform; `marks` are the boundaries that the last process passed."""

    scenario: Scenario
    place: Place
    simulator: There
    children: Nursery
    document: dict[str, Any]
    acknowledged: bool = False
    ahead_ms: int = 0

    path = "/v1/cases"
    key = "key-of-the-case"
    earlier, writes = 0, 1  # how many writes there were before, and how many the caller asks for

    @property
    def body(self) -> dict[str, Any]:
        """What the caller posts."""
        return self.document

    @property
    def states(self) -> list[str]:
        """Of the writes that the caller asks for."""
        return states(self.place.database)[self.earlier :]

    @property
    def marks(self) -> list[str]:
        file = self.place.folder / "marks"
        return file.read_text().splitlines() if file.exists() else []

    async def through(self, at: int | str | None) -> int:
        """A process that dies at boundary `at`, or goes all the way; its exit code."""
        child = await self._mortal(at)
        address = await child.address()
        if address is not None:
            (self.place.folder / "armed").touch()
            if not self.acknowledged:
                self.acknowledged = await self.ask(address, "wait=0") in {201, 202}
            await self._until_over(child)
        return await child.end()

    async def _mortal(self, at: int | str | None) -> Child:
        for name in ("armed", "marks"):
            (self.place.folder / name).unlink(missing_ok=True)
        if self.acknowledged:  # what an earlier process left is at once at work again
            (self.place.folder / "armed").touch()
        whole = self.scenario.whole
        return await self.children.gateway(
            self.place.folder, mortal=True, at=at, checkpoints=whole, pace=STILL if whole else PACE,
            ahead_ms=self.ahead_ms,
        )  # fmt: skip

    async def ask(self, address: str, prefer: str) -> int:
        """Post the case as its caller does, always under the same key; the status, 0 if there was no answer."""
        caller = "guichi" if self.document["receiving"]["division"] == "341702" else "cixi"
        headers = {
            "Authorization": f"Bearer {KEYS[caller]}",
            "Idempotency-Key": self.key,
            "Prefer": prefer,
        }
        try:
            async with (
                ClientSession() as session,
                session.post(f"{address}{self.path}", json=self.body, headers=headers) as answer,
            ):
                return answer.status
        except (ClientError, OSError):
            return 0

    async def _until_over(self, child: Child) -> None:
        with opened(self.place.database) as connection:
            for _ in range(MOST_POLLS):
                now = states_by(connection)[self.earlier :]
                if child.ended.done() or (len(now) == self.writes and set(now) <= set(ENDS)):
                    return
                await asyncio.sleep(POLL_S)

    async def recovered(self) -> list[str]:
        """Start an ordinary gateway on what is left, let the caller ask again; everything that is wrong then."""
        found = halves(self.place.database)
        existed = self.states
        if self.acknowledged and not existed:
            found.append("an acknowledged case is lost")
        self.ahead_ms += LATER_MS
        child = await self.children.gateway(self.place.folder, ahead_ms=self.ahead_ms)
        address = await child.address()
        if address is None:
            return [*found, "the gateway does not start again"]
        if existed:
            await self._until_over(child)
            found += [f"{times} takings before the caller came back"] if (times := self.taken) != 1 else []
        status = await self.ask(address, "wait=20")
        found += [] if status == 201 else [f"the caller who asks again gets {status}"]
        found += [] if await child.end() == 0 else ["the gateway does not stop in order"]
        return found + self._wrong()

    def _wrong(self) -> list[str]:
        database = self.place.database
        found = halves(database)
        if self.states != ["delivered"]:
            found.append(f"states are {self.states}")
        if self.taken != 1:
            found.append(f"taken {self.taken} times")
        (exchange,) = ask(database, "select id from exchanges where kind = 'write' order by id")[-1]
        ends = [kind for kind in entries(database, exchange) if kind.split(".")[1] in ENDS]
        if ends != ["exchange.delivered"]:
            found.append(f"ends are {ends}")
        unsound = verified(database, (self.place.folder / "log_key").read_text())
        return [*found, unsound] if unsound else found

    @property
    def taken(self) -> int:
        return taken(self.simulator)


@dataclass(frozen=True, slots=True)
class Start:
    """Where every run of a scenario begins: an installation to be copied, and the caller's document."""

    scenario: Scenario
    children: Nursery
    document: dict[str, Any]
    place: Place
    ahead_ms: int = 0
    make: type[Run] = Run

    async def run(
        self, folder: Path, at: int | str | None, *, recover: bool = True
    ) -> tuple[list[str], list[str]]:
        """Kill a process at boundary `at` (none: count them): (boundaries passed, what was wrong after)."""
        place, scenario = self.place.copied(folder), self.scenario
        async with place.standing(scenario.platform) as simulator:
            for each in scenario.tells:
                assert isinstance(simulator, Simulator)
                simulator.programme.add(step(each, scenario.special, 0))
            crashed = self.ahead_ms > 0
            run = self.make(scenario, place, simulator, self.children, self.document, crashed, self.ahead_ms)
            code = await run.through(at)
            expected = 0 if at is None else -signal.SIGKILL
            wrong = [] if code == expected else [f"exit code {code} instead of {expected}"]
            passed, wrong = run.marks, wrong + (await run.recovered() if recover else [])
        if recover and not wrong:
            place.forget()
        return passed, wrong

    async def after_a_death(self, folder: Path) -> "Start":
        """The same, but a process has died already; the next one finds its claim with nobody behind it."""
        _, wrong = await self.run(folder, self.scenario.first_killed, recover=False)
        assert not wrong
        return replace(self, place=Place(folder, self.place.server), ahead_ms=LATER_MS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_a_process_killed_at_any_boundary_loses_nothing_and_doubles_nothing(
    scenario: Scenario, origin_of: OriginOf, tmp_path: Path, subtests: Any
) -> None:
    origin = await origin_of(scenario.platform)
    begin = Start(scenario, origin.children, scenario.document, origin.place)
    if scenario.first_killed:
        begin = await begin.after_a_death(tmp_path / "dead")
    await killed_everywhere(begin, tmp_path, subtests)


async def killed_everywhere(begin: Start, tmp_path: Path, subtests: Any) -> None:
    """Count the boundaries of the way, and go it once for each of them, to be killed there."""
    scenario = begin.scenario
    recorded, wrong = await begin.run(tmp_path / "counting", None)
    assert not wrong
    apart = 1 if LONG else scenario.apart * (3 if begin.place.server else 1)
    among = range(after_transactions(recorded, scenario.covered), len(recorded))
    tried = unlike(recorded, among)[::apart]
    slots, killed = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def killed_at(at: int) -> tuple[int, list[str], list[str]]:
        async with slots:
            return at, *await begin.run(tmp_path / f"at-{at:03d}", at)

    for ran in asyncio.as_completed([killed_at(at) for at in tried]):
        at, marks, wrong = await ran
        with subtests.test(f"{at:03d} {recorded[at]}"):
            assert not wrong
        assert marks == recorded[: at + 1], "the way through is not the same each time"
        killed[f"{at:03d} {marks[-1]}"] += 1
    assert sorted(killed) == [f"{at:03d} {recorded[at]}" for at in tried]
