"""Followed cases on a database that two processes share."""

from contextlib import AsyncExitStack
from itertools import pairwise

import pytest_asyncio

from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.places import Place, sound, submitted
from tests.faults.test_following import NONE, PROGRESS, asked, followed, made, more_questions
from tests.waiting import eventually

CASES = ("gd-organization", "gd-agent", "gd-minor")


@pytest_asyncio.fixture
async def hub(server, tmp_path) -> Place:
    (tmp_path / "hub").mkdir()
    return await made(Place(tmp_path / "hub", server))


async def test_two_processes_never_ask_about_one_case_at_a_time_and_one_alone_goes_on(hub):
    async with AsyncExitStack() as stack:
        simulator = (await stack.enter_async_context(hub.platforms("sim-gd")))["sim-gd"]
        staying = await stack.enter_async_context(hub.gateway())
        slow = {"do": "stall", "seconds": 0.3, "operation": PROGRESS, "times": 0, "take": False}
        simulator.programme.add(step(slow, NONE, 0))
        async with hub.gateway():
            delivered = [await submitted(staying, case(name), f"key-{name}") for name in CASES]
            await eventually(lambda: asked(simulator) >= 15)
        await more_questions(simulator, 3)
        for each in delivered:
            found = simulator.ledger.arrivals(each.ours)
            times = [int(str(one["at_ms"])) for one in found if one["operation"] == PROGRESS]
            assert min(after - before for before, after in pairwise(times)) >= 300
            simulator.ledger.move(each.ours, "served")
        simulator.programme.clear()
        await eventually(lambda: not followed(hub))
    sound(hub)
