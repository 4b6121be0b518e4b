"""Credentials: a stale secret is renewed once; who bars us all the same is left alone, and asked again gently."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.circuit import CIRCUIT_MS
from gateway.exchange.reads import ask
from gateway.model import Exchange
from gateway.web.app import Service
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.places import Place, arrivals, asked, kinds, look, sound, submitted, taken, until
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.faults.wires import Clock, world

pytestmark = ON_BOTH_WHEN_LONG
CASES = ("gd-organization", "gd-agent", "gd-minor")
NONE: frozenset[str] = frozenset()
KEY = {"Authorization": "Bearer demo-key-of-guichi"}


@pytest_asyncio.fixture(scope="module")
async def patient(tmp_path_factory, new_place) -> Place:
    """An installation that waits a minute before it tries again, so that "at once" can be told apart."""
    place = new_place(tmp_path_factory.mktemp("patient") / "place")
    place.write({"sim-gd": {"first: 50ms, most: 200ms": "first: 60s, most: 60s"}})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest_asyncio.fixture
async def place(patient, tmp_path) -> Place:
    return patient.copied(tmp_path / "place")


def bar(simulator: Simulator, times: int = 1) -> None:
    simulator.programme.add(step({"do": "bar", "code": "4031", "times": times}, NONE, 0))


def sessions(simulator: Simulator) -> int:
    return arrivals(simulator, "session")


async def admitted(gateway: Gateway, *names: str) -> list[Exchange]:
    taken_in = [gateway.exchanges.admit(asked(gateway, case(name), f"key-{name}")) for name in names]
    return [exchange for exchange, _ in await asyncio.gather(*taken_in)]


@asynccontextmanager
async def client(gateway: Gateway) -> AsyncIterator[ClientSession]:
    runner = Service(gateway).runner()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}", headers=KEY) as session:
        yield session
    await runner.cleanup()


async def shown(gateway: Gateway, name: str = "sim-gd") -> dict[str, Any]:
    """How GET /v1/platforms shows a platform."""
    async with client(gateway) as session, session.get("/v1/platforms") as answer:
        platforms = (await answer.json())["platforms"]
    return next(each for each in platforms if each["platform"] == name)


async def test_a_stale_secret_is_renewed_once_and_the_case_sent_again_at_once(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        await submitted(gateway, case(CASES[0]), "key-0001")
        simulator.ledger.end_sessions()
        found = await submitted(gateway, case(CASES[1]), "key-0002", wait_s=10)
        assert (found.state, await kinds(gateway, found.id)) == ("delivered", ["barred", "taken"])
        assert sessions(simulator) == 2
        assert (await shown(gateway))["open"]
    sound(place)


async def test_concurrent_sends_fetch_one_secret_and_it_survives_a_restart(place):
    async with place.platforms("sim-gd") as simulators:
        async with place.gateway() as gateway:
            for each in await admitted(gateway, *CASES[:2]):
                await until(gateway, each.id, "delivered")
        async with place.gateway() as gateway:
            assert (await submitted(gateway, case(CASES[2]), "key-0003")).state == "delivered"
        assert sessions(simulators["sim-gd"]) == 1


async def test_many_that_meet_one_stale_secret_renew_it_once_and_open_no_circuit(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        simulator.programme.add(step({"do": "stall", "seconds": 0.3, "times": 0}, NONE, 0))
        first = await submitted(gateway, case(CASES[0]), "key-0001")
        simulator.ledger.end_sessions()
        others = await admitted(gateway, *CASES[1:])
        for each in others:
            assert await until(gateway, each.id, "delivered")
        assert first.state == "delivered"
        assert sessions(simulator) == 2
        assert (await shown(gateway))["open"]
        assert taken(simulator) == 3


async def test_barred_twice_opens_the_circuit_and_work_waits_also_after_a_restart(place):
    async with place.platforms("sim-gd") as simulators:
        simulator = simulators["sim-gd"]
        bar(simulator, times=2)
        async with place.gateway() as gateway:
            (_first,) = await admitted(gateway, CASES[0])
            await circuit(gateway, is_open=True)
            platform = await shown(gateway)
            assert (platform["open"], platform["cause"]) == (False, "4031")
            (second,) = await admitted(gateway, CASES[1])
            assert second.state == "waiting"
        async with place.gateway() as gateway:
            assert not (await shown(gateway))["open"]
            await asyncio.sleep(0.5)
            assert (await look(gateway, second.id)).state == "waiting"
        assert arrivals(simulator) == 2
    sound(place)


async def test_half_open_lets_one_through_and_its_answer_lets_all_through(place):
    clock = Clock()
    async with place.platforms("sim-gd") as simulators, place.gateway(world(clock)) as gateway:
        simulator = simulators["sim-gd"]
        bar(simulator, times=2)
        (first,) = await admitted(gateway, CASES[0])
        await circuit(gateway, is_open=True)
        waiting = await admitted(gateway, *CASES[1:])
        simulator.programme.add(step({"do": "stall", "seconds": 1}, NONE, 0))
        before = arrivals(simulator)
        clock.ahead_ms += CIRCUIT_MS
        await asyncio.sleep(0.7)
        assert arrivals(simulator) == before + 1  # one shows the way, for all that there is room for more
        for each in (first, *waiting):
            await until(gateway, each.id, "delivered")
        assert (await shown(gateway))["open"]
        assert taken(simulator) == 3
    sound(place)


async def test_whoever_is_barred_while_it_is_half_open_opens_it_again_at_once(place):
    clock = Clock()
    async with place.platforms("sim-gd") as simulators, place.gateway(world(clock)) as gateway:
        simulator = simulators["sim-gd"]
        bar(simulator, times=3)
        (first,) = await admitted(gateway, CASES[0])
        await circuit(gateway, is_open=True)
        (second,) = await admitted(gateway, CASES[1])
        clock.ahead_ms += CIRCUIT_MS
        await circuit(gateway, is_open=False)  # half open is open to one
        await circuit(gateway, is_open=True)
        await asyncio.sleep(0.5)
        assert arrivals(simulator) == 3
        clock.ahead_ms += CIRCUIT_MS
        for each in (first, second):
            await until(gateway, each.id, "delivered")
        assert taken(simulator) == 2
    sound(place)


async def circuit(gateway: Gateway, *, is_open: bool) -> None:
    for _ in range(250):
        if (await shown(gateway))["open"] is not is_open:  # the platform is open while its circuit is not
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the circuit does not turn")


async def test_what_waited_longer_than_its_patience_is_abandoned_and_not_sent_days_later(place):
    clock = Clock()
    async with place.platforms("sim-gd") as simulators, place.gateway(world(clock)) as gateway:
        simulator = simulators["sim-gd"]
        bar(simulator, times=2)
        await admitted(gateway, CASES[0])
        await circuit(gateway, is_open=True)
        (second,) = await admitted(gateway, CASES[1])
        clock.ahead_ms += 25 * 3_600_000  # sim-gd's patience is 24 h
        ended = await until(gateway, second.id, "abandoned")
        assert ended.cause == "patience_over"
        assert taken(simulator) <= 1  # of the first at most
    sound(place)


async def test_reads_that_are_barred_open_the_circuit_as_writes_do(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        (exchange,) = await admitted(gateway, CASES[0])
        delivered = await until(gateway, exchange.id, "delivered")
        stubborn = {"do": "bar", "code": "4031", "times": 0, "operation": "case.progress"}
        simulators["sim-gd"].programme.add(step(stubborn, NONE, 0))
        caller = gateway.settings.callers["guichi"]
        for cause in ("described", "described", "4031"):  # renewed once, opened, not even asked
            with pytest.raises(Refusal) as refused:
                await ask(gateway.exchanges, Asked("case.progress", caller, "k1", {}), delivered)
            assert refused.value.facts["cause"] == cause
        assert arrivals(simulators["sim-gd"], "case.progress") == 2
    sound(place)
