"""Shapes of the field, each as one declaration: what goes out, what an answer decodes to, what hostile ones do."""

import base64
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from aiohttp import web
from lxml import etree

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import NotDeclared, declare
from adapters.errors import Garbled, Unbuildable, Unencodable
from adapters.message import Access, Message, Reply, Request, Response
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, ROOT, SOAP, adapter, changed, go, platform_server

SUBMIT = "operations.case.submit"
FILE = {"$material": "f1", "as": "base64"}
PDF = b"%PDF\xfb\xff\xfe~~"  # its base64 has + and / and =


def submitting(transport: HttpTransport, base: dict[str, Any] = REST, **declared: Any) -> Adapter:
    document = base
    for name, value in declared.items():
        document = changed(document, f"{SUBMIT}.{name}", value)
    return adapter(document, transport, "http://h/base")


def encoded(speaking: Adapter, **document: Any) -> Request:
    return speaking.encode(Message("case.submit", document))


def judged(speaking: Adapter, body: bytes | str, kind: str = "application/json") -> Reply:
    raw = body if isinstance(body, bytes) else body.encode()
    return speaking.judged(Response(200, {"Content-Type": kind}, raw), "case.submit")


# ---- what is sent ----------------------------------------------------------------------------------------


def test_named_parts_of_a_form_are_constants_secrets_settings_fields_and_the_document(
    transport: HttpTransport,
) -> None:
    arguments = {
        "method": {"value": "case.submit"},
        "user": {"setting": "user"},
        "password": {"secret": "password"},
        "lsh": {"field": "head.lsh"},
        "biz": {"document": "json"},
    }
    document = {"head": {"lsh": "A&1"}, "xm": "张三"}
    form = parse_qs(encoded(submitting(transport, arguments=arguments), **document).body.decode())
    assert orjson.loads(form.pop("biz")[0]) == document
    assert form == {"method": ["case.submit"], "user": ["tongban"], "password": ["p"], "lsh": ["A&1"]}


def test_the_fields_of_a_document_stand_beside_credentials(transport: HttpTransport) -> None:
    arguments = {"licence": {"secret": "licence"}}
    request = encoded(submitting(transport, arguments=arguments), lsh="A 1", n=2, none=None)
    assert parse_qs(request.body.decode()) == {"lsh": ["A 1"], "n": ["2"], "licence": ["LIC-1"]}
    request = encoded(submitting(transport, arguments=arguments, sends="query"), lsh="A 1")
    assert (request.body, dict(request.url.query)) == (b"", {"lsh": "A 1", "licence": "LIC-1"})
    reading = changed(REST, "operations.case.progress.arguments", arguments)
    request = adapter(reading, transport).encode(Message("case.progress", {"caseNo": "A1", "x": "y"}))
    assert (request.url.path, dict(request.url.query)) == (
        "/api/v2/cases/A1",
        {"x": "y", "licence": "LIC-1"},
    )


def test_a_flat_form_is_sent_without_arguments(transport: HttpTransport) -> None:
    request = encoded(submitting(transport, sends="form"), xm="张三")
    assert parse_qs(request.body.decode()) == {"xm": ["张三"]}
    with pytest.raises(Unencodable):
        encoded(submitting(transport, sends="form"), cl=[])


def test_a_token_stands_beside_the_document_in_json(transport: HttpTransport) -> None:
    arguments = {"token": {"secret": "token"}, "params": {"document": "tree"}}
    request = encoded(submitting(transport, sends="json", arguments=arguments), currentpage=0)
    assert orjson.loads(request.body) == {"token": "demo-token", "params": {"currentpage": 0}}


def test_an_xml_body_is_written_in_the_charset_that_it_declares(transport: HttpTransport) -> None:
    speaking = submitting(transport, sends="xml", root="CASE", charset="gbk")
    request = encoded(speaking, XM="欧阳·喆", CL=[{"@XH": "1", "MC": "<证>"}])
    assert request.headers["Content-Type"] == "application/xml;charset=GBK"
    assert request.body.startswith(b'<?xml version="1.0" encoding="gbk"?><CASE>')
    assert "欧阳·喆".encode("gbk") in request.body
    root = etree.fromstring(request.body)  # libxml2 knows GBK by itself
    assert (root.findtext("XM"), root.find("CL").get("XH")) == ("欧阳·喆", "1")


