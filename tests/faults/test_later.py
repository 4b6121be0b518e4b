"""What comes to a case later keeps its order and is sent once, through lost answers, races and restarts."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.cases.later import CORRECT, SUPPLEMENT, WITHDRAW
from gateway.errors import Refusal
from gateway.exchange import said
from gateway.model import Exchange
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.conftest import NewPlace
from tests.faults.later import correction_asked, owing, told_there, writes_of, written
from tests.faults.ledgers import entries
from tests.faults.places import Place, asked, sound, submitted, taken, until

NONE: frozenset[str] = frozenset()
SOON = {"sim-gx": {"settled_after: 2s": "settled_after: 50ms", "patience: 24h": "patience: 1s"}}


@pytest_asyncio.fixture(scope="module")
async def impatient(tmp_path_factory, new_place) -> Place:
    """An installation that gives up asking what became of something after a second."""
    place = new_place(tmp_path_factory.mktemp("impatient") / "place")
    place.write(SOON, names=("sim-gd", "sim-gx"))
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


def operations(found: Sequence[Exchange]) -> list[tuple[str, str, int]]:
    return [(each.operation, each.state, each.place) for each in found]


async def test_a_withdrawal_waits_behind_a_correction_that_a_person_has_to_settle(impatient, tmp_path):
    place = impatient.copied(tmp_path / "place")
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        there = simulators["sim-gx"]
        first = await submitted(gateway, case("gx-person"))
        await correction_asked(gateway, there, first)
        there.programme.add(step({"do": "take_then_drop", "operation": CORRECT}, NONE, 0))
        there.programme.add(step({"do": "garbage", "operation": "case.change", "times": 0}, NONE, 0))
        correction = await written(gateway, CORRECT, first, "key-correct")
        await until(gateway, correction.id, "held")
        withdrawal = await written(gateway, WITHDRAW, first, "key-withdraw")
        assert (withdrawal.state, withdrawal.place) == ("waiting", 3)
        await asyncio.sleep(1.2)
        assert told_there(there) == [(CORRECT, correction.id)]
        await said.settle(
            gateway.exchanges, correction.id, "settled_taken", reference="GS1", actor="a", reason="r"
        )
        await until(gateway, withdrawal.id, "delivered")
        assert told_there(there) == [(CORRECT, correction.id), (WITHDRAW, withdrawal.id)]
    sound(place)


@pytest.mark.parametrize(
    "lost, attempts", [("take_then_drop", 2), ("reset_after", 4)]
)  # two probes, then again
async def test_a_lost_answer_to_a_correction_is_settled_by_a_question_about_this_very_correction(
    place, lost, attempts
):
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        there = simulators["sim-gx"]
        first = await submitted(gateway, case("gx-person"))
        await correction_asked(gateway, there, first)
        there.programme.add(step({"do": lost, "operation": CORRECT}, NONE, 0))
        correction = await written(gateway, CORRECT, first)
        assert (await until(gateway, correction.id, "delivered")).attempt == attempts
        assert told_there(there) == [(CORRECT, correction.id)]
    sound(place)


async def test_what_waits_is_still_there_after_a_restart_and_leaves_in_its_order(place):
    async with place.platforms("sim-gd") as simulators:
        there = simulators["sim-gd"]
        there.programme.add(step({"do": "busy", "times": 0}, NONE, 0))
        async with place.gateway() as gateway:
            first, _ = await gateway.exchanges.admit(asked(gateway, owing(), "key-0001"))
            await until(gateway, first.id, "deferred")
            supplement = await written(gateway, SUPPLEMENT, first)
            assert supplement.state == "waiting"
        async with place.gateway() as gateway:
            await asyncio.sleep(0.5)
            assert told_there(there) == []
            there.programme.clear()
            await until(gateway, supplement.id, "delivered")
            assert operations(await writes_of(gateway, first.case_id)) == [
                ("case.submit", "delivered", 1), (SUPPLEMENT, "delivered", 2),
            ]  # fmt: skip
    assert entries(place.database, supplement.id) == [
        "exchange.admitted", "exchange.sending", "exchange.delivered",
    ]  # fmt: skip
    sound(place)


async def test_a_withdrawal_at_any_moment_of_the_submit_leaves_nothing_behind(place):
    """It meets a submit that waits, leaves, or has arrived: nothing arrives, or it is withdrawn there, too."""
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        there = simulators["sim-gd"]
        for round_ in range(12):
            there.programme.add(step({"do": "busy", "times": 1 + round_ % 3}, NONE, 0))
            first, _ = await gateway.exchanges.admit(asked(gateway, case("gd-agent"), f"key-{round_:04d}"))
            await asyncio.sleep(round_ * 0.02)
            withdrawal = await written(gateway, WITHDRAW, first, f"key-w-{round_:04d}")
            first = await until(gateway, first.id, "delivered", "withdrawn")
            if first.state == "withdrawn":
                assert withdrawal.id == first.id
                assert there.ledger.reference_of(first.ours) is None
            else:
                await until(gateway, withdrawal.id, "delivered")
                assert there.ledger.states(first.ours)[-1][0] == "withdrawn"
            there.programme.clear()
    sound(place)


async def patient(new_place: NewPlace, folder: Path) -> Place:
    """An installation that waits an hour before it tries again: what was put off stays so."""
    place = new_place(folder / "place")
    place.write({"sim-gd": {"first: 50ms, most: 200ms": "first: 1h, most: 1h"}})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


async def test_what_waits_behind_a_case_that_a_person_has_stopped_ends_with_it(new_place, tmp_path):
    place = await patient(new_place, tmp_path)
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        there = simulators["sim-gd"]
        there.programme.add(step({"do": "busy", "times": 0}, NONE, 0))
        first, _ = await gateway.exchanges.admit(asked(gateway, owing(), "key-0001"))
        await until(gateway, first.id, "deferred")
        supplement = await written(gateway, SUPPLEMENT, first)
        await said.withdraw(gateway.exchanges, first.id, actor="a")
        assert (await until(gateway, supplement.id, "withdrawn")).cause == "case_not_there"
        with pytest.raises(Refusal) as refusal:
            await written(gateway, SUPPLEMENT, first, "key-more")
        assert refusal.value.code == "case_over"
        assert taken(there) == 0
    assert entries(place.database, supplement.id) == ["exchange.admitted", "exchange.withdrawn"]
    sound(place)


async def test_of_many_withdrawals_at_once_one_is_admitted_also_by_several_processes(place):
    async with AsyncExitStack() as stack:
        simulators = await stack.enter_async_context(place.platforms("sim-gd"))
        gateways = [await stack.enter_async_context(place.gateway())]
        if place.server:  # a file is one process's alone
            gateways.append(await stack.enter_async_context(place.gateway()))
        first = await submitted(gateways[0], case("gd-agent"))
        there = simulators["sim-gd"]
        there.programme.add(step({"do": "stall", "seconds": 0.5, "operation": WITHDRAW}, NONE, 0))
        asked_for = [written(gateways[n % len(gateways)], WITHDRAW, first, f"key-{n:04d}") for n in range(8)]
        found = await asyncio.gather(*asked_for, return_exceptions=True)
        admitted = [each for each in found if not isinstance(each, BaseException)]
        refused = [each.code for each in found if isinstance(each, Refusal)]
        assert (len(admitted), refused) == (1, ["write_open"] * 7)
        await until(gateways[0], admitted[0].id, "delivered")
        assert told_there(there) == [(WITHDRAW, admitted[0].id)]
    sound(place)


async def test_the_same_withdrawal_asked_for_several_times_at_once_is_one(new_place, tmp_path):
    place = await patient(new_place, tmp_path)
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulators["sim-gd"].programme.add(step({"do": "busy", "times": 0}, NONE, 0))
        waiting, _ = await gateway.exchanges.admit(asked(gateway, case("gd-agent"), "key-0001"))
        await until(gateway, waiting.id, "deferred")
        found = await asyncio.gather(*(written(gateway, WITHDRAW, waiting) for _ in range(6)))
        assert {(each.id, each.state) for each in found} == {(waiting.id, "withdrawn")}
        simulators["sim-gd"].programme.clear()
        first = await submitted(gateway, case("gd-agent"), "key-0002")
        found = await asyncio.gather(*(written(gateway, WITHDRAW, first, "key-other") for _ in range(6)))
        assert len({each.id for each in found}) == 1
        await until(gateway, found[0].id, "delivered")
        assert len(told_there(simulators["sim-gd"])) == 1
    sound(place)


async def test_a_platform_without_the_operation_is_not_told_and_the_caller_is_told_whom_to_turn_to(place):
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        first = await submitted(gateway, case("gd-person"))
        with pytest.raises(Refusal) as refusal:
            await written(gateway, WITHDRAW, first)
        assert refusal.value.code == "operation_not_offered"
        assert (refusal.value.facts["unit"], refusal.value.facts["number"]) == (first.unit, first.theirs)


async def test_a_correction_that_nobody_asked_for_leaves_where_the_platform_takes_it(tmp_path, new_place):
    place = new_place(tmp_path / "place")
    correct = "    message: contract/case.correct.schema.json    # 接口文档 3.5\n"
    place.write({"sim-gd": {correct: f"{correct}    unasked: 模拟：随时可以更正\n"}}, names=("sim-gd",))
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        first = await submitted(gateway, case("gd-agent"))
        correction = await written(gateway, CORRECT, first)
        refused = await until(gateway, correction.id, "refused")  # this one does not keep what it declares
        assert (refused.code, told_there(simulators["sim-gd"])) == ("5011", [])
        withdrawal = await written(gateway, WITHDRAW, first, "key-withdraw")  # the case is open all the same
        await until(gateway, withdrawal.id, "delivered")
