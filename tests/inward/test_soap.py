"""A platform tells over SOAP, with a client that shares nothing with the gateway: XML in a string, declared GBK."""

import asyncio
import json
import os
import re
import subprocess
from functools import partial
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import pytest
import requests
import zeep
from lxml import etree

from tests.adapters.node_peer import installed
from tests.inward.platform import moment, notice_number
from tests.waiting import LONGEST_S
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running

LICENCE = "GS-DEMO-LICENCE-0001"
UNIT = "11450000007565209D"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ENVELOPE_12 = "http://www.w3.org/2003/05/soap-envelope"
SPACE = "http://guishan.example/notice"
_SERIAL = count(1)


def package(
    *records: str, unit: str = UNIT, declaration: str = '<?xml version="1.0" encoding="gb2312"?>'
) -> str:
    inside = "".join(
        f'<TZJL SXH="{number}" LBDM="TZ01">{record}</TZJL>' for number, record in enumerate(records, 1)
    )
    head = f"<HEAD><BBH>1.0</BBH><FSDWDM>{unit}</FSDWDM></HEAD>"
    return f"{declaration}<PACKAGE>{head}<DATA>{inside}</DATA></PACKAGE>"


def record(number: str, state: str, **more: str) -> str:
    fields = {"TZBH": notice_number(), "GLBH": number, "ZTDM": state, "SJ": moment(), **more}
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


def told(text: str) -> tuple[str, list[tuple[str, str]]]:
    """(code of the package, (SXH, CODE) of its records)."""
    assert text.startswith('<?xml version="1.0" encoding="gb2312"?>')
    root = etree.fromstring(re.sub(r"^<\?xml.*?\?>", "", text))
    return root.findtext("HEAD/CODE"), [(each.get("SXH"), each.get("CODE")) for each in root.iter("RECORD")]


async def submitted(service: Running, key: str) -> dict[str, Any]:
    answer = await service.submit(case_of_somebody("gx-person"), key)
    assert answer.status == 201, answer.text
    document: dict[str, Any] = answer.document
    return document


async def shown(service: Running, case: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = (await service.ask("GET", f"/v1/cases/{case['case']}")).document
    return document


@pytest.fixture
async def client(service: Running) -> zeep.Client:
    """Made of the WSDL that the gateway gives, as a Java team would."""
    return await asyncio.to_thread(zeep.Client, f"{service.address}/soap/sim-gx?wsdl")


async def notify(client: zeep.Client, information: str, licence: str = LICENCE) -> str:
    call = partial(client.service.notifyCase, licence=licence, information=information)
    return await asyncio.to_thread(call)


async def post(
    service: Running, body: bytes, kind: str = "text/xml; charset=utf-8", path: str = "/soap/sim-gx"
) -> Answer:
    headers = {"Content-Type": kind, "SOAPAction": '""'}
    async with service.client.post(service.address + path, data=body, headers=headers) as response:
        return Answer(response.status, response.headers, await response.read())


def envelope(information: str, licence: str = LICENCE, space: str = ENVELOPE) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{space}"><s:Body>'
        f'<n:notifyCase xmlns:n="{SPACE}">'
        f"<licence>{licence}</licence><information>{information}</information></n:notifyCase></s:Body></s:Envelope>"
    ).encode()


async def test_zeep_tells_by_the_wsdl_that_the_gateway_gives(
    service: Running, client: zeep.Client, key: str
) -> None:
    case = await submitted(service, key)
    answer = await notify(client, package(record(case["numbers"]["ours"], "04", SM="已受理，请等候")))
    assert told(answer) == ("0", [("1", "0")])
    assert (await shown(service, case))["state"] == "accepted"


NODE = """
const soap = require("soap");
const [url, licence, information] = process.argv.slice(1);
soap.createClientAsync(url).then((client) => client.notifyCaseAsync({ licence, information }))
  .then(([answer]) => console.log(JSON.stringify(answer)));
"""


async def test_a_client_from_npm_tells_by_the_same_wsdl(service: Running, key: str) -> None:
    case = await submitted(service, key)
    information = package(record(case["numbers"]["ours"], "04", SM="&lt;&amp;&gt; 已受理"))
    command = ["node", "-e", NODE, f"{service.address}/soap/sim-gx?wsdl", LICENCE, information]
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
    assert told(answer["return"]) == ("0", [("1", "0")])
    assert (await shown(service, case))["state"] == "accepted"


async def test_the_wsdl_leads_back_to_where_it_was_fetched(service: Running, client: zeep.Client) -> None:
    assert client.service._binding_options["address"] == f"{service.address}/soap/sim-gx"


async def test_told_again_it_is_answered_word_for_word(
    service: Running, client: zeep.Client, key: str
) -> None:
    case = await submitted(service, key)
    information = package(record(case["numbers"]["ours"], "04"))
    first = await notify(client, information)
    before = await service.rows()
    assert await notify(client, information) == first
    assert await service.rows() == before


