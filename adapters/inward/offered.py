"""The WSDL by which a platform calls in: its own with our address in it, or one made of the calls it declares."""

from collections.abc import Mapping

from lxml import etree

from adapters.codecs import xml
from adapters.codecs.markup import in_attribute
from adapters.contract.wire import wire
from adapters.errors import Unbuildable
from adapters.inward.declared import Call, Inward
from adapters.inward.writing import Wrapper
from adapters.wsdl import loaded

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = {11: f"{_WSDL}soap/", 12: f"{_WSDL}soap12/"}
_HTTP = "http://schemas.xmlsoap.org/soap/http"


def wrapper_of(inward: Inward, call: Call, files: Mapping[str, str]) -> Wrapper:
    """The element that holds the answer to a call. Raises Unbuildable where the contract has none."""
    if inward.contract is None:
        return Wrapper(inward.namespace, f"{call.call}Response")
    contract = loaded(inward.contract, files)
    bound = contract.bound(call.call)
    told = wire(contract.wsdl.types, bound, bound.answer, answer=True) if bound is not None else None
    if told is None or not told.wrapper:
        raise Unbuildable(
            ("call",), f"the contract has no answer to {call.call}", "name one of its operations"
        )
    name = etree.QName(told.wrapper)
    places = [each for each in told.kind.places if not each.attribute]
    qualified = any(each.namespace for each in places)
    return Wrapper(name.namespace or "", name.localname, qualified, None if told.why else told)


def wsdl_of(inward: Inward, files: Mapping[str, str], platform: str, address: str) -> str:
    if inward.contract is None:
        return _made(inward, platform, address)
    root = xml.parsed(files[inward.contract])
    for space in _SOAP.values():
        for each in root.iter(f"{{{space}}}address"):
            each.set("location", address)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode")


def _made(inward: Inward, platform: str, address: str) -> str:
    """Document/literal, wrapped; each argument is a text, and so is the answer; SOAP 1.1 and 1.2."""
    space, name = in_attribute(inward.namespace), platform.title().replace("-", "")
    calls = inward.calls.values()
    elements = "".join(
        f'<xsd:element name="{each.call}"><xsd:complexType><xsd:sequence>'
        + "".join(f'<xsd:element name="{in_attribute(part)}" type="xsd:string"/>' for part in each.arguments)
        + f'</xsd:sequence></xsd:complexType></xsd:element><xsd:element name="{each.call}Response">'
        f'<xsd:complexType><xsd:sequence><xsd:element name="{in_attribute(each.answer.at)}" type="xsd:string"/>'
        "</xsd:sequence></xsd:complexType></xsd:element>"
        for each in calls
    )
    messages = "".join(
        f'<wsdl:message name="{each.call}{end}"><wsdl:part name="parameters" element="tns:{each.call}{end}"/>'
        "</wsdl:message>"
        for each in calls
        for end in ("", "Response")
    )
    operations = "".join(
        f'<wsdl:operation name="{each.call}"><wsdl:input message="tns:{each.call}"/>'
        f'<wsdl:output message="tns:{each.call}Response"/></wsdl:operation>'
        for each in calls
    )
    bindings = "".join(_binding(inward, soap, name) for soap in _SOAP)
    ports = "".join(
        f'<wsdl:port name="{name}Soap{soap}" binding="tns:{name}Soap{soap}">'
        f'<soap{soap}:address location="{in_attribute(address)}"/></wsdl:port>'
        for soap in _SOAP
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<wsdl:definitions name="{name}" targetNamespace="{space}"'
        f' xmlns:tns="{space}" xmlns:wsdl="{_WSDL}" xmlns:soap11="{_SOAP[11]}" xmlns:soap12="{_SOAP[12]}"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><wsdl:types>'
        f'<xsd:schema targetNamespace="{space}" elementFormDefault="qualified">{elements}</xsd:schema>'
        f'</wsdl:types>{messages}<wsdl:portType name="{name}">{operations}</wsdl:portType>{bindings}'
        f'<wsdl:service name="{name}">{ports}</wsdl:service></wsdl:definitions>'
    )


def _binding(inward: Inward, soap: int, name: str) -> str:
    body = f'<soap{soap}:body use="literal"/>'
    operations = "".join(
        f'<wsdl:operation name="{each.call}"><soap{soap}:operation soapAction="" style="document"/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
        for each in inward.calls.values()
    )
    return (
        f'<wsdl:binding name="{name}Soap{soap}" type="tns:{name}">'
        f'<soap{soap}:binding style="document" transport="{_HTTP}"/>{operations}</wsdl:binding>'
    )
