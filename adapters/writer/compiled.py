"""A whole envelope from a document: one compiled function for each operation."""

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree
from zeep.wsdl.messages.soap import SoapMessage

from adapters.codecs import xml
from adapters.codecs.charset import writable, xml_bytes
from adapters.codecs.markup import in_attribute
from adapters.errors import Garbled
from adapters.facets import Schema
from adapters.writer.odd import Odd, Unclaimed
from adapters.writer.source import Source

_PLACE = "tongbanBody"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the envelopes of one operation.

    unclaimed: parts that may be absent and that zeep writes if they are not, with the reason.
    unsaid: what of the schema is not in the function, with the reason; libxml2 looks over what was written.
    schema: that of libxml2; None where nothing has to be looked over.
    """

    run: Callable[[dict[str, Any]], str]
    source: str
    unclaimed: dict[str, str]
    unsaid: dict[str, str]
    schema: etree.XMLSchema | None = None

    def written(self, document: Any, charset: str) -> bytes | None:
        """The envelope; None where zeep and the checks beside it must look at the document themselves."""
        try:
            text = self.run(document)
        except (Odd, ValueError, RecursionError):  # a number of thousands of digits is a ValueError
            return None
        if charset != "utf-8" and not writable(text, charset):
            return None
        raw = xml_bytes(text)
        if raw is None:
            return None
        return raw if self.schema is None or self._is_valid(raw) else None

    def _is_valid(self, raw: bytes) -> bool:
        try:
            body = xml.parsed(raw)[-1]
        except Garbled:  # larger than libxml2 reads
            return False
        return len(body) > 0 and self.schema is not None and self.schema.validate(body[0])


def compiled(soap: Any, declaration: bytes, schema: Schema | None) -> Writer:
    """The writer of one of zeep's operations. Raises Unclaimed, with the reason, where zeep must write.

    schema: what bodies are checked against; None where they are not.
    """
    if not isinstance(soap.input, SoapMessage):
        raise Unclaimed("attachments")
    declared = schema.declared if schema is not None else None
    source = Source({soap.input.nsmap["soap-env"]: "soap-env"}, declared)
    head, tail = _around(soap.input, declaration.decode())
    if soap.input.body is None:
        lines = ["    if d:", "        raise Odd", f"    return {source.constant(head + tail)}"]
    else:
        lines = _body(source, soap.input.body, head, tail)
    source.lines += ["def written(d):", *lines, ""]
    checked = schema.libxml2 if schema is not None and source.unsaid else None
    return Writer(run(source, soap.name), "\n".join(source.lines), source.unclaimed, source.unsaid, checked)


def _body(source: Source, element: Any, head: str, tail: str) -> list[str]:
    """The lines that write the one element of the body; several parts are written into the body itself."""
    tag = source.tag(element.qname)
    inner = source.content(element)
    if tag.startswith("soap-env:"):
        head, tail = head.rpartition("<")[0], tail.partition(">")[2]
    declared = [
        f' xmlns:{prefix}="{in_attribute(space)}"'
        for space, prefix in source.prefixes.items()
        if prefix != "soap-env"
    ]
    first, last = source.constant("".join([head, "<", tag, *declared])), source.constant(f"</{tag}>{tail}")
    return [f"    out = [{first}]", *inner, f"    out.append({last})", "    return ''.join(out)"]


def _around(message: Any, declaration: str) -> tuple[str, str]:
    """What stands before and after the content of the body, as zeep makes it."""
    space = message.nsmap["soap-env"]
    spaces = {"soap-env": space, **message.wsdl.types._prefix_map_custom}
    envelope = etree.Element(f"{{{space}}}Envelope", nsmap=spaces)
    etree.SubElement(envelope, f"{{{space}}}Body").text = _PLACE
    head, _, tail = etree.tostring(envelope, encoding="unicode").partition(_PLACE)
    return declaration + head, tail


def run(source: Source, label: str) -> Callable[[dict[str, Any]], str]:
    """The function `written` of a source."""
    text = "\n".join(source.lines)
    file = f"<soap writer {label}>"
    namespace = dict(source.bound)
    exec(compile(text, file, "exec"), namespace)  # noqa: S102 - the source holds no text of the contract
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    written: Callable[[dict[str, Any]], str] = namespace["written"]
    return written
