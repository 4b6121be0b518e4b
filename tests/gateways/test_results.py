"""What became of a case passes between two Tongbans by itself, with its documents, whose digests are checked."""

import asyncio
import base64
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio

from tests.gateways.stage import Line, Province, two_provinces
from tests.gateways.test_two_gateways import _newest
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

Two = tuple[Province, Province, Line]
PDF = b"%PDF-1.4 decision of Lingnan"
FILE = {"name": "决定书.pdf", "content": base64.b64encode(PDF).decode()}
SAID = {
    "decision": {"number": "模决字〔2026〕0001号", "on": "2026-11-20"},
    "words": "符合法定条件",
    "documents": [
        {"kind": "decision", "name": "准予决定书", "file": FILE},
        {"kind": "licence", "name": "证照"},
    ],
}  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("results")) as provinces:
        yield provinces


async def submitted(two: Two, key: str) -> tuple[str, Any]:
    lingnan, guishan, _ = two
    status, exchange = await guishan.submit(case_of_somebody(), key)
    assert status == 201, exchange
    return exchange["case"], await lingnan.gateway.store.read(_newest)


async def says(lingnan: Province, number: str, state: str, **said: Any) -> None:
    at = f"{lingnan.simulator.control}/_sim/cases/{number}/result"
    async with lingnan.client.post(at, json=said) as response:
        response.raise_for_status()
    await lingnan.moves(number, state)


async def result(guishan: Province, case: str, *, kept: int = 1) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST_S):
        while True:
            _, found = await guishan.ask("GET", f"/v1/cases/{case}/result")
            if len(found["results"]) >= kept:
                return found
            await asyncio.sleep(0.1)


async def test_a_decision_arrives_with_its_document_and_once_it_is_served_nothing_is_kept_twice(
    two: Two,
) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-granted")
    await says(lingnan, there.ours, "granted", **SAID)
    [one] = (await result(guishan, here))["results"]
    assert (one["state"], one["source"], one["words"]) == ("granted", "lingnan", "符合法定条件")
    assert one["decision"]["number"] == "模决字〔2026〕0001号"
    assert [each["kind"] for each in one["documents"]] == ["decision", "licence"]
    file = one["documents"][0]["file"]
    assert (file["digest"], file["fault"]) == (f"sha-256:{sha256(PDF).hexdigest()}", None)
    headers = {"Authorization": "Bearer test-key-of-guichi"}
    async with guishan.client.get(guishan.address + file["link"], headers=headers) as answer:
        assert await answer.read() == PDF
    await lingnan.moves(there.ours, "served")
    found = await result(guishan, here, kept=2)
    assert found["served"]
    assert found["results"][1]["documents"] == []


async def test_why_it_was_refused_arrives_in_the_words_of_the_place_that_decides(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-refused-there")
    await says(lingnan, there.ours, "refused", reason="conditions_not_met", words="不符合第三条")
    found = await result(guishan, here)
    told = [(each["state"], each["reason"], each["words"]) for each in found["results"]]
    assert ("refused", "conditions_not_met", "不符合第三条") in told


async def test_until_it_has_ended_there_is_nothing_to_be_had(two: Two) -> None:
    lingnan, guishan, _ = two
    _, there = await submitted(two, "key-not-yet")
    headers = {"Authorization": "Bearer test-key-of-guishan"}
    address = f"{lingnan.address}/v1/cases/{there.case_id}/outcome"
    async with guishan.client.get(address, headers=headers) as answer:
        assert await answer.json() == {"case": there.case_id, "known": False, "result": None}
    headers = {"Authorization": "Bearer test-key-of-cixi"}
    async with guishan.client.get(address, headers=headers) as answer:
        assert answer.status == 404  # a case of another caller is as unknown as none
