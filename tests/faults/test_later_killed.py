"""A process that dies at the boundaries of a correction and of a withdrawal: each arrives once, and is not lost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cases.later import CORRECT, SUPPLEMENT, WITHDRAW
from tests.fakes.server import Simulator
from tests.faults.conftest import OriginOf
from tests.faults.later import body_of, correction_asked, owing
from tests.faults.ledgers import ask
from tests.faults.places import submitted
from tests.faults.stores import LONG, ON_BOTH
from tests.faults.test_kill import Run, Scenario, Start, killed_everywhere

pytestmark = ON_BOTH
OWED = Scenario("REST, a supplement", "sim-gd", "gd-agent", apart=15)
SCENARIOS = (
    (WITHDRAW, Scenario("REST, a withdrawal", "sim-gd", "gd-organization", apart=15)),
    (CORRECT, Scenario("SOAP, a correction whose answer is lost", "sim-gx", "gx-person",
                       ({"do": "take_then_drop", "operation": CORRECT},), covered=2, apart=15)),
)  # fmt: skip
WRITTEN = {WITHDRAW: "withdrawal", CORRECT: "correction", SUPPLEMENT: "supplement"}
if LONG:
    SCENARIOS = (*SCENARIOS, (SUPPLEMENT, OWED))


@dataclass(slots=True)
class RunLater(Run):
    """The case is over there already; its caller asks for what comes later, always under the same key."""

    key = "key-of-what-comes-later"
    earlier = 1
    operation = WITHDRAW

    @property
    def path(self) -> str:  # type: ignore[override]
        ((case_id,),) = ask(self.place.database, "select id from cases")
        return f"/v1/cases/{case_id}/{WRITTEN[self.operation]}"

    @property
    def body(self) -> dict[str, Any]:
        return body_of(self.operation, self.scenario.case)

    @property
    def taken(self) -> int:
        assert isinstance(self.simulator, Simulator)
        return len(self.simulator.ledger.changes())


class RunCorrection(RunLater):
    operation = CORRECT


class RunSupplement(RunLater):
    operation = SUPPLEMENT


RUNS = {WITHDRAW: RunLater, CORRECT: RunCorrection, SUPPLEMENT: RunSupplement}


@pytest.mark.parametrize("operation, scenario", SCENARIOS, ids=lambda each: getattr(each, "name", ""))
async def test_what_comes_later_is_neither_lost_nor_doubled_by_a_death_at_any_boundary(
    operation: str, scenario: Scenario, origin_of: OriginOf, tmp_path: Path, subtests: Any
) -> None:
    origin = await origin_of(scenario.platform)
    place = origin.place.copied(tmp_path / "submitted")
    async with place.platforms(scenario.platform) as there, place.gateway() as gateway:
        document = owing(scenario.case) if operation == SUPPLEMENT else scenario.document
        first = await submitted(gateway, document)
        if operation == CORRECT:
            await correction_asked(gateway, there[scenario.platform], first)
    begin = Start(scenario, origin.children, scenario.document, place, make=RUNS[operation])
    await killed_everywhere(begin, tmp_path, subtests)
