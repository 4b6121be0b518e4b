"""A process that dies at the boundaries of the admission of a joint case: all of its parts are there, or none."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.fixtures import case
from tests.faults.boundaries import unlike
from tests.faults.conftest import OriginOf
from tests.faults.ledgers import ask, halves, verified
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.faults.test_kill import AT_ONCE, LATER_MS, Run, Scenario, Start

pytestmark = ON_BOTH_WHEN_LONG
SCENARIO = Scenario("REST, a joint case", "sim-gd", "gd-minor")
PARTS = 2
_ONCE = ("applicant", "receiving", "purpose", "materials", "authorisation")


def document() -> dict[str, Any]:
    """Two items in one place (一件事)."""
    given = case(SCENARIO.case)
    once = {name: given[name] for name in _ONCE if name in given}
    parts = [
        {name: each[name] for name in ("item", "division", "form")} for each in (given, case("gd-agent"))
    ]
    return {**once, "parts": parts}


@dataclass(slots=True)
class RunJoint(Run):
    path = "/v1/joint-cases"
    writes = PARTS

    async def recovered(self) -> list[str]:
        """Everything that is wrong with what is left, and after an ordinary gateway has gone on with it."""
        database = self.place.database
        found, existed = halves(database), self.states
        if len(existed) not in (0, PARTS):
            found.append(f"{len(existed)} of {PARTS} parts are there")
        if self.acknowledged and not existed:
            found.append("an acknowledged joint case is lost")
        self.ahead_ms += LATER_MS
        child = await self.children.gateway(self.place.folder, ahead_ms=self.ahead_ms)
        address = await child.address()
        if address is None:
            return [*found, "the gateway does not start again"]
        if existed:
            await self._until_over(child)
        status = await self.ask(address, "wait=20")
        found += [] if status == 201 else [f"the caller who asks again gets {status}"]
        found += [] if await child.end() == 0 else ["the gateway does not stop in order"]
        found += halves(database)
        if (self.states, self.taken) != (["delivered"] * PARTS, PARTS):
            found.append(f"states are {self.states}, taken {self.taken} times")
        joint = ask(database, "select standing from joints")
        found += [] if joint == [("under_way",)] else [f"joint cases: {joint}"]
        unsound = verified(database, (self.place.folder / "log_key").read_text())
        return [*found, unsound] if unsound else found


async def test_a_joint_case_is_admitted_whole_or_not_at_all_wherever_the_process_dies(
    origin_of: OriginOf, tmp_path: Path, subtests: Any
) -> None:
    origin = await origin_of(SCENARIO.platform)
    begin = Start(SCENARIO, origin.children, document(), origin.place, make=RunJoint)
    recorded, wrong = await begin.run(tmp_path / "counting", None)
    assert not wrong
    joined = recorded.index("after INSERT joints")
    admitted = recorded.index("after COMMIT", joined)
    first = max(place for place in range(joined) if recorded[place] == "before BEGIN")
    # what comes before commit 1 keeps files and takes numbers: a death there leaves no part of a case
    tried = [0, *unlike(recorded, range(first, admitted + 1))]
    slots = asyncio.Semaphore(AT_ONCE)

    async def killed_at(at: int) -> tuple[int, list[str], list[str]]:
        async with slots:
            return at, *await begin.run(tmp_path / f"at-{at:03d}", at)

    for ran in asyncio.as_completed([killed_at(at) for at in tried]):
        at, marks, wrong = await ran
        with subtests.test(f"{at:03d} {recorded[at]}"):
            assert not wrong
        assert marks == recorded[: at + 1], "the way through is not the same each time"
