"""SOAP with typed bodies: the document is the body, checked whole against the contract before zeep writes it."""

import base64
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from yarl import URL

from adapters.build import build
from adapters.coherence import declare
from adapters.errors import Unencodable
from adapters.holes import filled
from adapters.message import Access, Message, Response
from adapters.soap import SoapAdapter
from adapters.transport import HttpTransport
from tests.adapters.peers import SOAP, changed

TYPED = (Path(__file__).parent / "typed.wsdl").read_text()
CASE: dict[str, Any] = {
    "sqr": {"@lx": "1", "xm": "张三", "sfzh": "11", "csrq": "1990-01-01"},
    "cl": [{"clmc": "甲", "fs": 2}, {"clmc": "乙"}],
    "jj": True,
    "bz": "x",
}


@pytest.fixture
def typed(transport: HttpTransport) -> SoapAdapter:
    document = changed(SOAP, "contract", "typed.wsdl")
    operation = {"call": "submit", "charset": "gbk", "taken": {"body": {"result.code": "0"}}}
    document = changed(
        document, "operations", {"case.submit": operation, "case.correct": {**operation, "call": "rpcSubmit"}}
    )
    speaking = build(
        declare(document),
        access=Access("http://127.0.0.1:1/typed"),
        transport=transport,
        contract={"typed.wsdl": TYPED},
        clock_ms=lambda: 0,
        random=bytes,
    )
    assert isinstance(speaking, SoapAdapter)
    return speaking


def body_of(raw: bytes) -> etree._Element:
    return etree.fromstring(raw)[0][0]


def problems(typed: SoapAdapter, document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Unencodable) as caught:
        typed.encode(Message("case.submit", document))
    return [(each.path, each.code) for each in caught.value.problems]


def test_a_document_becomes_the_body_by_its_types(typed: SoapAdapter) -> None:
    request = typed.encode(Message("case.submit", CASE))
    assert (request.url, request.headers["SOAPAction"]) == (
        URL("http://127.0.0.1:1/typed"),
        '"urn:typed#submit"',
    )
    body = body_of(request.body)
    names = {"t": "urn:typed"}
    assert body.tag == "{urn:typed}submit"
    assert body.xpath("string(t:sqr/@lx)", namespaces=names) == "1"
    assert body.xpath("t:sqr/*", namespaces=names)[0].text == "张三"
    assert [each.text for each in body.xpath("t:cl/t:clmc", namespaces=names)] == ["甲", "乙"]
    assert body.xpath("string(t:cl/t:fs)", namespaces=names) == "2"
    assert body.xpath("string(t:jj)", namespaces=names) == "true"


def test_every_fault_of_shape_is_told_at_once(typed: SoapAdapter) -> None:
    document = {
        "sqr": [{"xm": "张三", "sfzh": "1"}, {}],
        "cl": [{"clmc": {"x": "y"}}, {"mc": "甲"}, "text"],
        "jj": ["true"],
        "bz": "䶮",
        "qt": "?",
    }
    assert problems(typed, document) == [
        ("qt", "unknown_there"),
        ("sqr", "once_there"),
        ("cl.0.clmc", "not_allowed_there"),
        ("cl.1.mc", "unknown_there"),
        ("cl.1.clmc", "needed_there"),
        ("cl.2", "not_allowed_there"),
        ("jj", "once_there"),
        ("bz", "cannot_write"),
    ]


