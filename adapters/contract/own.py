"""SOAP bodies that are not zeep's: written by the contract's types, or into a literal envelope.

Both check everything that can be checked before a byte is made, and answer with all problems at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from adapters import facets
from adapters.codecs.charset import unfit_for_xml, unwritable
from adapters.contract import related
from adapters.contract.bound import Bound
from adapters.contract.model import Part
from adapters.contract.parts import Parts
from adapters.contract.template import Template
from adapters.contract.wire import wire
from adapters.contract.written import ENVELOPES, Body
from adapters.contract.wsdl import Wsdl
from adapters.errors import Unencodable
from adapters.message import Document
from adapters.problems import Problem

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_DEEPEST = 24  # types may be recursive
_ACCEPTS = {"Accept": "text/xml, application/soap+xml, */*;q=0.1"}


@dataclass(frozen=True, slots=True)
class Own:
    """One operation whose envelope we write ourselves.

    headers: Content-Type and SOAPAction, as contract or envelope say.    lists: where answers repeat.
    attached: (name, media type) of the members of a document that travel beside the envelope.
    schema:  the contract's own, held against what was written; None for encoded and rpc messages.
    """

    writes: Body | Template
    headers: Mapping[str, str]
    lists: tuple[tuple[str, ...], ...] = ()
    schema: Any = None
    attached: tuple[tuple[str, str], ...] = ()

    def written(self, document: Document, charset: str) -> tuple[bytes, Mapping[str, str]]:
        """Body and headers of the request.

        Raises Unencodable with all problems: of shape, of type, of characters that XML or charset lack."""
        problems = [*self.writes.problems(document), *unfit_for_xml(document)]
        if charset != "utf-8":
            problems += unwritable(document, charset)
        if problems:
            raise Unencodable(problems)
        names = [name for name, _ in self.attached]
        try:
            envelope = self.writes.envelope({key: document[key] for key in document if key not in names})
        except (TypeError, ValueError):
            raise Unencodable([Problem("", "not_xml_name")]) from None
        if self.schema is not None and (problems := facets.problems(envelope[-1][0], self.schema)):
            raise Unencodable(problems)
        body = DECLARATION + etree.tostring(envelope, encoding="utf-8", xml_declaration=False)
        if not names:
            return body, self.headers
        attached = [(name, kind, str(document[name])) for name, kind in self.attached]
        return related.written(body, self.headers, attached)

    def lacking(self, names: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with a set of text arguments, whatever their texts are."""
        return [
            each for each in self.writes.problems(names) if each.code in ("unknown_there", "needed_there")
        ]


def by_types(wsdl: Wsdl, bound: Bound, schema: Any) -> Own | None:
    """The operation written by its types; None where the contract does not give them all."""
    asked = wire(wsdl.types, bound, bound.request)
    if bound.lost or not bound.soap or asked.why:
        return None
    told = wire(wsdl.types, bound, bound.answer, answer=True)
    namespaces = sorted({each.namespace for each in wsdl.found.schemas if each.namespace})
    literal = bound.style != "rpc" and not asked.encoded and asked.wrapper
    return Own(
        Body(asked, bound.soap, tuple(namespaces)),
        http_headers(bound.soap, bound.action),
        tuple(repeating(Parts().root(told.kind))),
        schema if literal else None,
        asked.attached,
    )


def by_template(template: Template, bound: Bound | None, wsdl: Wsdl | None) -> Own:
    """The operation written into a literal envelope, whose version of SOAP counts."""
    lists: tuple[tuple[str, ...], ...] = ()
    if bound is not None and wsdl is not None and bound.soap:
        lists = tuple(repeating(Parts().root(wire(wsdl.types, bound, bound.answer, answer=True).kind)))
    soap = 12 if template.namespace == ENVELOPES[12] else 11
    action = template.action or (bound.action if bound is not None else "")
    return Own(template, http_headers(soap, action), lists)


def http_headers(soap: int, action: str) -> Mapping[str, str]:
    """SOAPAction (SOAP 1.1) or the action parameter (1.2)."""
    if soap == 12:
        told = f';action="{action}"' if action else ""
        return {**_ACCEPTS, "Content-Type": f"application/soap+xml;charset=UTF-8{told}"}
    return {**_ACCEPTS, "Content-Type": "text/xml;charset=UTF-8", "SOAPAction": f'"{action}"'}


def repeating(part: Part, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Paths that may repeat, so that a list of one stays a list; the first round of recursive types."""
    found = []
    for each in part.parts:
        if each.name in path or len(path) >= _DEEPEST:
            continue
        if each.many:
            found.append((*path, each.name))
        found += repeating(each, (*path, each.name))
    return found
