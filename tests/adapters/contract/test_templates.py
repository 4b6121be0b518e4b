"""Raw envelopes: one marked place, members in the order of the mapping, names and attributes from examples."""

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import NotDeclared, declare
from adapters.contract.own import by_template
from adapters.contract.template import Template
from adapters.errors import Unbuildable, Unencodable
from adapters.message import Access, Message
from adapters.transport import HttpTransport
from tests.adapters.contract.folders import FILES
from tests.adapters.peers import SOAP

PATH = "encoded-envelope.xml"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
ARRAY = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
TEMPLATE = Template(PATH, FILES)
OWN = by_template(TEMPLATE, None, None)


def submit(document: dict[str, Any], charset: str = "utf-8") -> etree._Element:
    body, _ = OWN.written(document, charset)
    [element] = etree.fromstring(body)[1]
    return element


def test_members_stand_in_the_order_of_the_mapping_with_what_the_examples_show() -> None:
    items = [{"clmc": "甲"}, {"clmc": "乙", "fs": 2}]
    element = submit({"case": {"cl": {"item": items}, "sqrxm": "欧阳 <&>"}, "licence": "L", "more": "x"})
    assert [each.tag for each in element] == ["case", "licence", "more"]
    case, licence, more = element
    assert [each.tag for each in case] == ["cl", "sqrxm"]
    assert (case[1].text, case[1].get(XSI), licence.get(XSI)) == ("欧阳 <&>", "xsd:string", "xsd:string")
    assert (case[0].get(ARRAY), [each[0].text for each in case[0]]) == ("n:Material[2]", ["甲", "乙"])
    assert case[0][1][1].get(XSI) is None
    assert (more.text, dict(more.attrib)) == ("x", {})


def test_the_rest_of_the_envelope_is_sent_as_it_stands() -> None:
    body, headers = OWN.written({}, "utf-8")
    root = etree.fromstring(body)
    assert root[0][0].text == "T-1"
    assert b"tongban" not in body.replace(b'xmlns:t="urn:tongban:envelope"', b"")
    assert b"LIC" not in body
    assert headers["SOAPAction"] == '""'


def test_what_is_absent_is_left_out_and_attributes_are_written() -> None:
    element = submit({"licence": None, "case": {"@id": "7", "sqrxm": {"@type": "n:Name", "#text": "甲"}}})
    assert [each.tag for each in element] == ["case"]
    assert element[0].get("id") == "7"
    assert (element[0][0].text, element[0][0].get(XSI)) == ("甲", "n:Name")


@pytest.mark.parametrize(
    ("document", "charset", "found"),
    [
        ({"case": {"sqrxm": "a\x00b"}}, "utf-8", ("case.sqrxm", "not_xml_text")),
        ({"case": {"sqrxm": "喆"}}, "gb2312", ("case.sqrxm", "cannot_write")),
        ({"a b": "x"}, "utf-8", ("a b", "not_xml_name")),
        ({"n:a": "x"}, "utf-8", ("n:a", "not_xml_name")),
        ({"case": {"@id": {"x": "y"}}}, "utf-8", ("case.@id", "not_text")),
        ({"case": [["x"]]}, "utf-8", ("case.0", "not_text")),
        ({"case": 1.5}, "utf-8", ("case", "not_text")),
    ],
)
def test_what_cannot_be_written_is_named_before_a_byte_is_made(
    document: dict[str, Any], charset: str, found: tuple[str, str]
) -> None:
    with pytest.raises(Unencodable) as caught:
        OWN.written(document, charset)
    assert found in [(each.path, each.code) for each in caught.value.problems]


