"""Tables and folders through a whole gateway: what is promised there holds as it does on the wire."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.boot import Gateway
from gateway.exchange.asked import Asked
from gateway.exchange.reads import ask as ask_about
from tests.adapters.fronts import wired
from tests.fakes.fixtures import case
from tests.fakes.fronts import Far
from tests.faults.places import Place, kinds, look, sound, submitted, until
from tests.postgres import Server
from tests.waiting import looks

DIVISIONS = {"sim-table": "440281", "sim-folder": "440282"}
BOTH = pytest.mark.parametrize("name", DIVISIONS)


def person(name: str) -> dict[str, Any]:
    return {**case("gd-person"), "division": DIVISIONS[name]}


@asynccontextmanager
async def world(place: Place, name: str) -> AsyncIterator[tuple[Gateway, Far]]:
    async with place.fronts(name) as fars, place.gateway() as gateway:
        yield gateway, fars[name]


async def progress(gateway: Gateway, exchange_id: str) -> Mapping[str, Any]:
    exchange = await look(gateway, exchange_id)
    caller = gateway.settings.callers["guichi"]
    asked = Asked("case.progress", caller, "k1/", {}, "", "")
    _, answer = await ask_about(gateway.exchanges, asked, exchange)
    return answer


async def told(gateway: Gateway, exchange_id: str, state: str) -> Mapping[str, Any]:
    """The progress once they have written this state; before they take it up, it is only handed over."""
    async for _ in looks():
        answer = await progress(gateway, exchange_id)
        if answer["state"] == state and answer["events"]:
            return answer
    raise AssertionError(f"{answer['state']}, not {state}")


@BOTH
async def test_a_case_goes_all_the_way_and_its_progress_comes_back(place: Place, name: str) -> None:
    async with world(place, name) as (gateway, far):
        done = await submitted(gateway, person(name))
        assert (done.state, far.numbers()) == ("delivered", [done.ours])
        first = await told(gateway, done.id, "handed_over")
        far.move(done.ours, "04")
        then = await told(gateway, done.id, "accepted")
        assert [each["step"] for each in then["events"]] == ["接收", "受理"]
        assert then["reference"].endswith(done.ours) and first["state"] == "handed_over"
    sound(place)


@BOTH
async def test_what_they_turn_down_comes_back_with_its_reason(place: Place, name: str) -> None:
    document = person(name)
    async with world(place, name) as (gateway, far):
        far.refused.add(document["applicant"]["id_number"])
        done = await submitted(gateway, document)
        assert done.state == "delivered"  # it lies in their front; what they make of it comes later
        assert (await told(gateway, done.id, "not_accepted"))["words"] == "申请人不符合条件"


@BOTH
async def test_a_front_that_is_away_gets_the_case_once_it_is_back(place: Place, name: str) -> None:
    async with world(place, name) as (gateway, far):
        away = asyncio.create_task(asyncio.to_thread(far.down, 1.0))
        await asyncio.sleep(0.1)
        exchange = await submitted(gateway, person(name), wait_s=0.3)
        assert exchange.state in {"deferred", "sending"}
        await away
        done = await until(gateway, exchange.id, "delivered")
        assert (far.numbers(), set(await kinds(gateway, done.id))) == ([done.ours], {"not_sent", "taken"})


async def test_a_commit_whose_answer_is_lost_is_found_there_and_nothing_is_there_twice(
    server: Server, tmp_path: Path
) -> None:
    """Their server, cut off from us in the moment in which it commits."""
    place = Place(made(tmp_path / "place"), server)
    place.write({"sim-table": {"timeout_s: 5, connect_s: 2": "timeout_s: 1, connect_s: 1"}})
    async with place.fronts("sim-table") as fars:
        far = fars["sim-table"]
        async with wired(far.address, "unheard") as (address, wire):
            place.point("sim-table", address)
            async with place.gateway() as gateway:
                exchange = await submitted(gateway, person("sim-table"), wait_s=2)
                wire.at_commit = ""
                done = await until(gateway, exchange.id, "delivered")
                found = await kinds(gateway, done.id)
        assert (found[0], found[-1], wire.commits) == ("unknown", "already", 1)
        assert far.numbers() == [done.ours]


async def test_what_lies_there_under_our_number_is_not_ours_and_stays(place: Place) -> None:
    """A number that was given before, by a restored copy of us or by somebody else."""
    async with world(place, "sim-folder") as (gateway, far):
        first = await submitted(gateway, person("sim-folder"))
        until_taken = await told(gateway, first.id, "handed_over")
        other = {**person("sim-folder"), "applicant": {**case("gd-agent")["applicant"]}}
        assert until_taken["reference"]
        next_number = f"{first.ours[:-6]}{int(first.ours[-6:]) + 1:06d}"
        share = Path(far.address)
        (share / "out/done" / f"YW01_{next_number}.xml").write_bytes(b"somebody else's")
        second = await submitted(gateway, other, "key-0002")
        assert (second.ours, second.state, second.code) == (next_number, "refused", "conflict")
        assert (share / "out/done" / f"YW01_{next_number}.xml").read_bytes() == b"somebody else's"


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
