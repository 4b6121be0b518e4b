"""What comes to a case later passes between two Tongbans as the case itself did."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio

from gateway.exchange.following import known_of, life_of
from gateway.store import cases
from gateway.store.connection import Connection
from tests.fakes.checks import CHINA
from tests.fakes.fixtures import case
from tests.gateways.stage import Line, Province, two_provinces
from tests.gateways.test_two_gateways import _newest
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

Two = tuple[Province, Province, Line]
MATERIALS = case("gd-person")["materials"]
OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "case.correct": ("correction", {"materials": MATERIALS, "form": {"summary": "更正后的摘要"}}),
    "case.supplement": ("supplement", {"materials": MATERIALS}),
    "case.withdraw": ("withdrawal", {"reason": "申请人另在户籍地办理"}),
}


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("later")) as provinces:
        yield provinces


async def write(guishan: Province, case_id: str, operation: str, key: str) -> tuple[int, dict[str, Any]]:
    path, said = OPERATIONS[operation]
    by = {"at": datetime.now(CHINA).isoformat(timespec="seconds"), "staff": "C0228"}
    return await guishan.ask("POST", f"/v1/cases/{case_id}/{path}", {**said, "by": by}, Idempotency_Key=key)


async def submitted(two: Two, key: str, *, owes: bool = False) -> tuple[str, Any]:
    """(the case here, the exchange by which the platform behind the other gateway has it)"""
    lingnan, guishan, _ = two
    document = case_of_somebody()
    if owes:
        document["materials"][0] |= {"files": [], "instead": {"kind": "owed", "until": "2099-12-31"}}
    status, exchange = await guishan.submit(document, key)
    assert status == 201, (exchange, exchange.get("problems"))
    return exchange["case"], await lingnan.gateway.store.read(_newest)


async def state_there(lingnan: Province, there: Any) -> str:
    """As the other gateway knows it by asking its platform."""

    def look(connection: Connection) -> str:
        found = cases.by_id(connection, there.case_id)
        assert found
        return life_of(known_of(connection, found)).state

    return await lingnan.gateway.store.read(look)


def changes(lingnan: Province, there: Any) -> list[dict[str, Any]]:
    return lingnan.simulator.ledger.changes(there.ours)


@pytest.mark.parametrize(
    ("operation", "before", "state"),
    [
        ("case.correct", ("signed", "correction_needed"), "corrected"),
        ("case.supplement", (), "handed_over"),
        ("case.withdraw", ("signed",), "withdrawn"),
    ],
)
async def test_it_reaches_the_platform_behind_once_though_the_first_answer_is_lost(
    two: Two, operation: str, before: tuple[str, ...], state: str
) -> None:
    lingnan, guishan, line = two
    here, there = await submitted(two, f"key-{operation}", owes=operation == "case.supplement")
    for each in before:
        await lingnan.moves(there.ours, each)
    async with asyncio.timeout(LONGEST_S):
        while before and await state_there(lingnan, there) != before[-1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    line.lose = 1
    status, told = await write(guishan, here, operation, f"key-{operation}-later")
    assert status in (201, 202), told
    assert (await guishan.ended(told["exchange"]))["state"] == "delivered"
    [change] = changes(lingnan, there)
    over_there = await lingnan.gateway.store.read(_newest)
    assert (change["operation"], change["key"], over_there.operation) == (operation, over_there.id, operation)
    assert (over_there.case_id, over_there.caller) == (there.case_id, "guishan")
    async with asyncio.timeout(LONGEST_S):
        while (shown := (await guishan.ask("GET", f"/v1/cases/{here}"))[1])["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert shown["duties"] == []


async def test_what_the_other_side_does_not_take_is_refused_with_its_code(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-unasked")
    status, problem = await write(guishan, here, "case.correct", "key-unasked-later")
    assert (status, problem["code"], problem["their_code"]) == (422, "platform_refused", "nothing_asked")
    assert changes(lingnan, there) == []
