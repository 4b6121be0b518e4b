"""The simulated Lingnan platform checks what its interface document says, and counts by itself."""

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from tests.fakes import gd
from tests.fakes.callers import LingnanCaller, lingnan_case
from tests.fakes.checks import CHINA
from tests.fakes.control import application
from tests.fakes.server import Simulator, running


@dataclass
class Desk:
    """The platform, a caller with an open session, and its control interface."""

    platform: Simulator
    caller: LingnanCaller

    async def tell(self, **step: object) -> int:
        async with self.caller.http.post(f"{self.platform.control}/_sim/programme", json=step) as response:
            return response.status

    async def counts(self) -> dict[str, object]:
        async with self.caller.http.get(f"{self.platform.control}/_sim/counts") as response:
            return dict(await response.json())


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with running(gd.simulator(), application) as platform, aiohttp.ClientSession() as http:
        caller = LingnanCaller(http, platform.address)
        assert await caller.open() == "0"
        yield Desk(platform, caller)


def test_signature_and_sealing_agree_with_the_published_vectors() -> None:
    assert gd.sign("demo-secret", "s_demo_0001", "demo-rid-0001", "1600000000000") == (
        "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8="
    )
    assert gd.sealed("demo-appkey", "demo-session-secret") == "uaFCKHK/4nnDTN1rISjvBUB95eeLR16D4057zf0ZP/Q="


async def test_a_case_is_taken_once_and_the_second_time_known(desk: Desk) -> None:
    first, second = [await desk.caller.submit(lingnan_case()) for _ in range(2)]
    assert (first["code"], second["code"]) == ("200", "4091")
    assert first["data"] == second["data"]
    counts = await desk.counts()
    assert (counts["takings"], counts["cases"], counts["doubled"]) == (1, 1, {})
    assert counts["outcomes"] == {"case.submit already": 1, "case.submit taken": 1, "session session": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sqrzjhm": "341702198803151231"}, "5002"),  # check character is X
        ({"sqrzjhm": "341702880315123"}, "5002"),  # fifteen digits
        ({"sqrzjlx": "111"}, "5002"),  # our code, not theirs
        ({"sqrxm": "温若?"}, "5002"),  # a character was lost on the way
        ({"bjlx": "1"}, "5004"),  # the national code for 即办件 is their 承诺件
        ({"sxbbh": "4"}, "5004"),
        ({"sxssbm": "11440232007340216X4002014007001"}, "5003"),
        ({"sfkd": "0"}, "5007"),  # 是/否 is 1/2 here
        ({"sfkd": 2}, "5007"),  # text stays text
        ({"xzqhdm": "440233000000"}, "5006"),
        ({"fsdwdm": "11341702MB1A023178"}, "5006"),
        ({"sqyt": None}, "5001"),
        ({"clxx": []}, "5001"),
        ({"extra": "x"}, "5008"),
        ({"sblsh": "1"}, "5009"),
        ({"sqrzjhm": "330282201904223163", "sqrcsrq": None}, "5001"),  # a minor without guardian
        ({"sqyt": "甲" * 201}, "5007"),
    ],
)
async def test_what_the_document_does_not_allow_is_refused(
    desk: Desk, change: dict[str, Any], code: str
) -> None:
    answer = await desk.caller.submit(lingnan_case(**change))
    assert (answer["status"], answer["code"]) == (200, code)
    assert (await desk.counts())["takings"] == 0


async def test_a_material_that_is_not_what_it_says_is_refused(desk: Desk) -> None:
    for change in (
        {"wjzy": hashlib.sha256(b"").hexdigest()},
        {"wjgs": "png", "wjm": "证明.png"},
        {"wjnr": "%%"},
    ):
        case = lingnan_case()
        case["clxx"][0]["fj"][0].update(change)
        assert (await desk.caller.submit(case))["code"] == "5005"