@pytest.mark.parametrize(("charset", "name"), [("gb2312", "喆"), ("gbk", "䶮"), ("utf-8", "\ud800")])
def test_what_the_charset_of_a_body_lacks_is_named(transport: HttpTransport, charset: str, name: str) -> None:
    speaking = submitting(transport, sends="xml", root="CASE", charset=charset)
    with pytest.raises(Unencodable) as caught:
        encoded(speaking, XM=f"李{name}")
    assert {(each.path, each.code, each.facts["position"]) for each in caught.value.problems} >= {
        ("XM", "cannot_write", 2)
    }


def test_all_faults_of_an_xml_body_come_together(transport: HttpTransport) -> None:
    with pytest.raises(Unencodable) as caught:
        encoded(
            submitting(transport, sends="xml", root="R", charset="gbk"), XM="李䶮", BZ="\x07", **{"1": "x"}
        )
    assert {(each.path, each.code) for each in caught.value.problems} == {
        ("XM", "cannot_write"),
        ("BZ", "not_xml_text"),
        ("1", "not_xml_name"),
    }


def test_the_dot_of_names_has_the_bytes_that_java_means_by_it(transport: HttpTransport) -> None:
    body = encoded(submitting(transport, sends="xml", root="R", charset="gb2312"), XM="古丽·阿—").body
    assert b"\xa1\xa4" in body
    assert b"\xa1\xaa" in body
    rare = encoded(submitting(transport, sends="xml", root="R", charset="gb18030"), XM="䶮").body
    assert etree.fromstring(rare).findtext("XM") == "䶮"


@pytest.mark.parametrize(
    "declared",
    [
        {"arguments": {"biz": {"document": "json"}}},
        {"arguments": {"biz": {"document": "xml", "root": "R"}}},
        {"sends": "xml", "root": "R", "charset": "gbk"},
        {"sends": "form"},
    ],
    ids=["json in a form", "xml in a form", "xml", "flat form"],
)
async def test_a_file_arrives_whole_in_every_shape(
    transport: HttpTransport, declared: dict[str, Any]
) -> None:
    async def takes(request: Any, body: bytes) -> Any:
        return web.json_response({"code": "200", "data": {"caseNo": "T-1"}})

    async def material(name: str) -> bytes:
        return PDF

    document = REST
    for name, value in declared.items():
        document = changed(document, f"{SUBMIT}.{name}", value)
    async with platform_server(takes) as (address, seen):
        speaking = adapter(document, transport, address)
        await speaking.send(Message("case.submit", {"nr": FILE}), materials=material, go=go)
    body = seen[0][1]
    if b"=" in body and not body.startswith(b"<"):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        inner = form.get("biz", "")
        found = form.get("nr") or (
            orjson.loads(inner)["nr"]
            if inner.startswith("{")
            else etree.fromstring(inner.encode()).findtext("nr")
        )
    else:
        found = etree.fromstring(body).findtext("nr")
    assert base64.b64decode(found or "") == PDF


def test_a_file_has_no_place_in_a_url(transport: HttpTransport) -> None:
    with pytest.raises(Unencodable):
        adapter(REST, transport).encode(Message("case.progress", {"caseNo": "A1", "nr": FILE}))


async def test_nobody_forges_a_place_for_a_file_with_half_a_character(transport: HttpTransport) -> None:
    """In GBK 乼 ends with the byte of a `t`."""
    speaking = submitting(transport, sends="xml", root="R", charset="gbk")
    forged = bytes((0x81, ord("t"))).decode("gbk") + "ongbanMaterial000n0000x"
    request = encoded(speaking, XM=forged, NR=FILE)
    [hole] = request.holes
    assert request.body.count(hole.token) == 1


def test_a_field_that_an_argument_needs_is_asked_for(transport: HttpTransport) -> None:
    speaking = submitting(transport, arguments={"lsh": {"field": "lsh"}})
    with pytest.raises(Unencodable, match="lsh: needed_there"):
        encoded(speaking, other="x")


# ---- what is read ----------------------------------------------------------------------------------------

INNER = {"document": "xml", "at": "data", "in_place": "true"}


