"""What is recorded at one moment shares a commit, and is judged one after another: nobody goes by what was."""

import asyncio

import pytest

from gateway.errors.code import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.facts import lease_expired
from gateway.exchange.story import Exchanges, same_claim
from gateway.model import Exchange, Fact
from tests.fakes.fixtures import case
from tests.faults.ledgers import entries, states
from tests.faults.places import Place, asked, look, sound, taken
from tests.faults.wires import Clock, Halt, world


@pytest.mark.parametrize("kinds", [("taken", "unknown"), ("unknown", "taken")])
async def test_two_facts_about_one_exchange_at_one_moment_are_two_facts_one_after_the_other(
    place: Place, kinds: tuple[str, str]
) -> None:
    halt = Halt()
    async with place.platforms("sim-gd") as simulators, place.gateway(world(Clock(), after=halt)) as gateway:
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        await halt.reached.wait()  # they have taken it; the answer is in hand, and nobody reads it
        told = [_fact(exchange, kind) for kind in kinds]
        await asyncio.gather(
            *(
                gateway.exchanges.conclude(exchange, fact, lambda now, _: same_claim(now, exchange))
                for fact in told
            )
        )
        halt.on.set()
        await gateway.exchanges.drain()
        assert (await look(gateway, exchange.id)).state == "delivered"
        assert taken(simulators["sim-gd"]) == 1
    ends = [kind for kind in entries(place.database, exchange.id) if kind == "exchange.delivered"]
    assert len(ends) == 1
    assert "exchange.late_reply" in entries(place.database, exchange.id)
    sound(place)


def _fact(exchange: Exchange, kind: str) -> Fact:
    if kind == "unknown":
        return lease_expired(step="send", attempt=1, lease_ms=exchange.due_ms, at_ms=exchange.due_ms)
    return Fact("taken", at_ms=exchange.due_ms, attempt=1, reference="GD-0001")


async def test_of_two_cases_of_one_person_for_one_item_at_one_moment_one_is_admitted(place: Place) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        both = [asked(gateway, case("gd-agent"), f"key-{number}") for number in range(2)]
        done = await asyncio.gather(*(_admitted(gateway.exchanges, each) for each in both))
        await gateway.exchanges.drain()
    assert sorted(done) == ["admitted", "case_open"]
    assert states(place.database) == ["delivered"]
    sound(place)


async def _admitted(story: Exchanges, request: Asked) -> str:
    try:
        await story.admit(request)
    except Refusal as refusal:
        return refusal.code
    return "admitted"
