"""What keeps messages back, in whole gateways: windows, the shares of processes, what reads leave, a mark,
a circuit that is half open, and a quota that the platform itself counts."""

import asyncio
import time
from bisect import bisect_right
from contextlib import AsyncExitStack
from datetime import datetime, timedelta, timezone

import pytest

from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.exchange.circuit import CIRCUIT_MS
from gateway.exchange.reads import ask
from gateway.gates.windows import GENTLE_MS, gentle
from gateway.store import marks
from tests.bench.bodies import identity_number
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.places import Place, arrivals, asked, look, sound, submitted, taken, until
from tests.faults.test_barred import bar, shown
from tests.faults.wires import Clock, world

NONE: frozenset[str] = frozenset()
CHINA = timezone(timedelta(hours=8))
SLOTS, STALL_MS = 4, 300
BARE = "in_flight: 4"


async def made(place: Place, changes) -> Place:
    place.write(changes)
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest.fixture
def hub(server, tmp_path) -> Place:
    """One whose database many processes share."""
    (tmp_path / "hub").mkdir()
    return Place(tmp_path / "hub", server)


async def admitted(gateway, first: int, count: int, name: str = "gd-person") -> list[str]:
    """Cases of so many people, numbered from `first`."""
    found = []
    for serial in range(first, first + count):
        document = case(name)
        document["applicant"]["id_number"] = identity_number(serial)
        for told_by_the_number in ("birth_date", "sex"):
            document["applicant"].pop(told_by_the_number, None)
        exchange, _ = await gateway.exchanges.admit(asked(gateway, document, f"key-{serial:04}"))
        found.append(exchange.id)
    return found


def stall(simulator: Simulator, ms: int) -> None:
    simulator.programme.add(step({"do": "stall", "seconds": ms / 1000, "times": 0}, NONE, 0))


def heard(simulator: Simulator) -> list[int]:
    """When messages arrived, by the platform's own clock."""
    return [int(str(each["at_ms"])) for each in simulator.ledger.arrivals(None)]


def together(times: list[int], span_ms: int) -> list[int]:
    """For each arrival, how many arrived within the span that ends with it."""
    return [place + 1 - bisect_right(times, at - span_ms) for place, at in enumerate(times)]


