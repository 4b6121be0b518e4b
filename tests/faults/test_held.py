"""A platform that neither deduplicates nor can be asked: what is unknown is held, and a person settles it."""

import asyncio

import orjson
import pytest

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange import entries as log_entries
from gateway.exchange import said
from gateway.model import Exchange
from gateway.store import bodies, exchanges
from gateway.store.cases import TICKETS
from gateway.store.store import Transaction
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.ledgers import ask, entries
from tests.faults.places import Place, arrivals, asked, kinds, look, sound, submitted, taken, until
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.forked import python
from tests.installation import CHECKOUT

pytestmark = ON_BOTH_WHEN_LONG
NONE: frozenset[str] = frozenset()
LOST = [{"do": "take_then_drop"}, {"do": "reset_after"}, {"do": "half_answer"}, {"do": "garbage"}]
LOST += [{"do": "status", "code": code} for code in (502, 504, 500, 503)] + [{"do": "redirect"}]


async def command(place: Place, *arguments: str) -> tuple[int, str]:
    """`tongban exchange …` beside the running gateway: (exit code, its results, or else what it said)."""
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", "exchange", *arguments, "--conf", str(place.conf),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=CHECKOUT,
    )  # fmt: skip
    results, talk = await child.communicate()
    return await child.wait(), (results or talk).decode()


async def held(gateway: Gateway, place: Place, do: str = "take_then_drop", **facts: object) -> Exchange:
    place.simulators["sim-bare"].programme.add(step({"do": do, **facts}, NONE, 0))
    found = await submitted(gateway, case("gd-person"))
    assert found.state == "held"
    return found


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: " ".join(map(str, fault.values())))
async def test_what_may_have_arrived_is_held_and_never_sent_again_by_itself(place, fault):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, place, **fault)
        await asyncio.sleep(0.6)  # the worker looks more than twice
        assert await look(gateway, found.id) == found
        assert arrivals(simulators["sim-bare"]) == 1
        (ticket,) = await gateway.store.read(lambda connection: connection.rows(TICKETS))
        assert found.id in ticket
    sound(place)


async def test_settled_as_taken_it_is_delivered_under_their_number_and_nothing_is_sent(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, place)
        settle = ("settle", found.id, "--taken", "B000001", "--reason", "电话核实", "--as", "auditor-1")
        assert await command(place, *settle) == (0, f"{found.id} delivered\n")
        settled = await look(gateway, found.id)
        assert (settled.state, settled.theirs) == ("delivered", "B000001")
        assert await gateway.store.read(lambda connection: connection.rows(TICKETS)) == []
        assert await gateway.papers.tree(found.id, "note/1") == {"actor": "auditor-1", "reason": "电话核实"}
        assert arrivals(simulators["sim-bare"]) == 1
        body = ask(place.database, "select body from audit_entries order by position desc limit 1")[0][0]
        assert orjson.loads(body)["actor"] == "auditor-1"
        assert "电话核实".encode() not in body  # free text is on the erasable side
        code, text = await command(place, *settle)
        assert code == 1 and "moved on" in text  # what is settled is not settled again
    sound(place)


async def test_settled_as_not_taken_it_is_sent_once_more(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, place, "reset_after")
        settle = ("settle", found.id, "--not-taken", "--send-again", "--reason", "对方未收到")
        assert (await command(place, *settle))[0] == 0
        await until(gateway, found.id, "delivered")
        assert await kinds(gateway, found.id) == ["unknown", "settled_again", "taken"]
        assert taken(simulators["sim-bare"]) == 1
        assert arrivals(simulators["sim-bare"]) == 2
        assert await gateway.store.read(lambda connection: connection.rows(TICKETS)) == []
    sound(place)


async def test_sent_again_and_lost_again_it_is_held_again(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, place, "reset_after", times=2)
        await said.settle(gateway.exchanges, found.id, "settled_again", reference="", actor="a", reason="r")
        await until(gateway, found.id, "held")
        assert arrivals(simulators["sim-bare"]) == 2
        (ticket,) = await gateway.store.read(lambda connection: connection.rows(TICKETS))
        assert found.id in ticket
    sound(place)


async def test_settled_as_stopped_it_is_abandoned_and_the_case_is_free_again(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, place, "reset_after")
        settle = ("settle", found.id, "--not-taken", "--stop", "--reason", "申请人撤回")
        assert await command(place, *settle) == (0, f"{found.id} abandoned\n")
        assert await gateway.store.read(lambda connection: connection.rows(TICKETS)) == []  # it was seen to
        again = await submitted(gateway, case("gd-person"), "key-0002")
        assert again.state == "delivered"
        assert taken(simulators["sim-bare"]) == 1
    sound(place)


