"""Cases are followed by themselves to their end: each asked about by one at a time, behind what is to be sent,
through restarts and outages, and nothing grows while nothing is told."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

import pytest
import pytest_asyncio

from adapters.message import Reply
from gateway.boot import Gateway
from gateway.cases.life import APART_MS
from gateway.clock import wall_ms
from gateway.exchange.following import follow
from gateway.exchange.polling import Heard
from gateway.gates.windows import window
from gateway.model import Fact
from gateway.store import cases
from gateway.store import followed as rows_of_followed
from gateway.store.database import now_ms as now_ms_of
from gateway.store.database import open_connection
from gateway.store.events import Told
from gateway.store.followed import Followed
from mappings.mapping import compile_mapping
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.ledgers import ask
from tests.faults.places import Place, arrivals, look, sound, submitted, until
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.faults.test_gates import admitted, heard
from tests.waiting import eventually

pytestmark = ON_BOTH_WHEN_LONG
NONE: frozenset[str] = frozenset()
DECLARED = "follow: {first: 10m, most: 6h}"
QUICK = {DECLARED: "follow: {first: 100ms, most: 400ms}"}
PROGRESS = "case.progress"
GROWING = ("exchanges", "history", "bodies", "body_keys", "case_events", "audit_entries")


async def made(place: Place, changes: Mapping[str, str] = QUICK) -> Place:
    place.write({"sim-gd": changes})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest_asyncio.fixture(scope="module")
async def quick(tmp_path_factory, new_place) -> Place:
    """An installation that asks about its cases several times a second."""
    return await made(new_place(tmp_path_factory.mktemp("quick") / "place"))


@pytest.fixture
def place(quick, tmp_path) -> Place:
    return quick.copied(tmp_path / "place")


def rows(place: Place) -> dict[str, int]:
    return {table: ask(place.database, f"select count(*) from {table}")[0][0] for table in GROWING}


def followed(place: Place) -> list[Followed]:
    names = ", ".join(Followed._fields)
    return [
        Followed(*row) for row in ask(place.database, f"select {names} from followed_cases order by case_id")
    ]


def asked(simulator: Simulator) -> int:
    return arrivals(simulator, PROGRESS)


async def more_questions(simulator: Simulator, count: int = 2) -> None:
    before = asked(simulator)
    await eventually(lambda: asked(simulator) >= before + count)


def claimed_by_one_that_died(place: Place, *, long_ms: int) -> None:
    """long_ms: how long its lease goes on from now."""
    with closing(open_connection(place.database)) as connection:
        connection.begin()
        now_ms = now_ms_of(connection, wall_ms)
        found = rows_of_followed.claim(
            connection, "sim-gd", 9, owner="gone", now_ms=now_ms + 60_000, until_ms=now_ms + long_ms
        )
        connection.commit()
    assert found


async def is_open(gateway: Gateway, case_id: str) -> bool:
    found = await gateway.store.read(lambda connection: cases.by_id(connection, case_id))
    assert found is not None
    return bool(found.open)


async def test_a_case_is_followed_to_its_end_and_no_further(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        for state in ("signed", "accepted", "granted", "served"):
            simulator.ledger.move(delivered.ours, state)
            await more_questions(simulator, 1)
        await eventually(lambda: not followed(place))
        assert not await is_open(gateway, delivered.case_id)
        told = ask(place.database, "select kind from case_events order by place")
        assert {kind for (kind,) in told} >= {"signed", "accepted", "granted", "served"}
        before = asked(simulator)
        await asyncio.sleep(1.2)
        assert asked(simulator) == before
    sound(place)


async def test_while_nothing_new_is_told_questions_leave_nothing_behind(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        await submitted(gateway, case("gd-organization"))
        await eventually(lambda: followed(place)[0].unchanged >= 1)
        before = rows(place)
        await more_questions(simulator, 3)
        await eventually(lambda: followed(place)[0].unchanged >= 3)
        assert rows(place) == before
        assert before["exchanges"] == 2  # the submit, and what was told first
    sound(place)


async def test_a_change_leaves_one_question_and_its_events_with_their_entries(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        await eventually(lambda: followed(place)[0].unchanged >= 1)
        before = rows(place)
        simulator.ledger.move(delivered.ours, "signed")
        await eventually(lambda: rows(place)["case_events"] > before["case_events"])
        await eventually(lambda: followed(place)[0].unchanged >= 1)
        after = rows(place)
        assert after["exchanges"] == before["exchanges"] + 1
        assert after["audit_entries"] == before["audit_entries"] + 2  # exchange.read, case.event
        kinds = ask(place.database, "select body from audit_entries order by position desc limit 2")
        assert b"case.event" in bytes(kinds[0][0])
        assert b"exchange.read" in bytes(kinds[1][0])
    sound(place)


async def test_it_goes_on_after_a_restart_and_a_question_that_died_is_asked_again_after_its_lease(place):
    async with place.platforms("sim-gd") as simulators:
        simulator = simulators["sim-gd"]
        async with place.gateway() as gateway:
            delivered = await submitted(gateway, case("gd-organization"))
            await more_questions(simulator)
        before = asked(simulator)
        claimed_by_one_that_died(place, long_ms=2_000)
        async with place.gateway():
            await asyncio.sleep(1)
            assert asked(simulator) == before
            await more_questions(simulator, 1)
            simulator.ledger.move(delivered.ours, "served")
            await eventually(lambda: not followed(place))
    sound(place)


async def test_an_outage_is_counted_and_not_recorded_and_then_it_goes_on(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        await eventually(lambda: followed(place)[0].unchanged >= 1)
        before = rows(place)
        simulator.programme.add(step({"do": "reset_before", "operation": "*", "times": 0}, NONE, 0))
        await eventually(lambda: followed(place)[0].cause != "")
        await more_questions(simulator, 2)
        assert rows(place) == before
        simulator.programme.clear()
        await eventually(lambda: followed(place)[0].cause == "")
        assert rows(place) == before  # the same as before the outage
        simulator.ledger.move(delivered.ours, "served")
        await eventually(lambda: not followed(place))
    sound(place)


async def test_while_the_circuit_is_open_nobody_asks_and_a_question_may_close_it(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        gate = gateway.gates.gates["sim-gd"]
        simulator.programme.add(
            step({"do": "bar", "code": "4031", "operation": PROGRESS, "times": 2}, NONE, 0)
        )
        await eventually(lambda: gate.open_until_ms > 0)
        before = asked(simulator)
        await asyncio.sleep(1.2)
        assert (asked(simulator), followed(place)[0].cause) == (before, "barred")

        def over(tx):  # a minute later
            tx.connection._driver.execute("UPDATE circuits SET until_ms = 1")

        await gateway.store.write(over)
        await eventually(lambda: not gate.open_until_ms)
        simulator.ledger.move(delivered.ours, "served")
        await eventually(lambda: not followed(place))
    sound(place)


async def test_in_a_maintenance_window_nobody_asks(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator, gate = simulators["sim-gd"], gateway.gates.gates["sim-gd"]
        await submitted(gateway, case("gd-organization"))
        await more_questions(simulator, 1)
        gate.windows = (window("00:00-24:00"),)
        await asyncio.sleep(0.3)  # what was claimed before
        before = asked(simulator)
        await asyncio.sleep(1.2)
        assert asked(simulator) == before
        gate.windows = ()
        await more_questions(simulator)
    sound(place)


async def test_questions_keep_the_quota_and_leave_a_fifth_of_it_to_what_is_sent(new_place, tmp_path):
    """Twelve a minute: 3 submits, at most 10 for everything while questions are asked, then 2 more submits."""
    often = {DECLARED: "follow: {first: 50ms, most: 50ms}", "quota: 100000/h": "quota: 12/m"}
    place = await made(new_place(tmp_path / "place"), often)
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        for name in ("gd-organization", "gd-agent", "gd-minor"):
            assert (await submitted(gateway, case(name), f"key-{name}")).state == "delivered"
        await eventually(lambda: asked(simulator) >= 6)
        await asyncio.sleep(1.5)
        assert asked(simulator) + arrivals(simulator) <= 10
        for each in await admitted(gateway, 5, 2, "gd-agent"):
            await until(gateway, each, "delivered")
        assert asked(simulator) + arrivals(simulator) <= 12
    sound(place)


async def test_questions_wait_until_everything_that_is_to_be_sent_has_left(new_place, tmp_path):
    """Two slots: while cases wait for them, no followed case is asked about, however long it has been due."""
    place = await made(new_place(tmp_path / "place"), {**QUICK, "in_flight: 32": "in_flight: 2"})
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        await submitted(gateway, case("gd-organization"))
        await more_questions(simulator)
        simulator.programme.add(step({"do": "stall", "seconds": 0.2, "times": 0}, NONE, 0))
        found = await admitted(gateway, 0, 16, "gd-agent")
        begun = len(heard(simulator))
        for each in found:
            await until(gateway, each, "delivered")
        order = [str(each["operation"]) for each in simulator.ledger.arrivals(None)]
        last = max(number for number, operation in enumerate(order) if operation == "case.submit")
        assert order[begun:last].count("case.submit") > 8
        assert PROGRESS not in order[begun:last]
        await more_questions(simulator)
    sound(place)


async def test_a_case_that_ended_before_it_was_known_to_be_delivered_is_not_asked_about(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        delivered = await submitted(gateway, case("gd-person"))
        now_ms = gateway.clock_ms()
        await gateway.store.write(follow(delivered.case_id, [Told("returned", now_ms, "sim-gd", "1")]))
        assert not followed(place)  # in the commit of its end
        late = Followed(delivered.case_id, "sim-gd", delivered.id, due_ms=1)
        await gateway.store.write(lambda tx: rows_of_followed.begin(tx.connection, late))
        before = asked(simulators["sim-gd"])
        await eventually(lambda: not followed(place))
        assert asked(simulators["sim-gd"]) == before
    sound(place)


async def test_a_platform_that_does_not_declare_it_is_never_asked_by_itself(new_place, tmp_path):
    place = new_place(tmp_path / "place")
    place.write({"sim-gd": {DECLARED: "patience: 24h"}})
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        delivered = await submitted(gateway, case("gd-organization"))
        assert (await look(gateway, delivered.id)).state == "delivered"
        assert not followed(place)


async def test_an_answer_that_says_something_personal_is_recorded_each_time(place):
    async with place.gateway() as gateway:
        route = gateway.routes.followed("sim-gd")
        text = "mapping: sim-gd/case.progress.reply\nfrom: sim-gd/a@1\nto: canonical/progress@1\nfields: "
        plain = "{state: '=\"accepted\"', at: '=\"2026-11-20T10:15:00+08:00\"'"
        personal = plain + ", words: '=\"材料齐全\"'"
        for fields, kept in ((plain, [True, False]), (personal, [True, True])):
            reply = compile_mapping(
                "sim-gd/case.progress.reply.yaml", f"{text}{fields}}}\nexamples: []\n", {}
            )
            said = replace(route, reply=reply)
            before, found = "", []
            for _ in range(2):
                answer = Heard(gateway.papers.vault, before)
                found.append(answer.keeps(said, Reply("taken", raw=b"{}"), Fact("taken", at_ms=0)))
                before = answer.told
            assert found == kept


async def test_what_they_cannot_find_or_nobody_can_read_is_recorded_once(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        await submitted(gateway, case("gd-organization"))
        for what, cause in (({"do": "absent"}, "refused"), ({"do": "garbage", "take": False}, "garbled")):
            simulator.programme.clear()
            await eventually(lambda: followed(place)[0].cause == "" and followed(place)[0].unchanged >= 1)
            before = rows(place)["exchanges"]
            simulator.programme.add(step({**what, "operation": PROGRESS, "times": 0}, NONE, 0))
            await eventually(lambda cause=cause: followed(place)[0].cause == cause)
            await eventually(lambda: followed(place)[0].unchanged >= 2)
            assert rows(place)["exchanges"] == before + 1
    sound(place)


async def test_an_end_told_by_a_clock_that_is_ahead_counts_once_its_time_has_come(place):
    """Five minutes are what clocks may differ by; theirs is three seconds further ahead."""
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        delivered = await submitted(gateway, case("gd-organization"))
        at_ms = gateway.clock_ms() + APART_MS + 3_000
        add = "insert into states (number, state, at_ms) values (?, 'served', ?)"
        simulators["sim-gd"].ledger.ask(add, delivered.ours, at_ms)
        ignored = "select count(*) from case_events where cause = 'in_the_future'"
        await eventually(lambda: ask(place.database, ignored) == [(1,)])
        assert await is_open(gateway, delivered.case_id)
        await eventually(lambda: not followed(place))
        assert ask(place.database, ignored) == [(1,)]
        assert not await is_open(gateway, delivered.case_id)
        assert gateway.clock_ms() >= at_ms - APART_MS - 1_000  # their times are whole seconds
    sound(place)


@pytest.mark.parametrize("tells", [("accepted", "granted", "served"), ("served",)])
async def test_what_was_served_and_not_told_how_it_was_decided_is_asked_about_once_more(
    new_place, tmp_path, tells
):
    """A notice of the decision was lost, and the one of the service closed the case."""
    place = await made(new_place(tmp_path / "place"), {})
    async with place.platforms("sim-gd") as there, place.gateway() as gateway:
        done = await submitted(gateway, case("gd-organization"))
        for state in tells:
            there["sim-gd"].ledger.move(done.ours, state)
        now_ms = gateway.clock_ms()
        served = Told("served", now_ms, "sim-gd", "TZ1", seen_ms=now_ms)
        await gateway.store.write(follow(done.case_id, [served]))
        await eventually(lambda: not followed(place))
        assert asked(there["sim-gd"]) == 1
        kinds = {kind for (kind,) in ask(place.database, "select kind from case_events")}
        assert kinds >= set(tells)
        [(is_open,)] = ask(place.database, "select open from cases")
        assert not is_open
    sound(place)