async def test_in_a_maintenance_window_work_waits_and_goes_on_gently_after_it(new_place, tmp_path):
    place = await made(
        new_place(tmp_path / "place"),
        {"sim-bare": {"auth: none": 'auth: none\nmaintenance: ["23:00-06:00"]'}},
    )
    clock, night = Clock(), datetime.now(CHINA).replace(hour=23, minute=30) + timedelta(days=1)
    clock.ahead_ms = int(night.timestamp() * 1000) - time.time_ns() // 1_000_000
    async with place.platforms("sim-bare") as simulators, place.gateway(world(clock)) as gateway:
        simulator = simulators["sim-bare"]
        stall(simulator, STALL_MS)
        found = await admitted(gateway, 0, 12)
        await asyncio.sleep(0.6)
        assert {(await look(gateway, each)).state for each in found} == {"waiting"}
        assert arrivals(simulator) == 0
        assert await of_bare(gateway) == (False, "maintenance")

        morning = (night + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
        opened_ms = time.time_ns() // 1_000_000
        clock.ahead_ms = int(morning.timestamp() * 1000) - opened_ms
        assert await of_bare(gateway) == (True, None)
        for each in found:
            await until(gateway, each, "delivered")
        times = heard(simulator)
        for at, count in zip(times, together(times, STALL_MS), strict=True):
            assert count <= gentle(SLOTS, at - opened_ms)
        assert max(together(times, STALL_MS)) > 1  # in the end it is not one after the other
        assert times[-1] - opened_ms > GENTLE_MS
    sound(place)


async def of_bare(gateway) -> tuple[bool, str | None]:
    """How GET /v1/platforms shows it."""
    found = await shown(gateway, "sim-bare")
    return found["open"], found["cause"]


async def test_reads_leave_a_fifth_of_the_quota_to_writes(new_place, tmp_path):
    """Ten a minute: 1 write, then 7 reads (8 are theirs at most), then 2 writes."""
    place = await made(new_place(tmp_path / "place"), {"sim-gd": {"quota: 100000/h": "quota: 10/m"}})
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        delivered = await submitted(gateway, case("gd-organization"), "key-0001")
        caller = gateway.settings.callers["guichi"]
        question = Asked("case.progress", caller, "k1", {})
        for _ in range(7):
            await ask(gateway.exchanges, question, delivered)
        for _ in range(2):
            with pytest.raises(Refusal) as refused:
                await ask(gateway.exchanges, question, delivered)
            assert refused.value.facts["cause"] == "quota"
        assert arrivals(simulators["sim-gd"], "case.progress") == 7
        for name in ("gd-agent", "gd-minor"):
            assert (await submitted(gateway, case(name), f"key-{name}")).state == "delivered"
        (last,) = await admitted(gateway, 0, 1, "gd-agent")
        assert (await look(gateway, last)).state == "waiting"
    sound(place)


async def test_reads_leave_a_slot_to_writes(new_place, tmp_path):
    place = await made(new_place(tmp_path / "place"), {"sim-gd": {"in_flight: 32": "in_flight: 2"}})
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        delivered = await submitted(gateway, case("gd-organization"), "key-0001")
        question = Asked("case.progress", gateway.settings.callers["guichi"], "k1", {})
        slow = {"do": "stall", "seconds": 1, "operation": "case.progress", "times": 0}
        simulators["sim-gd"].programme.add(step(slow, NONE, 0))
        first = asyncio.create_task(ask(gateway.exchanges, question, delivered))
        await asyncio.sleep(0.5)
        with pytest.raises(Refusal) as refused:
            await ask(gateway.exchanges, question, delivered)
        assert refused.value.facts["cause"] == "busy"
        assert (await submitted(gateway, case("gd-agent"), "key-0002")).state == "delivered"
        assert not first.done()
        await first
    sound(place)


async def test_after_a_restore_messages_wait_and_questions_pass_also_after_a_restart(place):
    async with place.platforms("sim-gd") as simulators:
        async with place.gateway() as gateway:
            delivered = await submitted(gateway, case("gd-organization"), "key-0001")
            kept = marks.RECONCILE + "sim-gd"
            await gateway.store.write(lambda tx: marks.put(tx.connection, kept, "", tx.now_ms))
        async with place.gateway() as gateway:
            (waiting,) = await admitted(gateway, 0, 1, "gd-agent")
            await asyncio.sleep(0.6)
            assert (await look(gateway, waiting)).state == "waiting"
            assert (await shown(gateway))["cause"] == "reconcile"
            question = Asked("case.progress", gateway.settings.callers["guichi"], "k1", {})
            assert (await ask(gateway.exchanges, question, delivered))[0].state == "delivered"
            assert arrivals(simulators["sim-gd"]) == 1
            await gateway.store.write(lambda tx: marks.remove(tx.connection, kept))
            await until(gateway, waiting, "delivered")
    sound(place)


async def test_two_processes_share_what_may_be_in_flight(hub):
    await made(hub, {})
    async with AsyncExitStack() as stack:
        simulators = await stack.enter_async_context(hub.platforms("sim-bare"))
        two = [await stack.enter_async_context(hub.gateway()) for _ in range(2)]
        await shared(*two)
        stall(simulators["sim-bare"], STALL_MS)
        found = [each for place, one in enumerate(two) for each in await admitted(one, 100 * place, 8)]
        for each in found:
            await until(two[0], each, "delivered")
        assert max(together(heard(simulators["sim-bare"]), STALL_MS)) <= SLOTS
        assert taken(simulators["sim-bare"]) == 16
    sound(hub)


async def shared(*gateways) -> None:
    """Once each of them knows of all."""
    for _ in range(250):
        if all(one.gates.gates["sim-bare"].processes == len(gateways) for one in gateways):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("they do not see each other")


async def test_a_half_open_circuit_lets_one_through_for_all_processes(hub):
    await made(hub, {"sim-gd": {"first: 50ms, most: 200ms": "first: 60s, most: 60s"}})
    clock = Clock()
    async with AsyncExitStack() as stack:
        simulator = (await stack.enter_async_context(hub.platforms("sim-gd")))["sim-gd"]
        two = [await stack.enter_async_context(hub.gateway(world(clock))) for _ in range(2)]
        bar(simulator, times=2)
        (first,) = await admitted(two[0], 0, 1, "gd-agent")
        for one in two:
            await closed(one)
        waiting = [
            each
            for place, one in enumerate(two, 1)
            for each in await admitted(one, 10 * place, 3, "gd-agent")
        ]
        before = arrivals(simulator)
        stall(simulator, 1_000)
        clock.ahead_ms += CIRCUIT_MS
        await asyncio.sleep(0.8)
        assert arrivals(simulator) == before + 1
        simulator.programme.clear()
        for each in (first, *waiting):
            await until(two[0], each, "delivered")
        assert taken(simulator) == 7
    sound(hub)


async def closed(gateway) -> None:
    for _ in range(250):
        if gateway.gates.gates["sim-gd"].open_until_ms:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the circuit does not open")


async def test_a_quota_holds_over_three_processes_and_a_restart_by_the_platforms_own_count(hub):
    """20 a second; 66 cases wait, then three processes work on them, and one of those is restarted."""
    await made(hub, {"sim-bare": {BARE: "in_flight: 40, quota: 20/s"}})
    kept = marks.RECONCILE + "sim-bare"
    async with AsyncExitStack() as stack:
        simulator = (await stack.enter_async_context(hub.platforms("sim-bare")))["sim-bare"]
        stays, works = [await stack.enter_async_context(hub.gateway()) for _ in range(2)]
        await stays.store.write(lambda tx: marks.put(tx.connection, kept, "", tx.now_ms))
        await stays.gates.refresh()
        found = await admitted(stays, 0, 66)
        async with hub.gateway() as goes:
            await goes.store.write(lambda tx: marks.remove(tx.connection, kept))
            await until(goes, found[10], "delivered")
        async with hub.gateway():
            for each in found:
                await until(works, each, "delivered")
        times = heard(simulator)
        assert len(times) == 66
        assert max(together(times, 1_000)) <= 20
        assert times[-1] - times[0] < 30_000  # nor is it kept by sending next to nothing
    sound(hub)


async def test_a_quota_holds_while_cases_come_and_others_wait(hub):
    """Twenty a second; fifty a second come, and what waits is taken up beside them."""
    await made(hub, {"sim-bare": {BARE: "in_flight: 40, quota: 20/s"}})
    async with hub.platforms("sim-bare") as simulators, hub.gateway() as gateway:

        async def come(number: int) -> None:
            await asyncio.sleep(number * 0.02)
            for each in await admitted(gateway, number, 1):
                await until(gateway, each, "delivered")

        await asyncio.gather(*(come(number) for number in range(80)))
        assert max(together(heard(simulators["sim-bare"]), 1_000)) <= 20
        assert taken(simulators["sim-bare"]) == 80
        assert gateway.gates.gates["sim-bare"].busy == 0
    sound(hub)
