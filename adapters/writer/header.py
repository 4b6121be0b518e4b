"""The SOAP header from a document `{NAME: content}`: one compiled function, equal to zeep on what it takes.

A header that is not in the document is not written, as zeep leaves out what it is not given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from zeep.xsd import ComplexType
from zeep.xsd.elements.indicators import All

from adapters.codecs import xml
from adapters.codecs.charset import writable, xml_bytes
from adapters.codecs.markup import in_attribute
from adapters.errors import Garbled
from adapters.facets import Schema
from adapters.writer.compiled import run
from adapters.writer.odd import Odd
from adapters.writer.schema import Declaration
from adapters.writer.source import Source
from adapters.writer.types import TypeLines

OPEN, CLOSE = "<soap-env:Header", "</soap-env:Header>"


@dataclass(frozen=True, slots=True)
class HeaderWriter:
    """Writes `<soap-env:Header>` with its content, without the declaration of that prefix.

    namespace: of the envelope.    schema: that of libxml2; None where nothing has to be looked over.
    """

    run: Callable[[dict[str, Any]], str]
    namespace: str
    schema: etree.XMLSchema | None = None

    def written(self, document: Any, charset: str) -> bytes | None:
        """None where zeep and the checks beside it must look at the document themselves."""
        try:
            text = self.run(document)
        except (Odd, ValueError, RecursionError):
            return None
        raw = xml_bytes(text)
        if raw is None or (charset != "utf-8" and not writable(text, charset)):
            return None
        return raw if self.schema is None or self._is_valid(raw, self.schema) else None

    def _is_valid(self, raw: bytes, schema: etree.XMLSchema) -> bool:
        declared = f'{OPEN} xmlns:soap-env="{self.namespace}"'.encode()
        try:
            return all(schema.validate(each) for each in xml.parsed(raw.replace(OPEN.encode(), declared, 1)))
        except Garbled:
            return False


def optional(header: Any) -> Any:
    """zeep's type of the header, with every header left to choice."""
    return ComplexType(All([each.clone(min_occurs=0) for _, each in header.type.elements]))  # type: ignore[no-untyped-call]


def compiled_header(soap: Any, schema: Schema | None) -> HeaderWriter:
    """The writer of one operation's declared headers. Raises Unclaimed, with the reason, where zeep must write."""
    space = soap.input.nsmap["soap-env"]
    source = Source({space: "soap-env"}, schema.declared if schema is not None else None)
    lines = _HeaderLines(source, optional(soap.input.header), None).lines()
    declared = [
        f' xmlns:{prefix}="{in_attribute(uri)}"'
        for uri, prefix in source.prefixes.items()
        if prefix != "soap-env"
    ]
    first, last = source.constant("".join([OPEN, *declared])), source.constant(CLOSE)
    source.lines += [
        "def header(d, out):", *lines, "",
        "def written(d):", f"    out = [{first}]", "    header(d, out)", f"    out.append({last})",
        "    return ''.join(out)", "",
    ]  # fmt: skip
    checked = schema.libxml2 if schema is not None and source.unsaid else None
    return HeaderWriter(run(source, f"{soap.name} header"), space, checked)


class _HeaderLines(TypeLines):
    """Headers are global elements: each is held against its own declaration."""

    def _declarations(self, content: Any) -> dict[str, Declaration]:
        found: dict[str, Declaration] = {}
        declared = self._source.declared
        if declared is None:
            return found
        for each in content or ():
            with self._source.saying(str(each.name)):
                node = declared.get("element", each.qname.text)
                found[str(each.name)] = declared.type_of(declared.alone(each, node))
        return found