def of_inner(transport: HttpTransport, **answer: str) -> Adapter:
    taken = {"body": {"code": "200", "data.JG": "1"}, "reference": "data.BH"}
    refused = {"body": {"code": "500"}, "code": "code", "reason": "msg"}
    return submitting(transport, answer={**INNER, **answer}, taken=taken, refused=refused)


def test_a_document_in_a_string_is_read_beside_the_code_around_it(transport: HttpTransport) -> None:
    inner = '<?xml version="1.0" encoding="gb2312"?><R><JG>1</JG><BH>T-1</BH></R>'
    reply = judged(of_inner(transport), orjson.dumps({"code": "200", "data": inner}))
    assert (reply.verdict, reply.reference) == ("taken", "T-1")
    refusal = judged(of_inner(transport), b'{"code": "500", "msg": "no", "data": ""}')
    assert (refusal.verdict, refusal.reason) == ("refused", "no")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"code": "200", "data": "<R><JG>1</JG>"}, "garbled"),
        ({"code": "200", "data": '<!DOCTYPE R [<!ENTITY a "1">]><R><JG>&a;</JG></R>'}, "garbled"),
        ({"code": "200", "data": "  "}, "garbled"),
        ({"code": "200", "data": {"JG": "1", "BH": "T-1"}}, "garbled"),
        ({"code": "200"}, "undescribed"),
        ({"code": "200", "data": "<R><JG>2</JG><BH>T-1</BH></R>"}, "undescribed"),
        ({"code": "200", "data": "<R><JG>1</JG></R>"}, "no_reference"),
        ([], "undescribed"),
        ("x", "undescribed"),
    ],
)
def test_a_hostile_document_in_a_string_is_no_success(
    transport: HttpTransport, body: Any, cause: str
) -> None:
    reply = judged(of_inner(transport), orjson.dumps(body))
    assert (reply.verdict, reply.cause) == ("unknown", cause)


def test_a_document_that_is_escaped_once_more_is_undone_once(transport: HttpTransport) -> None:
    twice = "&lt;R&gt;&lt;JG&gt;1&lt;/JG&gt;&lt;BH&gt;A&amp;amp;B&lt;/BH&gt;&lt;/R&gt;"
    reply = judged(of_inner(transport, unescape="true"), orjson.dumps({"code": "200", "data": twice}))
    assert (reply.verdict, reply.reference) == ("taken", "A&B")
    assert judged(of_inner(transport), orjson.dumps({"code": "200", "data": twice})).cause == "garbled"


def test_json_in_the_string_element_of_an_xml_answer(transport: HttpTransport) -> None:
    speaking = submitting(transport, answer={"document": "json", "around": "xml"})
    body = '<string xmlns="http://tempuri.org/">{"code": "200", "data": {"caseNo": "T-1"}}</string>'
    assert judged(speaking, body, "text/xml; charset=utf-8").reference == "T-1"
    with pytest.raises(Garbled):
        speaking.decode(Response(200, {}, b"<a><b>1</b><c>2</c></a>"), "case.submit")


@pytest.mark.parametrize(
    ("kind", "declares", "encoding"),
    [
        ("application/xml;charset=GBK", "gbk", "gbk"),
        ("application/xml", "GB18030", "gb18030"),
        ("text/xml;charset=ISO-8859-1", "GBK", "gbk"),  # what Tomcat adds by itself
        ("application/xml;charset=UTF-8", "gbk", "utf-8"),  # the header knows what was sent
    ],
)
def test_an_xml_answer_is_read_in_its_charset(
    transport: HttpTransport, kind: str, declares: str, encoding: str
) -> None:
    body = f'<?xml version="1.0" encoding="{declares}"?><R><code>500</code><msg>欧阳喆·</msg></R>'
    speaking = submitting(
        transport, answer={"document": "xml"}, refused={"body": {"code": "500"}, "reason": "msg"}
    )
    reply = judged(speaking, body.encode(encoding), kind)
    assert (reply.verdict, reply.reason) == ("refused", "欧阳喆·")


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("application/xml;charset=UTF-8", "<R><code>200</code><msg>张</msg></R>".encode("gbk")),
        ("application/xml", b'<?xml version="1.0" encoding="klingon"?><R><code>200</code></R>'),
        ("application/xml;charset=GBK", b"<R><code>200</code><msg>\x81</msg></R>"),
    ],
)
def test_bytes_that_are_not_in_the_declared_charset_are_garbled(
    transport: HttpTransport, kind: str, raw: bytes
) -> None:
    assert judged(submitting(transport, answer={"document": "xml"}), raw, kind).cause == "garbled"