async def test_settling_in_no_known_form_changes_nothing(place):
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        found = await held(gateway, place)
        unknown = [("--not-taken",), ("--taken", "B1", "--stop"), ("--send-again",), ()]
        free_text = [("--taken", ""), ("--taken", "电话里 张三说已收")]
        people = [("--taken", "B1", "--as", each) for each in ("张三", "34170219880315123X")]
        for form in (*unknown, *free_text, *people):
            code, _ = await command(place, "settle", found.id, *form, "--reason", "r")
            assert code == 2
        assert await look(gateway, found.id) == found


async def test_what_surely_did_not_arrive_can_be_withdrawn_and_is_never_sent(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        simulators["sim-bare"].programme.add(step({"do": "later", "after_s": 20}, NONE, 0))
        found, _ = await gateway.exchanges.admit(asked(gateway, case("gd-person"), "key-0001"))
        await until(gateway, found.id, "deferred")
        assert await command(place, "withdraw", found.id, "--as", "a") == (0, f"{found.id} withdrawn\n")
        await asyncio.sleep(2)
        assert arrivals(simulators["sim-bare"]) == 1
        assert taken(simulators["sim-bare"]) == 0
        assert (await submitted(gateway, case("gd-person"), "key-0002")).state == "delivered"
    sound(place)


@pytest.mark.parametrize("platform, name", [("sim-bare", "gd-person"), ("sim-gx", "gx-person")])
async def test_what_may_have_arrived_cannot_be_withdrawn(place, platform, name):
    async with place.platforms(platform) as simulators, place.gateway() as gateway:
        simulators[platform].programme.add(step({"do": "take_then_drop"}, NONE, 0))
        if platform == "sim-gx":  # nobody can be asked as yet, so it stays open
            simulators[platform].programme.add(step({"do": "status", "code": 502, "operation": "case.progress",
                                                     "times": 0}, NONE, 0))  # fmt: skip
        found, _ = await gateway.exchanges.admit(asked(gateway, case(name), "key-0001"))
        await until(gateway, found.id, "held", "deferred")
        with pytest.raises(Refusal) as refusal:
            await said.withdraw(gateway.exchanges, found.id, actor="a")
        assert refusal.value.code == "case_ended"
        simulators[platform].programme.clear()
        if platform == "sim-gx":
            await until(gateway, found.id, "delivered")
        assert taken(simulators[platform]) == 1
    sound(place)


async def second_write(gateway: Gateway, first: Exchange, place_: int = 2) -> Exchange:
    """A later write of the same case, as a correction would be: the same papers under an id of its own."""
    second = first._replace(
        id=f"{first.id[:-2]}X{place_}", place=place_, state="waiting", attempt=0, owner="", ours=f"X{place_}",
        due_ms=first.admitted_ms,
    )  # fmt: skip
    papers, prepared = gateway.papers, await gateway.preparation.case(
        asked(gateway, case("gd-person"), "key-none"), second.id
    )  # fmt: skip
    key, sealed, _ = await papers.seal(second, prepared)

    def work(tx: Transaction) -> None:
        exchanges.admit(tx.connection, second)
        bodies.add_key(tx.connection, second.id, key)
        bodies.add(tx.connection, second.id, sealed)
        tx.record(log_entries.admitted(second, prepared, key))

    await gateway.store.write(work)
    return second


async def test_a_later_write_of_a_case_waits_until_the_earlier_one_has_ended(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        first = await held(gateway, place, "reset_after")
        second = await second_write(gateway, first)
        await asyncio.sleep(1.5)
        assert (await look(gateway, second.id)).state == "waiting"
        assert arrivals(simulators["sim-bare"]) == 1
        await said.settle(gateway.exchanges, first.id, "settled_again", reference="", actor="a", reason="r")
        await until(gateway, second.id, "delivered")
        order = [each["number"] for each in simulators["sim-bare"].ledger.arrivals(None)]
        assert order == [first.ours, first.ours, first.id[:-2] + "X2"]
    sound(place)


async def test_a_waiting_write_can_be_withdrawn_and_the_next_one_still_waits_for_the_first(place):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        first = await held(gateway, place, "reset_after")
        second, third = await second_write(gateway, first), await second_write(gateway, first, 3)
        assert (await said.withdraw(gateway.exchanges, second.id, actor="a")).state == "withdrawn"
        await asyncio.sleep(1.2)
        assert (await look(gateway, third.id)).state == "waiting"
        await said.settle(gateway.exchanges, first.id, "settled_stop", reference="", actor="a", reason="r")
        await until(gateway, third.id, "delivered")
        assert arrivals(simulators["sim-bare"]) == 2
        assert entries(place.database, second.id) == ["exchange.admitted", "exchange.withdrawn"]
    sound(place)
