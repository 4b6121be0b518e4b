"""SOAP: strings that hold documents, typed bodies, faults, answers that must not be believed."""

import base64
from typing import Any
from xml.sax.saxutils import escape

import pytest
from aiohttp import web
from lxml import etree

from adapters.base import Adapter
from adapters.errors import Garbled, Unbuildable, Unencodable
from adapters.message import Access, Message, Response
from adapters.soap import SoapAdapter
from adapters.transport import HttpTransport
from tests.adapters.peers import (
    CONTRACT,
    NOW_MS,
    OPERATIONS,
    SOAP,
    Shelf,
    adapter,
    changed,
    go,
    no_materials,
    platform_server,
)

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
TNS = "http://guishan.example/exchange"
XML = {"Content-Type": "text/xml;charset=UTF-8"}
DOCUMENT = {
    "HEAD": {"XM": "张三 <&>"},
    "DATA": {"RECORD": [{"@XH": "1", "CLMC": "申请表", "CLNR": {"$material": "f1", "as": "base64"}}]},
}


@pytest.fixture
def soap(transport: HttpTransport) -> Adapter:
    return adapter(SOAP, transport)


def enveloped(inner: str, operation: str = "submitCase", namespace: str = ENVELOPE) -> bytes:
    body = f'<n:{operation}Response xmlns:n="{TNS}">{inner}</n:{operation}Response>'
    return f'<S:Envelope xmlns:S="{namespace}"><S:Header/><S:Body>{body}</S:Body></S:Envelope>'.encode()


def package(code: str, *records: str) -> str:
    rows = "".join(f'<RECORD code="{each}">x</RECORD>' for each in records)
    head = f"<HEAD><CODE>{code}</CODE><MSG>说明</MSG><NO>G-1</NO></HEAD>"
    return f'<?xml version="1.0" encoding="GB2312"?><PACKAGE>{head}<DATA>{rows}</DATA></PACKAGE>'


def returning(text: str) -> bytes:
    return enveloped(f"<return>{escape(text)}</return>")


def arguments_of(body: bytes) -> dict[str, str]:
    call = etree.fromstring(body).find(f"{{{ENVELOPE}}}Body")[0]  # type: ignore[index]
    assert call.tag == f"{{{TNS}}}submitCase"
    return {each.tag: each.text for each in call}


def test_the_document_stands_as_declared_xml_inside_one_string(soap: Adapter) -> None:
    request = soap.encode(Message("case.submit", DOCUMENT))
    assert request.headers["SOAPAction"] == '""'
    assert request.headers["Content-Type"] == "text/xml;charset=UTF-8"
    arguments = arguments_of(request.body)
    assert list(arguments) == ["licence", "information"]
    assert arguments["licence"] == "LIC-1"
    assert arguments["information"].startswith(
        '<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD><XM>张三 &lt;'
    )
    assert request.fresh  # neither repeatable nor probed


def test_the_address_of_the_installation_counts_and_not_the_contracts(soap: Adapter) -> None:
    assert str(soap.encode(Message("case.submit", {})).url) == "http://127.0.0.1:1"


def test_a_name_that_gb2312_cannot_write_is_refused_by_character(soap: Adapter) -> None:
    with pytest.raises(Unencodable) as caught:
        soap.encode(Message("case.submit", {"HEAD": {"XM": "朱镕基"}, "DATA": {"BZ": "堃\x01"}}))
    found = [(each.path, each.code, each.facts.get("character")) for each in caught.value.problems]
    assert found == [
        ("DATA.BZ", "not_xml_text", None),
        ("HEAD.XM", "cannot_write", "镕"),
        ("DATA.BZ", "cannot_write", "堃"),
    ]


def test_a_charset_of_the_operation_counts_where_the_argument_declares_another(
    transport: HttpTransport,
) -> None:
    document = changed(SOAP, "operations.case.submit.charset", "gb2312")
    document = changed(document, "operations.case.submit.arguments.information.charset", "utf-8")
    with pytest.raises(Unencodable, match=r"HEAD\.XM: cannot_write"):
        adapter(document, transport).encode(Message("case.submit", {"HEAD": {"XM": "朱镕基"}}))


