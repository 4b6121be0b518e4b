"""Two processes on one database, of which one is paused past its lease. Nothing is sent twice blindly."""

import asyncio

import pytest

from gateway.exchange.due import expire, take_up
from gateway.model import Fact
from gateway.store.cases import TICKETS
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.ledgers import entries, halves
from tests.faults.places import Place, arrivals, asked, kinds, look, sound, taken, until
from tests.faults.wires import Clock, Halt, world
from tests.waiting import looks

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize("name, platform", [("gd-organization", "sim-gd"), ("gx-person", "sim-gx")])
async def test_an_answer_that_comes_after_the_lease_is_recorded_and_overwrites_nothing(place, name, platform):
    halt, clock = Halt(), Clock()
    async with place.platforms(platform) as simulators, place.gateway(world(clock, after=halt)) as paused:
        exchange, _ = await paused.exchanges.admit(asked(paused, case(name), "key-0001"))
        await halt.reached.wait()  # they have taken it; the answer is in hand, and nobody reads it
        async with place.gateway(world(Clock(MINUTE_MS))) as other:
            settled = await until(other, exchange.id, "delivered")
            clock.ahead_ms = MINUTE_MS
            halt.on.set()
            await paused.exchanges.drain()
            assert await look(other, exchange.id) == settled
        assert taken(simulators[platform]) == 1
        written = entries(place.database, exchange.id)
        assert written.count("exchange.delivered") == 1
        assert "exchange.late_reply" in written
    sound(place)


@pytest.mark.parametrize("name, platform", [("gd-organization", "sim-gd"), ("gx-person", "sim-gx")])
async def test_a_process_that_wakes_after_its_lease_sends_nothing_any_more(place, name, platform):
    halt, clock = Halt(), Clock()
    async with place.platforms(platform) as simulators, place.gateway(world(clock, before=halt)) as paused:
        exchange, _ = await paused.exchanges.admit(asked(paused, case(name), "key-0001"))
        await halt.reached.wait()  # its claim is committed, and not a byte is out
        async with place.gateway(world(Clock(MINUTE_MS))) as other:
            settled = await until(other, exchange.id, "delivered")
            sent = arrivals(simulators[platform])
            clock.ahead_ms = MINUTE_MS
            halt.on.set()
            await paused.exchanges.drain()
            assert arrivals(simulators[platform]) == sent
            assert await look(other, exchange.id) == settled
        assert taken(simulators[platform]) == 1
        assert "exchange.late_reply" in entries(place.database, exchange.id)
    sound(place)


async def test_a_held_exchange_is_delivered_by_the_late_answer_and_nobody_is_asked_any_more(place):
    halt, clock = Halt(), Clock()
    async with place.platforms("sim-bare") as simulators, place.gateway(world(clock, after=halt)) as paused:
        exchange, _ = await paused.exchanges.admit(asked(paused, case("gd-person"), "key-0001"))
        await halt.reached.wait()
        async with place.gateway(world(Clock(MINUTE_MS))) as other:
            await until(other, exchange.id, "held")
            halt.on.set()
            await paused.exchanges.drain()
            assert (await look(other, exchange.id)).state == "delivered"
        assert taken(simulators["sim-bare"]) == arrivals(simulators["sim-bare"]) == 1
        assert entries(place.database, exchange.id)[-2:] == ["exchange.late_reply", "exchange.delivered"]
        assert await paused.store.read(lambda connection: connection.rows(TICKETS)) == []
    sound(place)


async def test_that_nothing_had_left_settles_what_the_expired_lease_left_open(place):
    halt, clock = Halt(), Clock()
    async with place.platforms("sim-bare") as simulators, place.gateway(world(clock, before=halt)) as paused:
        exchange, _ = await paused.exchanges.admit(asked(paused, case("gd-person"), "key-0001"))
        await halt.reached.wait()
        async with place.gateway(world(Clock(MINUTE_MS))) as other:
            await until(other, exchange.id, "held")
            clock.ahead_ms = MINUTE_MS
            halt.on.set()
            await paused.exchanges.drain()
            await until(other, exchange.id, "delivered")
            assert await kinds(other, exchange.id) == ["unknown", "not_sent", "taken"]
        assert taken(simulators["sim-bare"]) == arrivals(simulators["sim-bare"]) == 1
    sound(place)


