"""What a platform takes is read from the very service and port that its operation calls."""

from dataclasses import replace

import pytest

from gateway.needs.there import message_of
from gateway.releases.compiled import compile_release, gather
from tests.web.service import CHECKOUT

HEAD = """\
<wsdl:definitions name="Two" targetNamespace="http://two.example/" xmlns:tns="http://two.example/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema"><wsdl:types>
  <xsd:schema targetNamespace="http://two.example/" elementFormDefault="unqualified">{elements}</xsd:schema>
</wsdl:types>{services}</wsdl:definitions>"""
ELEMENT = """<xsd:element name="hand{name}"><xsd:complexType><xsd:sequence>
  <xsd:element name="title"><xsd:simpleType>
  <xsd:restriction base="xsd:string"><xsd:maxLength value="{length}"/></xsd:restriction>
</xsd:simpleType></xsd:element></xsd:sequence></xsd:complexType></xsd:element>"""
SERVICE = """<wsdl:message name="in{name}"><wsdl:part name="parameters" element="tns:hand{name}"/></wsdl:message>
<wsdl:portType name="Type{name}">
  <wsdl:operation name="hand"><wsdl:input message="tns:in{name}"/></wsdl:operation>
</wsdl:portType>
<wsdl:binding name="Binding{name}" type="tns:Type{name}">
  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <wsdl:operation name="hand"><soap:operation soapAction=""/>
    <wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation>
</wsdl:binding>"""
PORT = """<wsdl:service name="Service{name}"><wsdl:port name="Port{name}" binding="tns:Binding{name}">
  <soap:address location="http://two.invalid/{name}"/></wsdl:port></wsdl:service>"""


@pytest.mark.parametrize("name, length", [("Old", 5), ("New", 50)])
def test_of_two_services_with_one_operation_the_called_one_counts(name: str, length: int) -> None:
    lengths = {"Old": 5, "New": 50}
    elements = "".join(ELEMENT.format(name=each, length=most) for each, most in lengths.items())
    services = "".join(form.format(name=each) for form in (SERVICE, PORT) for each in lengths)
    release = compile_release(gather([CHECKOUT / "mappings" / "examples"])).platforms["sim-gx"]
    declared, path = release.declared, "contract/two.wsdl"
    changed = {"call": f"Service{name}/Port{name}/hand", "arguments": {}}
    called = declared.operations["case.submit"].model_copy(update=changed)
    files = {**release.files, path: HEAD.format(elements=elements, services=services)}
    platform = declared.model_copy(update={"contract": path, "operations": {"case.submit": called}})
    message = message_of(replace(release, declared=platform, files=files), "case.submit")
    assert {place: each.longest for place, each in message.places.items()} == {"title": length}