def test_required_attributes_and_elements_are_missed(typed: SoapAdapter) -> None:
    assert problems(typed, {}) == [("sqr", "needed_there")]  # bz may be nil, cl and jj may be absent
    assert problems(typed, {"sqr": {"sfzh": "1"}}) == [
        ("sqr.xm", "needed_there"),
        ("sqr.@lx", "needed_there"),
    ]


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("sqr", {"@lx": "1", "xm": "a"}, ("sqr", "not_allowed_there", {"type": "ELEMENT_CONTENT"})),
        (
            "sqr",
            {"@lx": "1", "xm": "a", "sfzh": "1", "hzh": "2"},
            ("sqr", "only_one_of_there", {"fields": "sfzh, hzh"}),
        ),
        ("sqr", {"@lx": "1", "xm": "金" * 11, "sfzh": "1"}, ("sqr.xm", "too_long_there", {"limit": 10})),
        ("sqr", {"@lx": "9", "xm": "a", "sfzh": "1"}, ("sqr.@lx", "not_allowed_there", {})),
        ("cl", [{"clmc": "a"}, {"clmc": "b", "fs": "two"}], ("cl.1.fs", "not_allowed_there", {})),
        ("cl", [{"clmc": "a", "nr": "plain text for xsd:base64Binary"}], ("cl.nr", "not_allowed_there", {})),
    ],
)
def test_what_zeep_would_let_pass_is_refused(
    typed: SoapAdapter, path: str, value: Any, problem: tuple[str, str, dict[str, Any]]
) -> None:
    with pytest.raises(Unencodable) as caught:
        typed.encode(Message("case.submit", {**CASE, path: value}))
    found = [(each.path, each.code, dict(each.facts)) for each in caught.value.problems]
    assert any(each[:2] == problem[:2] and problem[2].items() <= each[2].items() for each in found), found
    assert "金" not in repr(found)


async def test_a_material_in_base64_binary_is_encoded_once(typed: SoapAdapter) -> None:
    async def material(name: str) -> bytes:
        return b"\x00\x01\x02"

    document = {**CASE, "cl": [{"clmc": "a", "nr": {"$material": "f1", "as": "base64"}}]}
    request = await filled(typed.encode(Message("case.submit", document)), material)
    found = body_of(request.body).findtext("{urn:typed}cl/{urn:typed}nr")
    assert found == base64.b64encode(b"\x00\x01\x02").decode()


def test_rpc_bodies_are_written_too(typed: SoapAdapter) -> None:
    document = {"licence": "L", "sqr": {"@lx": "1", "xm": "张", "hzh": "2"}}
    body = body_of(typed.encode(Message("case.correct", document)).body)
    assert body.tag == "{urn:typed}rpcSubmit"
    assert body.findtext("licence") == "L"


def answer(inner: str) -> Response:
    text = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<submitResponse xmlns="urn:typed"><result>{inner}</result></submitResponse></s:Body></s:Envelope>'
    )
    return Response(200, {"Content-Type": "text/xml"}, text.encode())


@pytest.mark.parametrize(
    ("inner", "rows"),
    [
        ('<code>0</code><row code="1"/>', [{"@code": "1"}]),
        ('<code>0</code><row code="1"/><row code="2"/>', [{"@code": "1"}, {"@code": "2"}]),
        ("<code>0</code>", None),
    ],
)
def test_what_may_repeat_by_the_contract_is_a_list_even_of_one(
    typed: SoapAdapter, inner: str, rows: Any
) -> None:
    tree = typed.decode(answer(inner), "case.submit")
    assert tree["result"]["code"] == "0"
    assert tree["result"].get("row") == rows


def test_a_type_that_contains_itself_ends(typed: SoapAdapter) -> None:
    tree = typed.decode(answer("<code>0</code><next><tree><tree/></tree></next>"), "case.submit")
    assert tree["result"]["next"]["tree"] == [{"tree": []}]


def test_a_list_of_one_stays_a_list_at_any_depth(typed: SoapAdapter) -> None:
    deep = "<tree>" * 40 + "<tree/><tree/>" + "</tree>" * 40
    found = typed.decode(answer(f"<code>0</code><next>{deep}</next>"), "case.submit")["result"]["next"]
    for _ in range(40):
        assert len(found["tree"]) == 1
        found = found["tree"][0]
    assert found["tree"] == ["", ""]