LABELLED = "<root><node><key label='BH'>T-1</key><key label='STATUS'>1</key><key label='BZ'/></node></root>"


def test_children_that_say_their_names_are_fields(transport: HttpTransport) -> None:
    answer = {"document": "xml", "label": "label"}
    speaking = submitting(transport, answer=answer, lists=["node"])
    read = speaking.decode(Response(200, {}, LABELLED.encode()), "case.submit")
    assert read == {"node": [{"BH": "T-1", "STATUS": "1", "BZ": ""}]}


def test_a_label_that_comes_twice_decides_nothing(transport: HttpTransport) -> None:
    taken = {"body": {"node.STATUS": "1"}, "reference": "node.BH"}
    speaking = submitting(transport, answer={"document": "xml", "label": "label"}, taken=taken)
    assert judged(speaking, LABELLED).verdict == "taken"
    forged = LABELLED.replace("<key label='BZ'/>", "<key label='STATUS'>0</key>")
    assert judged(speaking, forged).cause == "undescribed"


EPOINT = {
    "taken": {"body": {"status.code": "1", "custom.code": "1"}, "reference": "custom.flowsn"},
    "refused": {
        "body": {"status.code": "1", "custom.code": "0"},
        "code": "custom.code",
        "reason": "custom.text",
    },
    "barred": {"body": {"status.code": ["401", "403"]}, "code": "status.code"},
}


@pytest.mark.parametrize(
    ("status", "custom", "verdict"),
    [
        ({"code": 1}, {"code": 1, "flowsn": "T-1"}, "taken"),
        ({"code": "1"}, {"code": "0", "text": "no"}, "refused"),
        ({"code": 0}, {"code": 1, "flowsn": "T-1"}, "unknown"),  # one yes is none
        ({"code": 1}, {}, "unknown"),
        ({"code": 1}, None, "unknown"),
        ({"code": 401}, None, "barred"),
        ({"code": True}, {"code": True, "flowsn": "T-1"}, "unknown"),
        ({"code": 1}, {"code": 1}, "unknown"),
    ],
)
def test_of_two_codes_both_must_hold(
    transport: HttpTransport, status: Any, custom: Any, verdict: str
) -> None:
    speaking = submitting(transport, already=None, repeatable=None, later=None, **EPOINT)
    reply = judged(speaking, orjson.dumps({"status": status, "custom": custom}))
    assert reply.verdict == verdict


def test_soap_arguments_may_be_constants_settings_and_fields(transport: HttpTransport) -> None:
    arguments = {"licence": {"setting": "user"}, "information": {"field": "head.no"}}
    request = encoded(submitting(transport, SOAP, arguments=arguments), head={"no": "A1"})
    assert b"<licence>tongban</licence><information>A1</information>" in request.body


def test_columns_that_hold_documents_are_read_where_they_stand(transport: HttpTransport) -> None:
    """As an Inspur guide has them: LAW_XML, MATERIAL_XML …, each a text of labelled keys."""
    columns = ["data.LAW_XML", "data.MATERIAL_XML", "data.CONSULT_XML"]
    answer = {"document": "xml", "at": columns, "in_place": "true", "label": "label"}
    speaking = submitting(transport, answer=answer, lists=["data.MATERIAL_XML.node"])
    row = {
        "LAW_XML": "<root><node><key label='LAW_NAME'>行政许可法</key></node></root>",
        "MATERIAL_XML": "<root><node><key label='NAME'>申请表</key></node></root>",
        "CONSULT_XML": "",
    }
    read = speaking.decode(Response(200, {}, orjson.dumps({"data": row})), "case.submit")
    assert read["data"] == {
        "LAW_XML": {"node": {"LAW_NAME": "行政许可法"}},
        "MATERIAL_XML": {"node": [{"NAME": "申请表"}]},
        "CONSULT_XML": "",
    }
    with pytest.raises(Garbled):
        row["CONSULT_XML"] = "<root>"
        speaking.decode(Response(200, {}, orjson.dumps({"data": row})), "case.submit")


