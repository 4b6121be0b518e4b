"""The simulated Guishan platform reads gb2312 strictly, and takes twice what comes twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from lxml import etree

from tests.fakes import gx
from tests.fakes.callers import GuishanCaller, guishan_package
from tests.fakes.control import application
from tests.fakes.server import Simulator, running


@dataclass
class Desk:
    """The platform, a caller, and its control interface."""

    platform: Simulator
    caller: GuishanCaller

    async def tell(self, **step: object) -> int:
        async with self.caller.http.post(f"{self.platform.control}/_sim/programme", json=step) as response:
            return response.status

    async def counts(self) -> dict[str, object]:
        async with self.caller.http.get(f"{self.platform.control}/_sim/counts") as response:
            return dict(await response.json())


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with running(gx.simulator(), application) as platform, aiohttp.ClientSession() as http:
        yield Desk(platform, GuishanCaller(http, platform.address))


def number_in(package: str) -> str:
    return package.split("<GLBH>")[1].split("<")[0]


def codes(answer: etree._Element) -> list[str | None]:
    return [answer.findtext("HEAD/CODE"), *(record.get("CODE") for record in answer.findall("DATA/RECORD"))]


async def test_the_same_package_twice_is_taken_twice_and_shows_as_double(desk: Desk) -> None:
    package = guishan_package()
    first, second = [await desk.caller.submit(package) for _ in range(2)]
    assert codes(first) == ["0", "0", "0"]
    assert first.findtext("HEAD/YWLSH") != second.findtext("HEAD/YWLSH")
    counts = await desk.counts()
    assert (counts["takings"], counts["cases"], counts["doubled"]) == (2, 1, {number_in(package): 2})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SQRZJHM": "341702199312240727"}, "2004"),
        ({"SQRXM": ""}, "2004"),
        ({"SQRZJLX": "10"}, "2004"),
        ({"BJLX": "2"}, "2006"),
        ({"SXDM": "11450000007566021J2002006031000"}, "2006"),
        ({"SFYJ": "2"}, "2002"),
        ({"SJQHDM": "450100"}, "2007"),
        ({"XX": "1"}, "2002"),
    ],
)
async def test_one_wrong_record_refuses_the_whole_package(
    desk: Desk, change: dict[str, Any], code: str
) -> None:
    answer = await desk.caller.submit(guishan_package(1, **change))
    assert code in codes(answer)
    assert (await desk.counts())["takings"] == 0


async def test_the_string_must_be_gb2312_and_say_so(desk: Desk) -> None:
    lost = await desk.caller.submit(guishan_package(name="陶喆"))  # 喆 is in GBK only
    undeclared = await desk.caller.submit(guishan_package().replace("gb2312", "UTF-8"))
    entity = guishan_package().replace("<PACKAGE>", '<!DOCTYPE PACKAGE [<!ENTITY a "b">]><PACKAGE>')
    python = await desk.caller.submit(
        guishan_package(name="古丽・阿不都")
    )  # U+30FB: what A1A4 is to Python only
    for answer in (lost, undeclared, python, await desk.caller.submit(entity)):
        assert codes(answer) == ["2002", "2002"]


async def test_a_wrong_licence_is_barred_and_what_is_no_soap_is_a_fault(desk: Desk) -> None:
    desk.caller.licence = "WRONG"
    assert codes(await desk.caller.submit(guishan_package())) == ["1001"]
    status, fault = await desk.caller.call("removeCase", "x")
    assert (status, fault.findtext(".//faultcode")) == (500, "s:Client")


async def test_a_probe_sees_what_was_taken_and_absent_as_long_as_told(desk: Desk) -> None:
    package = guishan_package()
    number = number_in(package)
    assert codes(await desk.caller.query(number)) == ["2001"]
    await desk.caller.submit(package)
    await desk.tell(do="absent", number=number)
    assert codes(await desk.caller.query(number)) == codes(await desk.caller.query(number)) == ["2001"]
    await desk.caller.http.delete(f"{desk.platform.control}/_sim/programme")
    landed = await desk.caller.query(number)
    assert (landed.findtext("HEAD/CODE"), landed.findtext("DATA/RECORD/ZTDM")) == ("0", "01")
    await desk.tell(do="absent", for_s=0)
    assert codes(await desk.caller.query(number)) == ["0", "0"]


async def test_queries_may_lag_behind(tmp_path: Path) -> None:
    platform = gx.simulator(str(tmp_path / "sim.sqlite"), sync_s=0.3)
    async with running(platform, application), aiohttp.ClientSession() as http:
        caller, package = GuishanCaller(http, platform.address), guishan_package()
        await caller.submit(package)
        assert codes(await caller.query(number_in(package))) == ["2001"]
        await asyncio.sleep(0.3)
        assert codes(await caller.query(number_in(package))) == ["0", "0"]


async def test_a_licence_speaks_for_its_own_senders_only(desk: Desk) -> None:
    stranger = guishan_package().replace("<FSDWDM>11341702MB1A023179", "<FSDWDM>11310000MB2F30661Y")
    assert codes(await desk.caller.submit(stranger)) == ["1002"]


async def test_a_package_can_be_called_good_while_a_record_is_not(desk: Desk) -> None:
    await desk.tell(do="partly")
    assert codes(await desk.caller.submit(guishan_package())) == ["0", "0", "2005"]
    assert (await desk.counts())["takings"] == 0


async def test_the_contract_is_served(desk: Desk) -> None:
    async with desk.caller.http.get(f"{desk.platform.address}?wsdl") as response:
        assert b"submitCase" in await response.read()
    assert await desk.tell(do="already") == 400  # this platform knows no such answer