def envelope(inside: str) -> str:
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:t="urn:tongban:envelope">'
        f"<e:Body>{inside}</e:Body></e:Envelope>"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (envelope("<a/>"), "has 0 marked places"),
        (envelope('<a t:document=""/><b t:document=""/>'), "has 2 marked places"),
        ("<a/>", "is no SOAP envelope"),
        ("<a", "is not well-formed XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]>" + envelope('<a t:document="">&b;</a>'), "carries a DTD"),
    ],
)
def test_an_envelope_that_cannot_be_used_is_refused_when_it_is_read(text: str, said: str) -> None:
    with pytest.raises(Unbuildable, match=said) as caught:
        Template("e.xml", {"e.xml": text})
    assert caught.value.path == ("envelope",)


def test_the_mark_says_the_namespace_of_members_without_examples_and_the_envelope_its_version() -> None:
    template = Template("e.xml", {"e.xml": envelope('<a t:document="urn:x"><b xmlns="urn:y"/></a>')})
    body, headers = by_template(template, None, None).written({"b": "1", "c": {"d": "2"}}, "utf-8")
    element = etree.fromstring(body)[0][0]
    assert [each.tag for each in element.iter()] == ["a", "{urn:y}b", "{urn:x}c", "{urn:x}d"]
    assert headers["Content-Type"].startswith("application/soap+xml")


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(["licence", "case", "sqrxm", "cl", "item", "x", "@id", "#text"])
DOCUMENTS = st.recursive(
    st.none() | TEXTS | st.integers() | st.booleans(),
    lambda inner: st.dictionaries(NAMES, inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=12,
)


@given(document=st.dictionaries(NAMES, DOCUMENTS, max_size=4))
def test_any_document_is_written_well_formed_or_refused(document: dict[str, Any]) -> None:
    try:
        body, _ = OWN.written(document, "utf-8")
    except Unencodable:
        return
    assert etree.QName(etree.fromstring(body)).localname == "Envelope"


def test_a_signature_finds_its_place_in_any_envelope() -> None:
    body, _ = OWN.written({}, "utf-8")
    assert body.count(b"</soap-env:Header><soap-env:Body") == 1
    element = etree.fromstring(body)[1][0]
    encoding = "{http://schemas.xmlsoap.org/soap/envelope/}encodingStyle"
    assert element.get(encoding) == "http://schemas.xmlsoap.org/soap/encoding/"


def adapter(document: dict[str, Any], transport: HttpTransport) -> Adapter:
    return build(
        declare(document),
        access=Access("http://127.0.0.1:1", {}, {}),
        transport=transport,
        clock_ms=lambda: 0,
        random=os.urandom,
        contract=FILES,
    )


async def test_a_platform_whose_operations_all_have_an_envelope_needs_no_contract(
    transport: HttpTransport,
) -> None:
    operation = {
        "call": "submit",
        "envelope": PATH,
        "lists": ["row"],
        "taken": {"body": {"receipt.code": "0"}},
    }
    document = {key: each for key, each in SOAP.items() if key != "contract"}
    speaker = adapter({**document, "operations": {"case.submit": operation}}, transport)
    request = speaker.encode(Message("case.submit", {"licence": "L", "case": {"sqrxm": "甲"}}))
    assert b">L</licence>" in request.body
    with pytest.raises(NotDeclared, match="SOAP without a contract"):
        adapter({**document, "operations": {"case.submit": {**operation, "envelope": None}}}, transport)


async def test_an_envelope_that_is_not_there_is_named_where_platform_yaml_says_it(
    transport: HttpTransport,
) -> None:
    operation = {"call": "submit", "envelope": "contract/gone.xml", "taken": {"body": {"*": "*"}}}
    document = {**SOAP, "operations": {"case.submit": operation}}
    with pytest.raises(Unbuildable, match=r"contract/gone\.xml is not in the folder") as caught:
        adapter({**document, "contract": "encoded.wsdl"}, transport)
    assert caught.value.path == ("operations", "case.submit", "envelope")


def test_an_envelope_is_for_soap_only() -> None:
    operation = {"call": "POST /x", "envelope": PATH, "taken": {"body": {"*": "*"}}}
    document = {**SOAP, "speaks": "rest", "operations": {"case.submit": operation}}
    with pytest.raises(NotDeclared, match="REST has no envelope"):
        declare(document)