async def test_credentials_are_checked_before_anything_else(desk: Desk) -> None:
    minute = 60_000
    now = time.time_ns() // 1_000_000
    late = await desk.caller.submit(lingnan_case(), at_ms=now - 6 * minute)
    seconds = await desk.caller.submit(lingnan_case(), at_ms=now // 1000)
    desk.caller.secret += "x"
    forged = await desk.caller.submit(lingnan_case())
    assert [late["code"], seconds["code"], forged["code"]] == ["401", "401", "401"]
    desk.caller.rid = "somebody-else"
    assert await desk.caller.open() == "E-106"
    assert (await desk.counts())["takings"] == 0


async def test_a_secret_ends_when_told_or_when_another_is_fetched(desk: Desk) -> None:
    assert await desk.tell(do="expire_secret") == 200
    assert (await desk.caller.submit(lingnan_case()))["code"] == "E-106"
    old = desk.caller.secret
    await desk.caller.open()
    assert (await desk.caller.submit(lingnan_case()))["code"] == "200"
    desk.caller.secret = old
    assert (await desk.caller.submit(lingnan_case()))["code"] == "401"


async def test_a_secret_has_a_life_of_its_own() -> None:
    credential = gd.Credential(secret_life_ms=-1)
    async with (
        running(gd.simulator(None, credential), application) as platform,
        aiohttp.ClientSession() as http,
    ):
        caller = LingnanCaller(http, platform.address)
        await caller.open()
        assert (await caller.submit(lingnan_case()))["code"] == "E-106"


async def test_progress_follows_what_the_authority_does(desk: Desk) -> None:
    case = lingnan_case()
    number = case["sblsh"]
    assert (await desk.caller.progress(number))["code"] == "5404"
    taken = await desk.caller.submit(case)
    async with desk.caller.http.post(
        f"{desk.platform.control}/_sim/cases/{number}/state", json={"state": "accepted"}
    ) as response:
        assert response.status == 200
    found = (await desk.caller.progress(number))["data"]
    assert (found["caseNo"], found["zt"], [step["zt"] for step in found["lc"]]) == (
        taken["data"]["caseNo"],
        "30",
        ["24", "30"],
    )


async def test_a_day_is_listed_page_by_page_to_an_empty_one(desk: Desk) -> None:
    desk.platform.dialect.page_rows = 2  # type: ignore[attr-defined]
    numbers = [lingnan_case(serial)["sblsh"] for serial in (1, 2, 3)]
    for serial in (1, 2, 3):
        await desk.caller.submit(lingnan_case(serial))
    day = f"{datetime.now(CHINA):%Y%m%d}"
    pages = [(await desk.caller.listed(rq=day, ys=str(page)))["data"] for page in (1, 2, 3)]
    assert [page["zs"] for page in pages] == ["3", "3", "3"]
    assert [[row["sblsh"] for row in page["lb"]] for page in pages] == [numbers[:2], numbers[2:], []]
    assert pages[0]["lb"][0] == {
        "sblsh": numbers[0], "caseNo": "LN44023200000001", "zt": "24", "ztmc": "待接件",
        "jssj": pages[0]["lb"][0]["jssj"],
    }  # fmt: skip
    assert (await desk.caller.listed(rq="20200101", ys="1"))["data"] == {"zs": "0", "lb": []}


@pytest.mark.parametrize(
    "query",
    [
        {"rq": "2026-11-20", "ys": "1"},
        {"rq": "20261131", "ys": "1"},
        {"rq": "20261120", "ys": "0"},
        {"rq": "20261120"},
        {"rq": "20261120", "ys": "1", "xzqhdm": "440232"},
    ],
)
async def test_a_list_that_the_document_does_not_describe_is_refused(
    desk: Desk, query: dict[str, str]
) -> None:
    assert (await desk.caller.listed(**query))["code"] == "5007"


async def test_already_can_be_told_for_a_case_that_was_never_sent(desk: Desk) -> None:
    await desk.tell(do="already")
    assert (await desk.caller.submit(lingnan_case()))["code"] == "4091"
    assert (await desk.counts())["takings"] == 1


async def test_steps_wait_for_their_number_or_their_text(desk: Desk) -> None:
    await desk.tell(do="refuse", number=lingnan_case(2)["sblsh"], code="5010", reason="不在受理范围")
    await desk.tell(do="later", match="郑允行", after_s=7)
    assert (await desk.caller.submit(lingnan_case(1)))["code"] == "200"
    refused = await desk.caller.submit(lingnan_case(2))
    assert (refused["code"], refused["msg"]) == ("5010", "不在受理范围")
    later = await desk.caller.submit(lingnan_case(3, sqrxm="郑允行"))
    assert (later["status"], later["code"]) == (429, "5030")
    assert (await desk.caller.submit(lingnan_case(2)))["code"] == "200"


async def test_an_unknown_behaviour_is_refused_with_the_known_ones(desk: Desk) -> None:
    assert await desk.tell(do="explode") == 400
    assert await desk.tell(do="partly") == 400  # SOAP dialect only