@pytest.mark.parametrize(
    ("body", "verdict", "cause"),
    [
        (returning(package("0", "0", "0")), "taken", "described"),
        (returning(package("0", "0")), "taken", "described"),
        (returning(package("0", "0", "12")), "unknown", "undescribed"),  # partly wrong
        (returning(package("0")), "unknown", "undescribed"),
        (returning(package("12", "0")), "refused", "described"),
        (returning(package("0", "0").replace("G-1", "")), "unknown", "no_reference"),
        (returning(package("0", "0").replace("x", "\ufffd")), "unknown", "garbled"),
        (returning("成功"), "unknown", "garbled"),
        (returning(""), "unknown", "garbled"),
        (returning("<!DOCTYPE a [<!ENTITY b 'c'>]><PACKAGE/>"), "unknown", "garbled"),
        (enveloped(""), "unknown", "garbled"),
        (enveloped(f"<a>{escape(package('0', '0'))}</a><b>0</b>"), "unknown", "garbled"),  # which text is it?
        (b"<html><body>OK</body></html>", "unknown", "garbled"),
        (b"<!DOCTYPE html><html/>", "unknown", "garbled"),
        (returning(package("0", "0"))[:-9], "unknown", "garbled"),
        (b"", "unknown", "undescribed"),
        (f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body/></S:Envelope>'.encode(), "unknown", "garbled"),
        (
            f'<Envelope xmlns="urn:x"><Body>{package("0", "0")[38:]}</Body></Envelope>'.encode(),
            "unknown",
            "garbled",
        ),
    ],
)
def test_every_answer_is_classified(soap: Adapter, body: bytes, verdict: str, cause: str) -> None:
    reply = soap.judged(Response(200, XML, body), "case.submit")
    assert (reply.verdict, reply.cause) == (verdict, cause)


def test_a_cdata_answer_and_another_envelope_version_read_the_same(soap: Adapter) -> None:
    cdata = enveloped(f"<return><![CDATA[{package('0', '0')}]]></return>")
    twelve = enveloped(
        f"<return>{escape(package('0', '0'))}</return>", namespace="http://www.w3.org/2003/05/soap-envelope"
    )
    for body in (cdata, twelve):
        assert soap.judged(Response(200, XML, body), "case.submit").reference == "G-1"


def test_an_answer_in_gbk_bytes_is_read_by_its_declaration(soap: Adapter) -> None:
    inner = escape(package("12"))
    text = f'<?xml version="1.0" encoding="GBK"?>{enveloped(f"<return>{inner}</return>").decode()}'
    reply = soap.judged(Response(200, {"Content-Type": "text/xml"}, text.encode("gbk")), "case.submit")
    assert (reply.verdict, reply.reason) == ("refused", "说明")


def test_an_attachment_answer_is_garbled(soap: Adapter) -> None:
    with pytest.raises(Garbled, match="multipart"):
        soap.decode(Response(200, {"Content-Type": "Multipart/Related; boundary=x"}, b"--x"), "case.submit")


FAULT_11 = (
    f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    "<faultstring>licence wrong</faultstring><detail><e><n>7</n></e></detail></s:Fault></s:Body></s:Envelope>"
)
FAULT_12 = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code>'
    '<s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="zh">错</s:Text></s:Reason>'
    "</s:Fault></s:Body></s:Envelope>"
)


def test_a_fault_is_a_tree_with_its_http_status(soap: Adapter) -> None:
    first = {"fault": {"code": "Client", "text": "licence wrong", "detail": {"e": {"n": "7"}}}}
    assert soap.decode(Response(500, XML, FAULT_11.encode()), "case.submit") == first
    second = {"fault": {"code": "Sender", "text": "错", "detail": None}}
    assert soap.decode(Response(500, XML, FAULT_12.encode()), "case.submit") == second
    reply = soap.judged(Response(500, XML, FAULT_11.encode()), "case.submit")
    assert (reply.verdict, reply.reason) == ("barred", "licence wrong")
    assert soap.judged(Response(500, XML, FAULT_12.encode()), "case.submit").verdict == "unknown"
    assert soap.judged(Response(200, XML, FAULT_11.encode()), "case.submit").verdict == "unknown"