def test_a_document_inside_a_document_is_read_after_the_outer_one(transport: HttpTransport) -> None:
    answer = {"document": "json", "at": ["data", "data.inner"], "in_place": "true"}
    body = orjson.dumps({"data": orjson.dumps({"inner": '{"n": "1"}'}).decode()})
    read = submitting(transport, answer=answer).decode(Response(200, {}, body), "case.submit")
    assert read == {"data": {"inner": {"n": "1"}}}


def test_a_document_may_stand_in_its_place_in_a_soap_answer(transport: HttpTransport) -> None:
    answer = {"document": "xml", "at": "data", "in_place": "true"}
    taken = {"body": {"code": "0", "data.R.@CODE": "0"}, "reference": "data.BH"}
    speaking = submitting(transport, SOAP, answer=answer, taken=taken, lists=["data.R"])
    inner = "&lt;P&gt;&lt;BH&gt;T-1&lt;/BH&gt;&lt;R CODE='0'/&gt;&lt;/P&gt;"
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><submitCaseResponse>'
        f"<code>0</code><data>{inner}</data></submitCaseResponse></e:Body></e:Envelope>"
    )
    tree = speaking.decode(Response(200, {"Content-Type": "text/xml"}, body.encode()), "case.submit")
    assert tree == {"code": "0", "data": {"BH": "T-1", "R": [{"@CODE": "0"}]}}


@pytest.mark.parametrize("declared", [' soapAction="urn:sim-yb:SubmitCase"', ""])
def test_the_action_of_soap_1_2_is_a_parameter_where_there_is_one(
    transport: HttpTransport, declared: str
) -> None:
    contract = (ROOT / "mappings/examples/sim-yb/contract/service.wsdl").read_text("utf-8")
    document = changed(SOAP, "contract", "s.wsdl")
    operation = {"call": "QueryCase", "taken": {"body": {"Result.Code": "0000"}}}
    speaking = build(
        declare(changed(document, "operations", {"case.progress": operation})),
        access=Access("http://h"),
        transport=transport,
        clock_ms=lambda: 0,
        random=bytes,
        contract={"s.wsdl": contract.replace(' soapAction="urn:sim-yb:QueryCase"', declared)},
    )
    request = speaking.encode(Message("case.progress", {"Serial": "52042420261120000001"}))
    action = ';action="urn:sim-yb:SubmitCase"' if declared else ""
    assert request.headers["Content-Type"] == f"application/soap+xml;charset=UTF-8{action}"


# ---- what is told before anything runs --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"arguments": {"a": {}}}, "arguments.a: nothing in one argument"),
        ({"arguments": {"a": {"secret": "token", "value": "1"}}}, "secret and value in one argument"),
        ({"arguments": {"a": {"document": "tree"}}}, "only JSON carries a document as it is"),
        ({"sends": "xml"}, "sends: an XML document needs a root element"),
        ({"sends": "xml", "root": "R", "arguments": {"a": {"value": "1"}}}, "the document alone"),
        ({"call": "GET /x", "sends": "form"}, "GET has no body"),
        ({"answer": {"document": "json", "in_place": "true"}}, "answer: in place of what"),
        ({"sends": "telegram"}, "sends: literal error"),
        ({"answer": {"document": "json", "at": ["a", "b"]}}, "answer.at: one document can be the answer"),
        ({"root": "R"}, "root: a root element without an XML body"),
    ],
)
def test_a_shape_that_cannot_be_is_told_at_its_place(
    transport: HttpTransport, declared: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotDeclared, match=said):
        submitting(transport, **declared)


def test_what_only_rest_can_say_is_told_to_soap(transport: HttpTransport) -> None:
    with pytest.raises(NotDeclared, match="sends: soap knows no choice"):
        submitting(transport, SOAP, sends="json")
    with pytest.raises(NotDeclared, match="around: in soap it is what it is"):
        submitting(transport, SOAP, answer={"document": "xml", "around": "xml"})
    with pytest.raises(Unbuildable, match="no setting nobody"):
        submitting(transport, arguments={"a": {"setting": "nobody"}})


def test_whoever_serves_says_what(transport: HttpTransport) -> None:
    with pytest.raises(NotDeclared, match=r"serves\.0: neither a division nor items"):
        adapter(changed(REST, "serves", [{}]), transport)
    everywhere = adapter(changed(REST, "serves", [{"items": "0020*"}]), transport)
    assert everywhere.platform.serves[0].division is None
