"""How long reading takes, in processor time: 3,000 operations in less than 5 s, 50 in less than 1 s."""

import time

import pytest

from adapters.contract import read
from adapters.wsdl import Contract, loaded
from tests.speed import slowness

_HEAD = """<w:definitions targetNamespace="urn:b" xmlns:b="urn:b" xmlns:w="http://schemas.xmlsoap.org/wsdl/"
  xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
  <w:types><x:schema targetNamespace="urn:b" elementFormDefault="qualified">"""
_TYPE = """<x:complexType name="t{0}"><x:sequence><x:element name="xm" type="x:string"/>
  <x:element name="sj" type="x:dateTime"/><x:element name="n" type="b:t{1}" minOccurs="0"/>
  </x:sequence></x:complexType>"""
_ELEMENTS = """<x:element name="o{0}"><x:complexType><x:sequence><x:element name="f{0}" type="x:string"/>
  <x:element name="cl" type="b:t{1}" minOccurs="0" maxOccurs="unbounded"/></x:sequence></x:complexType></x:element>
  <x:element name="r{0}"><x:complexType><x:sequence><x:element name="code" type="x:string"/>
  </x:sequence></x:complexType></x:element>"""
_MESSAGES = """<w:message name="i{0}"><w:part name="p" element="b:o{0}"/></w:message>
  <w:message name="a{0}"><w:part name="p" element="b:r{0}"/></w:message>"""
_OPERATION = (
    """<w:operation name="o{0}"><w:input message="b:i{0}"/><w:output message="b:a{0}"/></w:operation>"""
)
_BOUND = """<w:operation name="o{0}"><s:operation soapAction="{0}"/><w:input><s:body use="{1}"/></w:input>
  <w:output><s:body use="{1}"/></w:output></w:operation>"""
_TAIL = """</w:binding><w:service name="S"><w:port name="P" binding="b:B"><s:address location="http://b.invalid/"/>
  </w:port></w:service></w:definitions>"""
_BINDING = '</w:portType><w:binding name="B" type="b:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>'


def large(operations: int) -> dict[str, str]:
    """A contract in which types hang together in chains, as generated ones do."""
    count = range(operations)
    types = [_TYPE.format(number, number // 8 * 8 + (number + 1) % 8) for number in range(200)]
    pieces = [
        *(_ELEMENTS.format(number, number % 200) for number in count),
        "</x:schema></w:types>",
        *(_MESSAGES.format(number) for number in count),
        '<w:portType name="P">',
        *(_OPERATION.format(number) for number in count),
        _BINDING,
        *(_BOUND.format(number, "literal") for number in count),
    ]
    return {"big.wsdl": "".join([_HEAD, *types, *pieces, _TAIL])}


@pytest.mark.parametrize(
    ("operations", "most_s"), [(50, 1.0), pytest.param(3000, 5.0, marks=pytest.mark.alone)]
)
def test_a_large_contract_is_read_and_made_ready_in_time(operations: int, most_s: float) -> None:
    files = large(operations)
    started = time.process_time()
    contract = read("big.wsdl", files)
    read_s = time.process_time() - started
    running = Contract("big.wsdl", files)
    ready_s = time.process_time() - started - read_s
    assert len(contract.offers) == len(running.uses) == operations
    assert {each.how for each in contract.offers} == {"typed"}
    assert max(read_s, ready_s) < most_s * slowness()


def test_a_contract_that_was_loaded_before_is_there_at_once() -> None:
    files = large(300)
    first = loaded("big.wsdl", files)
    started = time.process_time()
    assert loaded("big.wsdl", dict(files)) is first
    assert time.process_time() - started < 0.1 * slowness()
