"""A platform calls in by a WSDL with types: foreign clients made of what the gateway gives are answered by them."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zeep
from aiohttp import web

from gateway.model import Exchange
from gateway.web.app import Service
from tests.adapters.node_peer import installed
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted
from tests.inward.platform import moment, notice_number
from tests.inward.test_soap import LICENCE, UNIT
from tests.waiting import LONGEST_S

STRINGS = """\
  contract: contract/notify.wsdl
  calls:
    case.notify:
      call: notifyCase
      arguments:
        licence: {secret: licence}
        information: {document: xml}
      lists: [DATA.TZJL]
      records: DATA.TZJL
      answer: {document: xml, message: contract/notify.answer.xsd, root: PACKAGE, charset: gb2312}
    case.parcel:
      call: notifyParcel
      arguments:
        licence: {secret: licence}
        information: {document: xml}
      lists: [DATA.JJJL, DATA.JJJL.NJ]
      records: DATA.JJJL
      answer: {document: xml, message: contract/notify.answer.xsd, root: PACKAGE, charset: gb2312}
    visit.redeem:                   # 全程网办：到访者持身份票据而来，网站询问来人
      call: redeemTicket
      arguments:
        licence: {secret: licence}
        information: {document: xml}
      answer: {document: xml, message: contract/redeem.answer.xsd, root: PACKAGE, charset: gb2312}
"""
TYPED = """\
  contract: contract/notify.wsdl
  calls:
    case.notify:
      call: notifyCase
      arguments:
        licence: {secret: licence}
      lists: [DATA.TZJL]
      records: DATA.TZJL
"""


@dataclass(frozen=True, slots=True)
class Typed:
    """A running gateway whose platform calls by types, and a case that it has."""

    wsdl: str
    case: Exchange


@pytest.fixture(scope="module")
async def typed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Typed]:
    folder = tmp_path_factory.mktemp("typed") / "place"
    folder.mkdir()
    place = Place(folder)
    place.write({"sim-gx": {STRINGS: TYPED}}, names=("sim-gx",))
    declared = folder / "platforms" / "sim-gx"
    assert TYPED in (declared / "platform.yaml").read_text("utf-8")
    (declared / "contract" / "notify.wsdl").write_text(
        (Path(__file__).parent / "typed.wsdl").read_text("utf-8")
    )
    async with place.platforms("sim-gx"), place.gateway() as gateway:
        runner = Service(gateway).runner()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        exchange = await submitted(gateway, case("gx-person"))
        yield Typed(f"http://127.0.0.1:{runner.addresses[0][1]}/soap/sim-gx?wsdl", exchange)
        await runner.cleanup()


def message(*notices: tuple[str, str]) -> dict[str, Any]:
    """(number, state) of each."""
    records = [
        {"SXH": place, "LBDM": "TZ01", "TZBH": notice_number(), "GLBH": number, "ZTDM": state, "SJ": moment()}
        for place, (number, state) in enumerate(notices, 1)
    ]
    return {"licence": LICENCE, "HEAD": {"BBH": "1.0", "FSDWDM": UNIT}, "DATA": {"TZJL": records}}


async def test_zeep_calls_and_reads_the_answer_by_the_types_of_the_wsdl(typed: Typed) -> None:
    client = await asyncio.to_thread(zeep.Client, typed.wsdl)  # it holds every answer against the types
    said = message((typed.case.ours, "02"), (typed.case.ours, "04"))
    answer = await asyncio.to_thread(partial(client.service.notifyCase, **said))
    assert (answer.HEAD.CODE, len(answer.HEAD.YWLSH)) == ("0", 26)
    assert [(each.SXH, each.CODE) for each in answer.DATA.RECORD] == [(1, "0"), (2, "0")]
    wrong = await asyncio.to_thread(
        partial(client.service.notifyCase, **message((typed.case.ours, "04"), ("4" * 20, "04")))
    )
    assert (wrong.HEAD.CODE, [each.CODE for each in wrong.DATA.RECORD]) == ("3006", ["3011", "3006"])
    barred = await asyncio.to_thread(partial(client.service.notifyCase, **{**said, "licence": "wrong"}))
    assert (barred.HEAD.CODE, barred.HEAD.YWLSH) == ("1001", None)


NODE = """
const soap = require("soap");
const [url, said] = process.argv.slice(1);
soap.createClientAsync(url).then((client) => client.notifyCaseAsync(JSON.parse(said)))
  .then(([answer]) => console.log(JSON.stringify(answer)));
"""


async def test_a_client_from_npm_calls_and_reads_the_answer_by_the_same_types(typed: Typed) -> None:
    said = message((typed.case.ours, "04"), ("4" * 20, "04"))
    records = [
        {"attributes": {name: each.pop(name) for name in ("SXH", "LBDM")}, **each}
        for each in said["DATA"]["TZJL"]
    ]
    said["DATA"]["TZJL"] = records
    command = ["node", "-e", NODE, typed.wsdl, json.dumps(said)]
    environment = {**os.environ, "NODE_PATH": str(installed())}
    run = partial(
        subprocess.run,
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=True,
    )
    answer = json.loads((await asyncio.to_thread(run)).stdout)
    assert answer["HEAD"]["CODE"] == "3006"
    told = [each["attributes"] for each in answer["DATA"]["RECORD"]]
    assert [(str(each["SXH"]), each["CODE"]) for each in told] == [("1", "3011"), ("2", "3006")]
