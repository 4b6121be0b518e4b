"""Contracts: read offline, every operation usable or named, hostile ones refused."""

import time

import pytest

from adapters.errors import Unbuildable
from adapters.wsdl import Contract
from tests.adapters.peers import CONTRACT, OPERATIONS
from tests.speed import slowness

PATH = "contract/service.wsdl"
SCHEMA = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t">
  <xsd:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/xml.xsd"/>
  <xsd:import namespace="http://schemas.xmlsoap.org/soap/encoding/"
              schemaLocation="http://schemas.xmlsoap.org/soap/encoding/"/>
  <xsd:import namespace="http://www.w3.org/2005/05/xmlmime"
              schemaLocation="http://www.w3.org/2005/05/xmlmime"/>
  <xsd:complexType name="T"><xsd:sequence><xsd:element name="a" type="xsd:string"/></xsd:sequence>
    <xsd:attribute xmlns:xml="http://www.w3.org/XML/1998/namespace" ref="xml:lang"/></xsd:complexType>
</xsd:schema>"""
INCLUDED = '<xsd:import namespace="urn:t" schemaLocation="{}"/><xsd:complexType name="call">'


def contract(text: str = CONTRACT, **files: str) -> Contract:
    return Contract(
        PATH, {PATH: text, **{name.replace("__", "/") + ".xsd": each for name, each in files.items()}}
    )


def importing(location: str) -> str:
    return CONTRACT.replace('<xsd:complexType name="call">', INCLUDED.format(location), 1)


def test_every_operation_is_listed_and_found_by_short_and_full_name() -> None:
    loaded = contract()
    expected = [(f"GuishanExchange/ExchangePort/{name}", None) for name in OPERATIONS]
    assert [(use.call, use.reason) for use in loaded.uses] == expected
    full = loaded.operation("GuishanExchange/ExchangePort/submitCase")
    assert full is loaded.operation("submitCase")


def test_an_unknown_operation_is_named_with_its_nearest() -> None:
    with pytest.raises(Unbuildable) as caught:
        contract().operation("submitCases")
    assert (caught.value.path, caught.value.write) == (("call",), "did you mean submitCase?")


def test_schemas_of_the_folder_and_standard_ones_are_found_without_a_network() -> None:
    assert contract(importing("types/t.xsd"), contract__types__t=SCHEMA).operation("submitCase")


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("types/gone.xsd", "types/gone.xsd is not in the folder"),
        ("http://127.0.0.1:1/t.xsd", "http://127.0.0.1:1/t.xsd is not in the folder"),
        ("file:///etc/passwd", "file:///etc/passwd is not in the folder"),
        ("../../../etc/passwd", "../../../etc/passwd is not in the folder"),
    ],
)
def test_what_is_not_in_the_folder_is_not_fetched(location: str, said: str) -> None:
    """Nothing here needs it, so all operations stay usable; what is missing is said."""
    loaded = contract(importing(location))
    [note] = loaded.repaired
    assert said in note
    assert {use.reason for use in loaded.uses} == {None}


def test_an_operation_that_needs_a_missing_file_is_named_with_what_it_lacks() -> None:
    text = importing("types/gone.xsd")
    at = text.index('"submitCase"')
    lost = text[:at] + text[at:].replace('type="tns:call"', 'type="t:T" xmlns:t="urn:t"', 1)
    loaded = contract(lost)
    reasons = {use.operation: use.reason for use in loaded.uses}
    assert reasons == dict.fromkeys(OPERATIONS) | {"submitCase": "not in the contract: type T of urn:t"}
    with pytest.raises(Unbuildable, match="submitCase cannot be used: not in the contract: type T of urn:t"):
        loaded.operation("submitCase")


HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))


@pytest.mark.parametrize(
    ("prolog", "said"),
    [
        ("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", "DTD"),
        ("<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>", "DTD"),
        (f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]>", "DTD"),
        ("<!DOCTYPE wsdl:definitions>", "DTD"),
        ("<unclosed>", "not well-formed"),
    ],
)
def test_a_hostile_contract_is_refused_at_once(prolog: str, said: str) -> None:
    started = time.thread_time()
    with pytest.raises(Unbuildable, match=said) as caught:
        contract(CONTRACT.replace(HEAD, prolog, 1))
    assert caught.value.path == ("contract",)
    assert time.thread_time() - started < 0.5 * slowness()


def test_a_hostile_schema_beside_the_contract_is_refused_too() -> None:
    hostile = "<!DOCTYPE x [<!ENTITY a 'b'>]>" + SCHEMA
    with pytest.raises(Unbuildable, match=r"contract/types/t\.xsd carries a DTD"):
        contract(importing("types/t.xsd"), contract__types__t=hostile)


def test_an_operation_that_cannot_be_used_is_named_with_its_reason() -> None:
    loaded = contract(CONTRACT.replace('message="tns:submitCase"', 'message="tns:nobody"'))
    reasons = {use.operation: use.reason for use in loaded.uses}
    assert reasons == dict.fromkeys(OPERATIONS) | {"submitCase": "its message nobody is not defined"}
    with pytest.raises(Unbuildable, match="submitCase cannot be used: its message"):
        loaded.operation("submitCase")


def test_an_operation_that_zeep_drops_without_a_word_is_still_listed() -> None:
    jms = CONTRACT.replace(
        '<wsdl:operation name="queryCase">\n      <soap:operation',
        '<wsdl:operation name="lost">\n      <soap:operation',
    )
    loaded = contract(jms)
    reasons = {use.operation: use.reason for use in loaded.uses}
    assert reasons["submitCase"] is None
    assert reasons["queryCase"] is not None


def test_a_port_over_another_transport_is_listed_with_its_reason() -> None:
    """zeep drops such a binding, the port and so the whole service."""
    loaded = contract(
        CONTRACT.replace("http://schemas.xmlsoap.org/soap/http", "http://schemas.xmlsoap.org/soap/smtp")
    )
    assert {use.reason for use in loaded.uses} == {"it is not bound to SOAP over HTTP"}
    assert len(loaded.uses) == len(OPERATIONS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('type="tns:call"', 'type="tns:nobody"'),
        ('element="tns:submitCase"', 'element="tns:nobody"'),
        ('message="tns:submitCase"', 'message="tns:nobody"'),
        ('binding="tns:ExchangeSoapBinding"', 'binding="tns:nobody"'),
    ],
)
def test_a_contract_that_does_not_hang_together_offers_nothing_silently(old: str, new: str) -> None:
    try:
        loaded = contract(CONTRACT.replace(old, new))
    except Unbuildable as error:
        assert error.path == ("contract",)
        return
    with pytest.raises(Unbuildable):
        loaded.operation("submitCase")


def test_of_two_ports_the_soap_1_1_one_is_taken() -> None:
    soap12 = CONTRACT.replace(
        "http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/"
    )
    binding = soap12[soap12.index("<wsdl:binding") : soap12.index("<wsdl:service")]
    binding = binding.replace(
        "<wsdl:binding ", '<wsdl:binding xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap12/" '
    )
    port = '<wsdl:port name="First" binding="tns:Twelve"/>'
    both = CONTRACT.replace(
        "<wsdl:service", binding.replace("ExchangeSoapBinding", "Twelve") + "<wsdl:service", 1
    )
    loaded = contract(both.replace("<wsdl:port ", port + "<wsdl:port ", 1))
    assert len(loaded.uses) == 2 * len(OPERATIONS)
    assert loaded.operation("submitCase").nsmap["soap"] == "http://schemas.xmlsoap.org/wsdl/soap/"
    twelve = loaded.operation("GuishanExchange/First/submitCase")
    assert twelve.nsmap["soap"] == "http://schemas.xmlsoap.org/wsdl/soap12/"


def test_a_contract_that_is_missing_is_named() -> None:
    with pytest.raises(Unbuildable, match=r"needs contract/service\.wsdl, which is not in the folder"):
        Contract(PATH, {})
