"""How a message comes onto the list: in one piece, once, and never behind the back of its exchange."""

import asyncio

import pytest

from adapters.errors import LeaseOver
from gateway.desk.placing import WorkList
from tests.desk.conftest import DIVISION, Window
from tests.fakes.fixtures import case
from tests.faults.places import Place, sound, submitted


async def test_an_exchange_that_is_not_being_sent_any_more_is_not_placed(window: Window) -> None:
    """An attempt that stood still until its claim was over wakes up, and finds that it is."""
    done = await window.submitted()
    late = WorkList(window.gateway.store, window.gateway.papers)
    for each in (done.id, "01M7ZWW086DT8J2JM6T0Y9RXRE"):
        with pytest.raises(LeaseOver):
            await late.place(each)
    assert len(await window.standing()) == 1


async def test_many_cases_at_once_stand_there_once_each(window: Window, place: Place) -> None:
    document = {**case("gd-person"), "division": DIVISION, "insist": {"reason": "另一件"}}
    done = await asyncio.gather(*(submitted(window.gateway, document, f"key-{n}") for n in range(12)))
    assert {each.state for each in done} == {"delivered"}
    assert sorted(each.work.number for each in await window.standing()) == sorted(each.ours for each in done)
    sound(place)


async def test_of_a_number_that_stands_on_no_list_nothing_was_recorded(window: Window) -> None:
    done = await window.submitted()
    there = WorkList(window.gateway.store, window.gateway.papers)
    assert await there.look("sim-desk", "case.progress", "44028320261120999999") is None
    assert await there.look("sim-other", "case.progress", done.ours) is None
    assert await there.look("sim-desk", "case.progress", done.ours) is not None
    assert await there.look("sim-desk", "case.result", done.ours) is None