async def test_a_package_that_is_partly_wrong_is_answered_record_by_record(
    service: Running, client: zeep.Client, key: str
) -> None:
    case = await submitted(service, key)
    good = record(case["numbers"]["ours"], "04")
    answer = await notify(
        client, package(good, record("4" * 20, "04"), record(case["numbers"]["ours"], "77"))
    )
    assert told(answer) == ("3002", [("1", "3011"), ("2", "3011"), ("3", "3002")])
    answer = await notify(client, package(good, record("4" * 20, "04")))
    assert told(answer) == ("3006", [("1", "3011"), ("2", "3006")])
    assert (await shown(service, case))["state"] == "handed_over"


async def test_a_wrong_licence_is_told_in_the_envelope(service: Running, client: zeep.Client) -> None:
    assert told(await notify(client, package(record("4" * 20, "04")), licence="wrong")) == ("1001", [])


@pytest.mark.parametrize(
    "written",
    [
        lambda text: escape(text),
        lambda text: f"<![CDATA[{text}]]>",
        lambda text: escape(text.replace("gb2312", "GBK")),
        lambda text: escape(re.sub(r"^<\?xml.*?\?>", "", text)),
        lambda text: escape("\n  " + text),
    ],
    ids=["escaped", "CDATA", "declares GBK", "declares nothing", "after blanks"],
)
async def test_the_document_in_the_string_is_read_however_it_is_written(
    service: Running, key: str, written: Any
) -> None:
    case = await submitted(service, key)
    body = envelope(written(package(record(case["numbers"]["ours"], "04", SM="补正·材料——齐全"))))
    answer = await post(service, body)
    assert answer.status == 200
    assert (await shown(service, case))["state"] == "accepted"


async def test_an_envelope_in_gbk_and_one_of_soap_1_2_are_answered_in_kind(
    service: Running, key: str
) -> None:
    case = await submitted(service, key)
    text = envelope(escape(package(record(case["numbers"]["ours"], "02", SM="签收")))).decode()
    in_gbk = text.replace('encoding="UTF-8"', 'encoding="GBK"').encode("gbk")
    assert (await post(service, in_gbk, "text/xml; charset=GBK")).status == 200
    newer = envelope(escape(package(record(case["numbers"]["ours"], "04"))), space=ENVELOPE_12)
    answer = await post(service, newer, "application/soap+xml; charset=utf-8")
    assert (answer.status, answer.media) == (200, "application/soap+xml")
    assert ENVELOPE_12.encode() in answer.raw
    assert (await shown(service, case))["state"] == "accepted"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
STOLEN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<html/>",
        b"\x00\xff",
        BOMB.encode() + b"<x>&b;</x>",
        STOLEN.encode() + b"<x>&a;</x>",
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body/></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><other/></s:Body></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{ENVELOPE}">{"<a>" * 3000}{"</a>" * 3000}</s:Envelope>'.encode(),
    ],
)
async def test_what_is_no_envelope_of_theirs_is_a_fault(service: Running, body: bytes) -> None:
    answer = await post(service, body)
    assert (answer.status, answer.media) == (500, "text/xml")
    assert b"faultcode" in answer.raw


@pytest.mark.parametrize(
    ("information", "code"),
    [
        ("", "3001"),
        ("no xml", "3001"),
        (escape(BOMB + "<PACKAGE>&b;</PACKAGE>"), "3001"),
        (escape(STOLEN + "<PACKAGE><DATA><TZJL>&a;</TZJL></DATA></PACKAGE>"), "3001"),
        (escape("<PACKAGE>" * 2000 + "</PACKAGE>" * 2000), "3001"),
        ("<PACKAGE/>", "3001"),  # an element where a string belongs
        (escape("<PACKAGE/>"), "3003"),
        (escape("<PACKAGE><DATA><TZJL/></DATA></PACKAGE>"), "3003"),
        (escape("<PACKAGE><DATA>text</DATA></PACKAGE>"), "3003"),
    ],
)
async def test_a_document_that_cannot_be_read_is_refused_in_the_envelope(
    service: Running, information: str, code: str
) -> None:
    answer = await post(service, envelope(information))
    assert answer.status == 200
    assert f"&lt;CODE&gt;{code}&lt;/CODE&gt;" in answer.text


async def test_whoever_asks_for_no_wsdl_gets_none(service: Running) -> None:
    for path, status in (("/soap/sim-gx", 404), ("/soap/sim-gd?wsdl", 404), ("/soap/sim-gx?WSDL", 200)):
        answer = await asyncio.to_thread(requests.get, service.address + path, timeout=LONGEST_S)
        assert answer.status_code == status