async def test_over_the_wire_materials_are_spliced_into_the_inner_document(transport: HttpTransport) -> None:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        return web.Response(body=returning(package("0", "0")), headers=XML)

    async def material(name: str) -> bytes:
        return b"\x00\xff" * 100

    async with platform_server(answers) as (address, seen):
        reply = await adapter(SOAP, transport, address).send(
            Message("case.submit", DOCUMENT), materials=material, go=go
        )
    assert (reply.verdict, reply.reference) == ("taken", "G-1")
    inner = etree.fromstring(arguments_of(seen[0][1])["information"].partition("?>")[2])
    assert inner.findtext("DATA/RECORD/CLNR") == base64.b64encode(b"\x00\xff" * 100).decode()
    assert inner.findtext("HEAD/XM") == "张三 <&>"


async def test_signature_fields_stand_in_the_header_of_message_and_envelope(transport: HttpTransport) -> None:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        return web.Response(body=returning(package("0", "0")), headers=XML)

    shelf = Shelf()
    shelf._kept = "demo-secret"
    signed = changed(changed(SOAP, "auth", "gjgxjhpt"), "operations.case.submit.service", "s_demo_0001")
    async with platform_server(answers) as (address, seen):
        speaking = adapter(signed, transport, address, shelf)
        await speaking.send(Message("case.submit", {"a": "b"}), materials=no_materials, go=go)
    request, body = seen[0]
    header = etree.fromstring(body).find(f"{{{ENVELOPE}}}Header/tongtechheader")
    assert header is not None
    fields = {each.tag: each.text for each in header}
    assert fields["gjgxjhpt_sign"] == "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8="
    assert fields == {name: request.headers[name] for name in fields}
    assert fields["gjgxjhpt_rtime"] == str(NOW_MS)


@pytest.mark.parametrize(
    ("arguments", "path", "said"),
    [
        ({"license": {"secret": "licence"}}, "arguments.license", "did you mean licence?"),
        ({"licence": {"secret": "licence"}}, "arguments", "write information: …"),
        (
            {"licence": {"secret": "nobody"}, "information": {"document": "json"}},
            "arguments.licence",
            "name it",
        ),
    ],
)
def test_arguments_that_do_not_fit_the_contract_are_named(
    transport: HttpTransport, arguments: Any, path: str, said: str
) -> None:
    with pytest.raises(Unbuildable) as caught:
        adapter(changed(SOAP, "operations.case.submit.arguments", arguments), transport)
    assert ".".join(caught.value.path) == f"operations.case.submit.{path}"
    assert caught.value.write.startswith(said)


def test_a_call_that_is_not_in_the_contract_is_named_at_its_place(transport: HttpTransport) -> None:
    with pytest.raises(Unbuildable, match="did you mean submitCase") as caught:
        adapter(changed(SOAP, "operations.case.submit.call", "sumbitCase"), transport)
    assert caught.value.path == ("operations", "case.submit", "call")


def test_the_contract_lists_what_can_be_used(soap: Adapter) -> None:
    assert isinstance(soap, SoapAdapter)
    usable = [use.operation for use in soap.contract.uses if use.reason is None]
    assert usable == OPERATIONS
    assert CONTRACT
    assert "LIC-1" not in repr(Access("http://h", {}, {"licence": "LIC-1"}))


def test_what_a_fault_of_1_2_is_about_stands_in_its_innermost_subcode(soap: Adapter) -> None:
    inner = "<s:Subcode><s:Value>w:FailedCheck</s:Value></s:Subcode>"
    subcode = f"<s:Subcode><s:Value>w:FailedAuthentication</s:Value>{inner}</s:Subcode>"
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code>'
        f"<s:Value>s:Sender</s:Value>{subcode}</s:Code></s:Fault></s:Body></s:Envelope>"
    )
    fault = soap.decode(Response(400, XML, body.encode()), "case.submit")["fault"]
    assert (fault["code"], fault["subcode"], fault["text"]) == ("Sender", "FailedCheck", None)
    bare = body.replace(subcode, "").replace("<s:Value>s:Sender</s:Value>", "")
    assert soap.decode(Response(400, XML, bare.encode()), "case.submit")["fault"]["code"] is None
