"""Our answer to a call, in the caller's envelope: the mapped tree as bytes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from adapters.codecs import json, xml
from adapters.codecs.charset import encoded
from adapters.codecs.markup import in_text
from adapters.contract.wire import Wire
from adapters.contract.written import ENVELOPES, Body
from adapters.errors import Unencodable
from adapters.inward.declared import Call
from adapters.message import Response
from adapters.problems import Problem

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_MEDIA = {11: "text/xml; charset=utf-8", 12: "application/soap+xml; charset=utf-8"}
_FAULT_STATUS = 500


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The element of the SOAP body that holds an answer: its namespace and name, and whether what is inside is
    in that namespace, too. wire: its types, where a contract gives them; what is written has to fit them.
    """

    namespace: str
    name: str
    qualified: bool = True
    wire: Wire | None = None


def rest_answer(call: Call, outcome: str, tree: Mapping[str, Any]) -> Response:
    """In the form in which the call came; a form is answered in JSON. Raises Unencodable."""
    told = call.answer
    status = told.status.get(outcome, 200)  # type: ignore[call-overload]
    if told.document:
        body: Any = json.write({told.at: _string(call, tree)})
    elif call.takes == "xml":
        body = encoded(xml.write(tree, told.root, told.charset), told.charset)
        return Response(status, {"Content-Type": f"application/xml; charset={told.charset}"}, body)
    else:
        body = json.write(tree)
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, body)


def soap_answer(
    call: Call, outcome: str, tree: Mapping[str, Any], *, soap: int, wrapper: Wrapper
) -> Response:
    """An envelope in the version of the call's. Raises Unencodable."""
    told = call.answer
    status = told.status.get(outcome, 200)  # type: ignore[call-overload]
    if wrapper.wire is not None and not told.document:
        return _typed(status, tree, soap, wrapper.wire)
    space = f"{{{wrapper.namespace}}}" if wrapper.namespace else ""
    root = etree.Element(f"{space}{wrapper.name}", nsmap={"ns": wrapper.namespace} if space else None)
    inner = space if wrapper.qualified else ""
    try:
        if told.document:
            etree.SubElement(root, f"{inner}{told.at}").text = _string(call, tree)
        else:
            _fill(root, tree, inner)
    except (ValueError, TypeError):
        raise Unencodable([Problem("", "not_xml_name")]) from None
    body = etree.tostring(root, encoding="unicode")
    return Response(status, *_enveloped(soap, body))


def _typed(status: int, tree: Mapping[str, Any], soap: int, wire: Wire) -> Response:
    """By the types of their contract: members in its order and its namespaces. Raises Unencodable."""
    body = Body(wire, soap)
    if problems := body.problems(tree):
        raise Unencodable(problems)
    envelope = etree.tostring(body.envelope(tree), encoding="unicode")
    return Response(status, {"Content-Type": _MEDIA[soap]}, (_DECLARATION + envelope).encode())


def soap_fault(soap: int, text: str, *, ours: bool = False) -> Response:
    """What cannot be answered as the operation would be. ours: the fault is of this side."""
    if soap == 12:
        code = "Receiver" if ours else "Sender"
        inside = (
            f"<s:Code><s:Value>s:{code}</s:Value></s:Code>"
            f'<s:Reason><s:Text xml:lang="zh">{in_text(text)}</s:Text></s:Reason>'
        )
    else:
        code = "Server" if ours else "Client"
        inside = f"<faultcode>s:{code}</faultcode><faultstring>{in_text(text)}</faultstring>"
    headers, body = _enveloped(soap, f'<s:Fault xmlns:s="{ENVELOPES[soap]}">{inside}</s:Fault>')
    return Response(_FAULT_STATUS if ours or soap == 11 else 400, headers, body)


def _enveloped(soap: int, inside: str) -> tuple[Mapping[str, str], bytes]:
    text = f'{_DECLARATION}<s:Envelope xmlns:s="{ENVELOPES[soap]}"><s:Body>{inside}</s:Body></s:Envelope>'
    return {"Content-Type": _MEDIA[soap]}, text.encode()


def _string(call: Call, tree: Mapping[str, Any]) -> str:
    told = call.answer
    is_json = told.document == "json"
    text = json.write(tree).decode() if is_json else xml.write(tree, told.root, told.charset)
    return base64.b64encode(encoded(text, told.charset)).decode() if told.base64 else text


def _fill(element: etree._Element, value: Any, space: str) -> None:
    """The tree by its own order; names are the mapping's."""
    if not isinstance(value, Mapping):
        element.text = str(value)
        return
    for key, inner in value.items():
        if key == "#text":
            element.text = str(inner)
        elif key.startswith("@"):
            element.set(key[1:], str(inner))
        else:
            for each in inner if isinstance(inner, list) else [inner]:
                if each is not None:
                    _fill(etree.SubElement(element, f"{space}{key}"), each, space)
