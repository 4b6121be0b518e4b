"""What the place that decides says with a step is read in the province of the person: words, materials, why."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.gateways.stage import Line, Province, two_provinces
from tests.gateways.test_two_gateways import _known_here, _newest
from tests.inward.platform import UNIT, moment, notice_number, signed
from tests.web.people import case_of_somebody

Two = tuple[Province, Province, Line]
WANTED = [{"bm": "M02", "mc": "离职证明", "yy": "未盖章"}]
ASKED = [{"code": "M02", "name": "离职证明", "why": "未盖章"}]


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("told")) as provinces:
        yield provinces


async def told(lingnan: Province, ours: str, code: str, **said: Any) -> None:
    """The platform behind 岭南 calls in with a step."""
    record = {"tzbh": notice_number(), "sblsh": ours, "zt": code, "sj": moment(), **said}
    headers = {"Content-Type": "application/json", **signed()}
    body = json.dumps({"fsdw": UNIT, "lb": [record]})
    at = f"{lingnan.address}/inbound/sim-gd/cases/notices"
    async with lingnan.client.post(at, data=body, headers=headers) as response:
        document = await response.json()
        assert document["code"] == "200", document


async def submitted(two: Two, key: str) -> tuple[str, Any]:
    lingnan, guishan, _ = two
    status, exchange = await guishan.submit(case_of_somebody(), key)
    assert status == 201, exchange
    return exchange["case"], await lingnan.gateway.store.read(_newest)


async def progress(guishan: Province, case_id: str) -> dict[str, Any]:
    status, shown = await guishan.ask("GET", f"/v1/cases/{case_id}/progress")
    assert status == 200, shown
    found: dict[str, Any] = shown["progress"]
    return found


async def test_what_is_to_be_corrected_and_why_is_read_where_the_person_is(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-correct")
    await told(lingnan, there.ours, "28", sm="请一次补齐", bzqx="20990302", cl=WANTED)
    await _known_here(guishan, here, state="correction_needed", acts="applicant")
    said = await progress(guishan, here)
    assert (said["state"], said["words"]) == ("correction_needed", "请一次补齐")
    assert said["correction"] == {"due_on": "2099-03-02", "materials": ASKED}
    await told(lingnan, there.ours, "30", sm="已受理")
    await _known_here(guishan, here, state="accepted")
    said = await progress(guishan, here)
    assert (said["words"], "correction" in said) == ("已受理", False)


async def test_what_is_owed_beside_the_state_is_read_too_until_it_has_come(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-owed")
    await told(lingnan, there.ours, "30")
    await told(lingnan, there.ours, "44", sm="先予受理", bzqx="20990303", cl=WANTED)
    await _known_here(guishan, here, state="accepted", duties=["supplement"])
    said = await progress(guishan, here)
    assert said["supplement"] == {"due_on": "2099-03-03", "materials": ASKED}
    await told(lingnan, there.ours, "45")
    await _known_here(guishan, here, duties=[])
    assert "supplement" not in await progress(guishan, here)


async def test_why_the_time_was_extended_passes_with_the_new_day(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-extended")
    await told(lingnan, there.ours, "30")
    await told(lingnan, there.ours, "34", yqly="2", bzqx="20990305")
    events = (await progress(guishan, here))["events"]
    [extended] = [each for each in events if each["state"] == "extended"]
    assert (extended["due_on"], extended["ground"]) == ("2099-03-05", "examination")


async def test_the_words_of_an_ending_that_was_told_as_a_step_arrive_too(two: Two) -> None:
    lingnan, guishan, _ = two
    here, there = await submitted(two, "key-ended")
    await told(lingnan, there.ours, "91", sm="请向户籍地申请")
    async with asyncio.timeout(30):
        while True:
            _, found = await guishan.ask("GET", f"/v1/cases/{here}/result")
            if any(each["words"] for each in found["results"]):
                break
            await asyncio.sleep(0.1)
    assert (found["state"], found["results"][-1]["words"]) == ("returned", "请向户籍地申请")


async def test_who_reads_what_was_said_leaves_an_entry_over_there(two: Two) -> None:
    lingnan, _, _ = two
    _, there = await submitted(two, "key-read")
    await told(lingnan, there.ours, "28", sm="请补齐", bzqx="20990302")
    headers = {"Authorization": "Bearer test-key-of-guishan"}
    address = f"{lingnan.address}/v1/cases/{there.case_id}/told"
    async with lingnan.client.get(address, headers=headers) as answer:
        assert (await answer.json())["progress"]["words"] == "请补齐"
    ask = "SELECT body FROM audit_entries WHERE kind = 'notice.read' AND case_id = ?"
    rows = await lingnan.gateway.store.read(
        lambda connection: connection._driver.execute(ask, (there.case_id,)).fetchall()
    )
    assert rows and {json.loads(body)["actor"] for (body,) in rows} == {"k1"}
    async with lingnan.client.get(address, headers={"Authorization": "Bearer test-key-of-cixi"}) as answer:
        assert answer.status == 404
