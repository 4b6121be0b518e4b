"""SOAP headers that a contract declares, filled like the body: from a mapping's `header:`, or by platform.yaml.

In a document they stand under `#header`, by the names of their elements: `{"#header": {"Auth": {"user": …}}, …}`.
"""

from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from adapters import facets, shapes
from adapters.codecs.charset import unfit_for_xml, unwritable
from adapters.contract.fitting import problems as problems_of_kinds
from adapters.contract.kinds import Kind, Place
from adapters.contract.wire import Wire
from adapters.contract.written import header_element
from adapters.envelope import UNWRITABLE
from adapters.errors import Unencodable
from adapters.problems import Problem
from adapters.sections import under
from adapters.writer.header import HeaderWriter, compiled_header, optional
from adapters.writer.odd import Unclaimed

_BODY = b"<soap-env:Body"


@dataclass(frozen=True, slots=True)
class Header:
    """The declared headers of one operation. soap: zeep's operation; None where we write them by their kinds.

    wire: what the contract says.    version: of SOAP, 11 or 12.
    """

    wire: Wire
    version: int
    soap: Any = None
    schema: facets.Schema | None = None
    writer: HeaderWriter | None = None

    def written(self, document: Any, charset: str) -> bytes:
        """The whole element. Raises Unencodable with all problems, their paths from the document's root on."""
        if isinstance(document, dict):
            document = {name: content for name, content in document.items() if content is not None}
            if not document:
                return b""
        if self.writer is not None and (raw := self.writer.written(document, charset)) is not None:
            return raw
        problems = [*self._misfits(document), *unfit_for_xml(document)]
        if charset != "utf-8":
            problems += unwritable(document, charset)
        if problems:
            raise Unencodable([replace(each, path=under(each.path)) for each in problems])
        element = self._element(document)
        found = [problem for each in element for problem in self._facets(each)]
        if found:
            raise Unencodable(found)
        if not len(element):
            return b""
        return etree.tostring(element, encoding="utf-8", xml_declaration=False)

    def _misfits(self, document: Any) -> list[Problem]:
        if self.soap is not None:
            return shapes.problems(optional(self.soap.input.header), document)
        places = tuple(replace(each, required=False) for each in self.wire.headers)
        return list(problems_of_kinds(Kind(places=places), document, ""))

    def _element(self, document: Any) -> etree._Element:
        if self.soap is None:
            return header_element(self.wire, self.version, document)
        message = self.soap.input
        values = shapes.arguments(optional(message.header), document)
        try:
            made: etree._Element = message._serialize_header(values, {"soap-env": message.nsmap["soap-env"]})
        except UNWRITABLE as error:
            path = ".".join(map(str, getattr(error, "path", None) or ()))
            raise Unencodable([Problem(under(path), "not_allowed_there", {"type": "header"})]) from None
        return made

    def _facets(self, element: etree._Element) -> list[Problem]:
        if self.schema is None or not str(element.tag).startswith("{"):
            return []
        name = etree.QName(element).localname
        return [
            replace(each, path=under(f"{name}.{each.path}" if each.path else name))
            for each in facets.problems(element, self.schema)
        ]


def header_of(wire: Wire, version: int, soap: Any, schema: facets.Schema | None) -> Header | None:
    """Of one operation; None where its contract declares no header. soap: zeep's operation, or None."""
    if not wire.headers:
        return None
    if soap is None or not _is_alike(soap, wire.headers):
        return Header(wire, version, schema=schema)
    try:
        return Header(wire, version, soap, schema, compiled_header(soap, schema))
    except Unclaimed:
        return Header(wire, version, soap, schema)


def _is_alike(soap: Any, headers: tuple[Place, ...]) -> bool:
    names = [each.qname.text for _, each in soap.input.header.type.elements]
    return names == [f"{{{each.namespace}}}{each.name}" if each.namespace else each.name for each in headers]


def with_header(body: bytes, header: bytes) -> bytes:
    """The envelope with its header before the body."""
    head, mark, rest = body.partition(_BODY)
    return head + header + mark + rest
