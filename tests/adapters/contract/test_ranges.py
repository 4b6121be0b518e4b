"""Ranges, digits and lengths of messages that no schema declares as a whole: encoded ones, and rpc."""

from typing import Any

import pytest

from adapters.build import build
from adapters.coherence import declare
from adapters.contract import Part, read
from adapters.errors import Unencodable
from adapters.message import Access, Message
from adapters.transport import HttpTransport
from gateway.workbench.misfits import Against
from tests.adapters.peers import SOAP, changed


def simple(name: str, base: str, *facets: tuple[str, str]) -> str:
    inside = "".join(f'<xsd:{facet} value="{value}"/>' for facet, value in facets)
    restricted = f'<xsd:restriction base="{base}">{inside}</xsd:restriction>'
    return f'<xsd:element name="{name}" minOccurs="0"><xsd:simpleType>{restricted}</xsd:simpleType></xsd:element>'


WSDL = f"""
<definitions name="O" targetNamespace="urn:o" xmlns:tns="urn:o" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <types>
    <xsd:schema targetNamespace="urn:o">
      <xsd:simpleType name="Small">
        <xsd:restriction base="xsd:int">
          <xsd:minInclusive value="1"/><xsd:maxExclusive value="10"/>
        </xsd:restriction>
      </xsd:simpleType>
      <xsd:simpleType name="Two">
        <xsd:restriction><xsd:simpleType><xsd:list itemType="xsd:string"/></xsd:simpleType>
          <xsd:maxLength value="2"/></xsd:restriction>
      </xsd:simpleType>
      <xsd:complexType name="Case">
        <xsd:sequence>
          {simple("name", "xsd:string", ("minLength", "2"), ("maxLength", "3"))}
          {simple("count", "tns:Small", ("maxInclusive", "5"))}
          {simple("fee", "xsd:decimal", ("totalDigits", "4"), ("fractionDigits", "2"))}
          {simple("day", "xsd:date", ("minInclusive", "2020-01-01"))}
          {simple("code", "xsd:string", ("length", "4"))}
          LISTED
        </xsd:sequence>
      </xsd:complexType>
    </xsd:schema>
  </types>
  <message name="asked"><part name="case" type="tns:Case"/></message>
  <message name="told"><part name="code" type="xsd:string"/></message>
  <portType name="P"><operation name="submit">
    <input message="tns:asked"/><output message="tns:told"/>
  </operation></portType>
  <binding name="B" type="tns:P">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="submit"><soap:operation soapAction=""/>
      <input><soap:body use="USED" namespace="urn:o"/></input>
      <output><soap:body use="USED" namespace="urn:o"/></output>
    </operation>
  </binding>
  <service name="S"><port name="P" binding="tns:B"><soap:address location="http://h/"/></port></service>
</definitions>
"""
LISTED = '<xsd:element name="listed" type="tns:Two" minOccurs="0"/>'


def contract(use: str, listed: str = "") -> dict[str, str]:
    return {"o.wsdl": WSDL.replace("USED", use).replace("LISTED", listed)}


def problems(files: dict[str, str], case: dict[str, Any], transport: HttpTransport) -> list[tuple[str, str]]:
    operations = {"case.submit": {"call": "submit", "taken": {"body": {"code": "0"}}}}
    adapter = build(
        declare(changed(changed(SOAP, "contract", "o.wsdl"), "operations", operations)),
        access=Access("http://127.0.0.1:1/", {"user": "ours"}, {"password": "secret"}),
        transport=transport,
        contract=files,
        clock_ms=lambda: 0,
        random=bytes,
    )
    try:
        adapter.encode(Message("case.submit", {"case": case}))
    except Unencodable as error:
        return [(each.path, each.code) for each in error.problems]
    return []


WRONG = [
    ({"name": "abcd"}, "case.name", "too_long_there"),
    ({"name": "a"}, "case.name", "not_allowed_there"),
    ({"count": "0"}, "case.count", "not_allowed_there"),
    ({"count": 6}, "case.count", "not_allowed_there"),
    ({"fee": "123.45"}, "case.fee", "not_allowed_there"),
    ({"fee": "1.234"}, "case.fee", "not_allowed_there"),
    ({"day": "2019-12-31"}, "case.day", "not_allowed_there"),
    ({"code": "abc"}, "case.code", "not_allowed_there"),
]
RIGHT: dict[str, Any] = {"name": "ab", "count": 5, "fee": "12.34", "day": "2020-01-01", "code": "abcd"}


@pytest.mark.parametrize("use", ["literal", "encoded"])
@pytest.mark.parametrize(("case", "path", "code"), WRONG)
def test_what_is_beyond_a_range_or_a_length_is_not_sent(
    use: str, case: dict[str, Any], path: str, code: str, transport: HttpTransport
) -> None:
    assert problems(contract(use), {**RIGHT, **case}, transport) == [(path, code)]


@pytest.mark.parametrize("use", ["literal", "encoded"])
def test_what_is_within_them_is_written(use: str, transport: HttpTransport) -> None:
    assert problems(contract(use), RIGHT, transport) == []


def test_lengths_of_a_list_in_one_text_count_its_items(transport: HttpTransport) -> None:
    files = contract("encoded", LISTED)
    assert problems(files, {"listed": "twelve characters"}, transport) == []
    assert problems(files, {"listed": "a b c"}, transport) == [("case.listed", "not_allowed_there")]


def message() -> Part:
    return read("o.wsdl", contract("encoded")).offers[0].request


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ({"count": "0"}, "'case.count' is not >= 1, <= 5"),
        ({"count": "6"}, "'case.count' is not >= 1, <= 5"),
        ({"fee": "123.45"}, "'case.fee' is no decimal"),
        ({"day": "2019-12-31"}, "'case.day' is no date"),
        ({"name": "abcd"}, "'case.name' is longer than 3"),
    ],
)
def test_the_contract_says_the_same_to_checks_and_simulators(case: dict[str, str], told: str) -> None:
    against = Against(xml=True, typed=False)
    assert list(map(str, against.misfits({"case": case}, message()))) == [told]
    assert against.misfits({"case": {**RIGHT, "count": "5"}}, message()) == []