async def heard_twice(gateway, exchange_id, kind):
    async for _ in looks(0.02):
        if (await kinds(gateway, exchange_id)).count(kind) == 2:
            return
    raise AssertionError(f"{kind}: {await kinds(gateway, exchange_id)}")


async def test_what_a_probe_said_before_a_message_left_says_nothing_about_that_message(tmp_path):
    place, clock, halt = Place(tmp_path / "place"), Clock(), Halt()
    place.folder.mkdir()
    place.write({"sim-gx": {"settled_after: 2s": "settled_after: 50ms", "tries: 2": "tries: 1"}})
    lost = [{"do": "reset_after"}, {"do": "absent", "times": 2}, {"do": "take_then_drop"}]
    silent = {"do": "status", "code": 502, "take": True, "times": 0}
    async with place.platforms("sim-gx") as simulators, place.gateway(world(clock, after=halt)) as paused:
        for told in (*lost, silent):
            simulators["sim-gx"].programme.add(step(told, NONE, 0))
        exchange, _ = await paused.exchanges.admit(asked(paused, case("gx-person"), "key-0001"))
        await halt.reached.wait()  # its probe was told "absent", and nobody reads it
        async with place.gateway(world(Clock(MINUTE_MS))) as other:
            await heard_twice(other, exchange.id, "unknown")  # of the first message, and of the next
            clock.ahead_ms = MINUTE_MS
            await asyncio.sleep(0.1)  # settled_after is over
            halt.on.set()
            await heard_twice(other, exchange.id, "absent")
            await asyncio.sleep(0.3)  # the worker looks more than once
            simulators["sim-gx"].programme.clear()
            await until(other, exchange.id, "delivered")
        assert taken(simulators["sim-gx"]) == 1
        assert arrivals(simulators["sim-gx"]) == 2
    assert not halves(place.database)


async def test_a_lease_that_seems_over_changes_nothing_once_the_answer_was_first(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        simulators["sim-bare"].programme.add(step({"do": "later", "after_s": 600}, NONE, 0))
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-person"), "key-0001"))
        deferred = await until(gateway, exchange.id, "deferred")
        await expire(gateway.exchanges, exchange)  # the worker saw it while it was being sent
        assert await look(gateway, exchange.id) == deferred
        assert await kinds(gateway, exchange.id) == ["later"]
    sound(place)


async def test_two_processes_that_find_the_same_work_due_send_it_once(place):
    clock = Clock()
    async with (
        place.platforms("sim-bare") as simulators,
        place.gateway(world(clock)) as one,
        place.gateway(world(clock)) as other,
    ):
        simulators["sim-bare"].programme.add(step({"do": "later", "after_s": 600}, NONE, 0))
        exchange, _ = await one.exchanges.admit(asked(one, case("gd-person"), "key-0001"))
        await until(one, exchange.id, "deferred")
        clock.ahead_ms += HOUR_MS
        for each in (one, other, one, other):
            each.worker.poke()
        await until(other, exchange.id, "delivered")
        assert arrivals(simulators["sim-bare"]) == 2
        assert await kinds(one, exchange.id) == ["later", "taken"]
        assert entries(place.database, exchange.id).count("exchange.sending") == 1
        for each in (one, other):
            await each.exchanges.drain()
        await asyncio.sleep(0.1)  # who found nothing to claim gives its slot back
        assert [each.gates.gates["sim-bare"].busy for each in (one, other)] == [0, 0]
    sound(place)


async def test_what_became_doubtful_meanwhile_is_not_sent_when_it_would_have_been_due(place):
    clock = Clock()
    async with place.platforms("sim-bare") as simulators, place.gateway(world(clock)) as gateway:
        simulators["sim-bare"].programme.add(step({"do": "later", "after_s": 600}, NONE, 0))
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-person"), "key-0001"))
        due = await until(gateway, exchange.id, "deferred")
        late = Fact("unknown", at_ms=gateway.clock_ms(), attempt=1, cause="timeout")
        await gateway.exchanges.conclude(due, late, lambda now, _: False)
        clock.ahead_ms += HOUR_MS  # it was due by now, had nothing become known
        await take_up(gateway.exchanges, gateway.gates.gates["sim-bare"], 1)
        assert (await look(gateway, exchange.id)).state == "held"
        assert arrivals(simulators["sim-bare"]) == 1
    sound(place)
