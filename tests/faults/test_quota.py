"""A quota is kept: over many at once, over a restart, and what is beyond it waits without being lost."""

import asyncio

import pytest
import pytest_asyncio

from gateway.errors import Refusal
from tests.fakes.fixtures import case
from tests.faults.places import Place, arrivals, asked, look, sound, submitted, taken, until
from tests.faults.wires import Clock, world

CASES = ("gd-organization", "gd-agent", "gd-minor")
MINUTE_MS = 60_000


@pytest_asyncio.fixture
async def place(tmp_path, new_place) -> Place:
    """An installation whose REST platform takes two messages a minute."""
    place = new_place(tmp_path / "place")
    place.write(
        {"sim-gd": {"quota: 100000/h": "quota: 2/m", "first: 50ms, most: 200ms": "first: 1s, most: 1s"}}
    )
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


async def test_what_is_beyond_the_quota_waits_also_after_a_restart_and_leaves_when_there_is_room(place):
    clock = Clock()
    async with place.platforms("sim-gd") as simulators:
        simulator = simulators["sim-gd"]
        async with place.gateway(world(clock)) as gateway:
            found = await asyncio.gather(
                *(gateway.exchanges.admit(asked(gateway, case(name), f"key-{name}")) for name in CASES)
            )
            waiting = [exchange for exchange, _ in found if exchange.state == "waiting"]
            assert len(waiting) == 1
            for exchange, _ in found:
                if exchange.state == "sending":
                    await until(gateway, exchange.id, "delivered")
            assert gateway.gates.gates["sim-gd"].closed_because(clock.now_ms()) == "quota"
        async with place.gateway(world(clock)) as gateway:
            await asyncio.sleep(0.7)
            assert arrivals(simulator) == 2
            assert {(await look(gateway, each.id)).state for each in waiting} == {"waiting"}
            clock.ahead_ms += MINUTE_MS
            for each in waiting:
                await until(gateway, each.id, "delivered")
        assert taken(simulator) == 3
    sound(place)


async def test_a_case_that_was_not_admitted_uses_nothing_up(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-agent"), "key-0001")).state == "delivered"
        gate = gateway.gates.gates["sim-gd"]
        assert not gate.permits
        with pytest.raises(Refusal) as refused:
            await gateway.exchanges.admit(asked(gateway, case("gd-agent"), "key-0002"))
        assert refused.value.code == "case_open"
        assert (len(gate.permits), gate.busy) == (1, 0)  # the permit is still there, and the slot
        assert (await submitted(gateway, case("gd-minor"), "key-0003")).state == "delivered"
    sound(place)


async def test_a_permit_that_was_just_given_keeps_nobody_back_who_began_before_it(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        began_ms = gateway.clock_ms()
        await asyncio.sleep(0.005)
        assert (await submitted(gateway, case("gd-agent"), "key-0001")).state == "delivered"
        gate = gateway.gates.gates["sim-gd"]
        assert not gate.permits  # the quota has room, but has to be asked
        assert gate.closed_because(began_ms) == ""
    sound(place)
