"""Contracts of differently built services, called for real: node-soap reads what we write, we read its answers.

It reads SOAP-encoded messages by their elements, whoever wrote them: our types, or a raw envelope.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.message import Access, Message
from adapters.transport import HttpTransport
from tests.adapters.contract.folders import FILES, FOLDER
from tests.adapters.node_peer import node_peer
from tests.adapters.peers import SOAP, changed, go, platform_server

RECEIPT = {"receipt": {"code": "0", "caseNo": "G-1"}}
CASE = {"sqrxm": "欧阳 <&>", "cl": {"item": [{"clmc": "甲"}, {"clmc": "乙"}]}}


async def nothing(name: str) -> bytes:
    return b"%PDF"


def adapter(address: str, contract: str, transport: HttpTransport, **operation: Any) -> Adapter:
    taken = {"body": {"*": "*"}} if "taken" not in operation else operation.pop("taken")
    document = changed(SOAP, "operations", {"case.submit": {**operation, "taken": taken}})
    return build(
        declare({**document, "contract": contract}),
        access=Access(address, {}, {}),
        transport=transport,
        clock_ms=lambda: 0,
        random=os.urandom,
        contract=FILES,
    )


def modern(tmp_path: Path) -> Path:
    """node-soap does not know the drafts of XML Schema."""
    text = (
        FILES["encoded.wsdl"].replace("1999/XMLSchema", "2001/XMLSchema").replace("timeInstant", "dateTime")
    )
    path = tmp_path / "encoded.wsdl"
    path.write_text(text, "utf-8")
    return path


def inner(value: Any) -> Any:
    """What node-soap makes of an encoded element, without the attributes that say its type."""
    if isinstance(value, dict):
        if "$value" in value:
            return value["$value"]
        return {key: inner(each) for key, each in value.items() if key != "attributes"}
    return [inner(each) for each in value] if isinstance(value, list) else value


async def test_an_encoded_message_by_its_types(transport: HttpTransport, tmp_path: Path) -> None:
    with node_peer(modern(tmp_path), {"submit": RECEIPT}, "/axis/services/Exchange") as peer:
        taken = {"body": {"receipt.code": "0"}, "reference": "receipt.caseNo"}
        speaker = adapter(peer.url, "encoded.wsdl", transport, call="submit", taken=taken)
        document = {"licence": "L", "case": {**CASE, "jj": True}}
        reply = await speaker.send(Message("case.submit", document), materials=nothing, go=go)
        assert (reply.verdict, reply.reference) == ("taken", "G-1"), reply.raw
        args = inner(peer.call()["args"])
    assert args["licence"] == "L"
    assert args["case"]["sqrxm"] == "欧阳 <&>"
    assert str(args["case"]["jj"]).lower() == "true"
    assert [each["clmc"] for each in args["case"]["cl"]["item"]] == ["甲", "乙"]


async def test_an_encoded_message_through_a_raw_envelope(transport: HttpTransport, tmp_path: Path) -> None:
    with node_peer(modern(tmp_path), {"submit": RECEIPT}, "/axis/services/Exchange") as peer:
        speaker = adapter(
            peer.url,
            "encoded.wsdl",
            transport,
            call="submit",
            envelope="encoded-envelope.xml",
            taken={"body": {"receipt.code": "0"}, "reference": "receipt.caseNo"},
        )
        document = {"licence": "L", "case": CASE}
        reply = await speaker.send(Message("case.submit", document), materials=nothing, go=go)
        assert (reply.verdict, reply.reference) == ("taken", "G-1"), reply.raw
        args = inner(peer.call()["args"])
    assert args["case"]["sqrxm"] == "欧阳 <&>"
    assert [each["clmc"] for each in args["case"]["cl"]["item"]] == ["甲", "乙"]


@pytest.mark.parametrize("port", ["ServiceSoap", "ServiceSoap12"])
async def test_both_versions_of_soap_of_an_asmx_contract(transport: HttpTransport, port: str) -> None:
    answers = {"Query": {"QueryResult": "好", "Row": ["1"]}}
    with node_peer(FOLDER / "asmx.wsdl", answers, "/Service.asmx") as peer:
        call = f"Service/{port}/Query"
        taken = {"body": {"QueryResult": "好"}}
        speaker = adapter(peer.url, "asmx.wsdl", transport, call=call, taken=taken)
        applicant = {
            "@lang": "zh",
            "Name": "欧阳",
            "Uscc": "91",
            "Agent": [{"@lang": "zh", "Name": "代理", "IdNumber": "1"}],
        }
        document = {"Kind": "P", "Applicant": applicant}
        reply = await speaker.send(Message("case.submit", document), materials=nothing, go=go)
        assert reply.verdict == "taken", reply.raw
        args = peer.call()["args"]
    assert reply.document["Row"] == ["1"]
    assert args["Applicant"]["Agent"][0]["Name"] == "代理"


@pytest.mark.parametrize(
    ("call", "path", "document", "answer"),
    [
        ("submit", "/case", {"sxbm": "440001", "sqrxm": "欧阳"}, {"code": "0", "number": "N-1"}),
        ("ask", "/plain", {"number": "N-1", "kind": "all"}, {"state": "受理"}),
    ],
)
async def test_a_contract_in_several_files_with_two_services(
    transport: HttpTransport, call: str, path: str, document: dict[str, str], answer: dict[str, str]
) -> None:
    with node_peer(FOLDER / "several/service.wsdl", {call: answer}, path) as peer:
        taken = {"body": dict(answer)}
        speaker = adapter(peer.url, "several/service.wsdl", transport, call=call, taken=taken)
        reply = await speaker.send(Message("case.submit", document), materials=nothing, go=go)
        assert reply.verdict == "taken", reply.raw
        assert inner(peer.call()["args"]) == document
    assert reply.document == answer


async def test_an_attachment_is_spliced_in_and_an_answer_in_parts_is_read(transport: HttpTransport) -> None:
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        '<r:putResponse xmlns:r="urn:attached">'
        '<code><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:c"/></code>'
        "</r:putResponse></e:Body></e:Envelope>"
    )
    parts = f"--b\r\nContent-ID: <e>\r\n\r\n{envelope}\r\n--b\r\nContent-ID: <c>\r\n\r\nDONE\r\n--b--"

    async def take(request: web.Request, body: bytes) -> web.Response:
        kind = 'multipart/related; start="<e>"; boundary=b'
        return web.Response(body=parts.encode(), headers={"Content-Type": kind})

    async with platform_server(take) as (address, seen):
        code = base64.b64encode(b"DONE").decode()
        speaker = adapter(address, "attached.wsdl", transport, call="put", taken={"body": {"code": code}})
        document = {"name": "x", "file": {"$material": "f1", "as": "base64"}}
        reply = await speaker.send(Message("case.submit", document), materials=nothing, go=go)
        assert reply.verdict == "taken", (reply.document, reply.raw)
        request, body = seen[0]
    assert request.content_type == "multipart/related"
    assert b"\r\n\r\n" + base64.b64encode(b"%PDF") + b"\r\n" in body
    assert json.dumps(reply.document) == json.dumps({"code": code})
