"""A written body against the contract's own schemas: choices, lengths, patterns, number forms.

zeep writes text that breaks a facet, or leaves both sides of a choice out, without a word; libxml2 does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from adapters.errors import Unbuildable
from adapters.offline import Offline
from adapters.problems import Problem
from adapters.writer.schema import Declared

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL_TYPES = "{http://schemas.xmlsoap.org/wsdl/}types"
_INLINE = "inline:"
_NOTHING = b'<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
_STEP = re.compile(r"(?:[^:/\[\]]+:)?([^:/\[\]]+)(?:\[(\d+)\])?")
_ATTRIBUTE = re.compile(r"^Element '[^']*', attribute '(?:\{[^}]*\})?([^']+)'")
_LENGTH = re.compile(r"maximum length of '(\d+)'")


class _Resolver(etree.Resolver):
    """Schemas that import each other: from the contract itself, from the folder, from nowhere else."""

    def __init__(self, inline: dict[str, bytes], offline: Offline) -> None:
        self._inline = inline
        self._offline = offline

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        if system_url in self._inline:
            return self.resolve_string(self._inline[system_url], context, base_url=system_url)
        try:
            return self.resolve_string(self._offline.load(system_url), context, base_url=system_url)
        except Unbuildable:
            return self.resolve_string(_NOTHING, context, base_url=system_url)


@dataclass(frozen=True)
class Schema:
    """All schemas of a contract: as libxml2 checks by them, and as they stand there."""

    libxml2: etree.XMLSchema
    documents: tuple[etree._Element, ...]

    @cached_property
    def declared(self) -> Declared:
        """What they declare, by name; for all operations of the contract."""
        return Declared(self.documents)


def schema(offline: Offline, base_url: str) -> Schema | None:
    """All schemas of a loaded contract as one; None when libxml2 cannot put them together.

    That is no fault of the contract: libxml2 takes one schema per namespace only, zeep several.
    """
    documents = tuple(_documents(offline))
    inline = {f"{_INLINE}{number}": each for number, each in enumerate(_inline(offline))}
    places = {each.get("targetNamespace"): url for url, each in inline.items()}
    if len(places) < len(inline) or not inline:
        return None
    for each in inline.values():
        for imported in each.iter(f"{_XSD}import"):
            if imported.get("schemaLocation") is None and imported.get("namespace") in places:
                imported.set("schemaLocation", places[imported.get("namespace")])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_Resolver({url: etree.tostring(each) for url, each in inline.items()}, offline))
    wrapper = etree.Element(f"{_XSD}schema")
    for namespace, url in places.items():
        etree.SubElement(wrapper, f"{_XSD}import", {"namespace": namespace or "", "schemaLocation": url})
    try:
        root = etree.fromstring(etree.tostring(wrapper), parser, base_url=base_url)
        return Schema(etree.XMLSchema(root), documents)
    except etree.XMLSchemaParseError:
        return None


def _documents(offline: Offline) -> Iterator[etree._Element]:
    for root in offline.loaded:
        yield from root.iter(f"{_XSD}schema")


def _inline(offline: Offline) -> Iterator[etree._Element]:
    """Copies, because imports are given places in them."""
    for root in offline.loaded:
        for types in root.iter(_WSDL_TYPES):
            for each in types.iterchildren(f"{_XSD}schema"):
                yield etree.fromstring(etree.tostring(each))


def problems(body: etree._Element, schema: Schema) -> list[Problem]:
    """Everything in the body that its schema does not allow; no values, only paths and kinds."""
    if schema.libxml2.validate(body):
        return []
    log: Any = schema.libxml2.error_log
    found = {_problem(entry, body): None for entry in log}
    return [Problem(path, code, dict(facts)) for path, code, facts in found]


def _problem(entry: Any, body: etree._Element) -> tuple[str, str, tuple[tuple[str, str | int], ...]]:
    attribute = _ATTRIBUTE.match(entry.message)
    path = _dotted(entry.path, body)
    if attribute:
        path = f"{path}.@{attribute[1]}".lstrip(".")
    longest = _LENGTH.search(entry.message)
    if longest and entry.type_name == "SCHEMAV_CVC_MAXLENGTH_VALID":
        return path, "too_long_there", (("limit", int(longest[1])),)
    # "CVC_ENUMERATION_VALID", "CVC_PATTERN_VALID", "ELEMENT_CONTENT" …: which rule of the schema it was
    return path, "not_allowed_there", (("type", entry.type_name.removeprefix("SCHEMAV_")),)


def _dotted(path: str | None, body: etree._Element) -> str:
    """`/n:submit/n:cl[2]/n:fs` as `cl.1.fs`, without what stands around and with the body's own element."""
    keys: list[str] = []
    for found in _STEP.finditer(path or ""):
        keys.append(found[1])
        if found[2]:
            keys.append(str(int(found[2]) - 1))
    name = etree.QName(body).localname
    return ".".join(keys[keys.index(name) + 1 :] if name in keys else keys)
