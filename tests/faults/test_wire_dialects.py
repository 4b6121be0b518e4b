"""The wire breaks under the newer dialects: one gateway, all three platforms at once, one fault after the other.

What is asserted is what test_wire.py asserts for each fault alone: how it ends, and the platforms' own counts.
"""

import asyncio
from dataclasses import dataclass

import pytest

from gateway.boot import Gateway
from tests.demo.plan import Trial as Person
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.places import Place, arrivals, kinds, sound, submitted, taken
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.faults.test_wire import FAULTS

pytestmark = ON_BOTH_WHEN_LONG
CASES = {"sim-sj": "sj-person", "sim-yb": "yb-minor", "sim-yh": "yh-person"}
LIKE = {"sim-sj": "sim-gd", "sim-yb": "sim-gx", "sim-yh": "sim-gd"}  # repeatable or probed
LATE = {
    "timeout_s: 5, connect_s: 2": "timeout_s: 1, connect_s: 1",
    "settled_after: 2s": "settled_after: 50ms",
}


@dataclass(slots=True)
class Trial:
    """One platform under one fault."""

    gateway: Gateway
    platform: str
    simulator: Simulator

    async def __call__(self, number: int, fault: dict, facts: dict) -> None:
        expected = facts[LIKE[self.platform]]
        before = arrivals(self.simulator), taken(self.simulator)
        self.simulator.programme.add(step(fault, frozenset(), 0))
        document = person(self.platform, number)
        ended = await submitted(self.gateway, document, f"key-{self.platform}-{number:03d}")
        assert (ended.state, await kinds(self.gateway, ended.id)) == ("delivered", expected), fault
        sends = sum(kind not in {"absent", "landed"} for kind in expected)
        now = arrivals(self.simulator), taken(self.simulator)
        assert (now[0] - before[0], now[1] - before[1]) == (sends, 1), fault


def person(platform: str, number: int) -> dict:
    """A case of another person each time: a second open case of the same one would be refused here."""
    return Person(platform, CASES[platform], number).document()


async def test_whatever_the_wire_does_to_any_dialect_ends_with_one_taking(tmp_path, new_place):
    place: Place = new_place(tmp_path / "place")
    place.write(dict.fromkeys(CASES, LATE), names=CASES)
    async with place.platforms(*CASES) as simulators, place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
        trials = [Trial(gateway, name, simulators[name]) for name in CASES]

        async def through(trial: Trial) -> None:
            for number, (fault, facts) in enumerate(FAULTS):
                await trial(number, fault, facts)

        await asyncio.gather(*map(through, trials))
        for simulator in simulators.values():
            assert not simulator.ledger.counts()["doubled"]
    sound(place)


@pytest.mark.parametrize("platform", ["sim-yh"])
async def test_a_session_secret_that_they_have_forgotten_is_renewed_once(tmp_path, new_place, platform):
    place: Place = new_place(tmp_path / "place")
    place.write(names=[platform])
    async with place.platforms(platform) as simulators, place.gateway() as gateway:
        await submitted(gateway, person(platform, 1), "key-0001")
        simulators[platform].ledger.end_sessions()
        ended = await submitted(gateway, person(platform, 2), "key-0002")
        assert (ended.state, await kinds(gateway, ended.id)) == ("delivered", ["barred", "taken"])
        sessions = [
            each for each in simulators[platform].ledger.arrivals(None) if each["operation"] == "session"
        ]
        assert [each["outcome"] for each in sessions] == ["session", "session"]
