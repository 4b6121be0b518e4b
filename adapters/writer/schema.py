"""The contract's own schemas: where a type is declared, and which texts it allows. zeep forgets the latter."""

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from adapters.writer.limits import XSD, Limit, builtin, restricted
from adapters.writer.odd import Unsaid

Node = etree._Element
Declaration = Node | str | None  # where a type is declared; the name of a built-in one; None: not known
_JUDGED_BY_LIBXML2 = ("unique", "key", "keyref")


class Declared:
    """All schemas of a contract, by kind and qualified name."""

    def __init__(self, schemas: Iterable[Node]) -> None:
        self._found: dict[tuple[str, str], Node | None] = {}
        self._limits: dict[Node, Limit] = {}
        for schema in schemas:
            space = schema.get("targetNamespace")
            for node in schema.iterchildren(f"{XSD}*"):
                kind, name = local(node), node.get("name")
                if kind == "redefine":
                    self._found[("redefine", "")] = node
                elif name:
                    self._keep((kind, f"{{{space}}}{name}" if space else name), node)

    def _keep(self, key: tuple[str, str], node: Node) -> None:
        known = self._found.setdefault(key, node)
        if known is not None and known is not node and etree.tostring(known) != etree.tostring(node):
            self._found[key] = None  # two of one name: libxml2 knows which

    def get(self, kind: str, name: str) -> Node:
        """The one declaration of this kind and qualified name."""
        found = self._found.get((kind, name))
        if found is None or ("redefine", "") in self._found:
            raise Unsaid(f"{kind} declared not once")
        return found

    def element(self, element: Any, node: Node, *, chosen: bool = False) -> Node:
        """The declaration of one of zeep's elements (that of a ref, followed); both must say the same."""
        least, most = int(node.get("minOccurs", "1")), node.get("maxOccurs", "1")
        if chosen and least > 1:
            raise Unsaid("a side of a choice that must repeat")
        if str(element.max_occurs) != most or (not chosen and element.min_occurs != least):
            raise Unsaid("occurrences that zeep reads otherwise")
        return self.alone(element, node)

    def alone(self, element: Any, node: Node) -> Node:
        """The same where nothing is said of occurrences."""
        if node.get("ref"):
            node = self.get("element", qualified(node, node.get("ref", "")))
        if wire_name(node, "elementFormDefault") != element.qname.text:
            raise Unsaid("a name that zeep reads otherwise")
        if "fixed" in node.attrib or node.get("abstract") in ("true", "1"):
            raise Unsaid("a fixed or abstract element")
        if any(local(each) in _JUDGED_BY_LIBXML2 for each in node):
            raise Unsaid("a key")
        if node.get("substitutionGroup") and not node.get("type") and not _inner(node):
            raise Unsaid("a type that comes from another element")
        return node

    def type_of(self, node: Node) -> Node | str:
        """The declaration of an element's or attribute's type, or the name of a built-in one."""
        inner = _inner(node)
        if inner is not None:
            return inner
        return self.named(node, node.get("type")) if node.get("type") else "anyType"

    def named(self, node: Node, written: str | None) -> Node | str:
        """The declaration of the type of this name, as it is written at a node."""
        name = qualified(node, written or "")
        if name.startswith(XSD):
            return name[len(XSD) :]
        for kind in ("complexType", "simpleType"):
            if (kind, name) in self._found:
                return self.get(kind, name)
        raise Unsaid("a type of another contract")

    def limit(self, declared: Node | str) -> Limit:
        """What a simple type, or a complex one that holds only text, allows."""
        if isinstance(declared, str):
            return builtin(declared)
        if declared not in self._limits:
            self._limits[declared] = self._limit(declared)
        return self._limits[declared]

    def _limit(self, node: Node) -> Limit:
        if local(node) == "complexType":
            extension = only(only(node, "simpleContent"), "extension")
            return self.limit(self.named(extension, extension.get("base")))
        restriction = node.find(f"{XSD}restriction")
        if restriction is None:
            raise Unsaid("a list or union")
        base = restriction.get("base")
        inner = restriction.find(f"{XSD}simpleType")
        below = self.named(restriction, base) if base else inner
        if below is None:
            raise Unsaid("a simple type without a base")
        facets = [each for each in restriction if isinstance(each.tag, str)]
        try:
            return restricted(self.limit(below), facets)
        except (ValueError, ArithmeticError, re.error):
            raise Unsaid("a facet that cannot be read") from None


def local(node: Node) -> str:
    """The local name of an element of XML Schema; "" for comments and what is not of it."""
    return node.tag[len(XSD) :] if isinstance(node.tag, str) and node.tag.startswith(XSD) else ""


def _inner(node: Node) -> Node | None:
    return next((each for each in node if local(each) in ("simpleType", "complexType")), None)


def only(node: Node | None, name: str) -> Node:
    found = node.find(f"{XSD}{name}") if node is not None else None
    if found is None:
        raise Unsaid(f"no {name}")
    return found


def qualified(node: Node, written: str) -> str:
    prefix, _, name = written.strip().rpartition(":")
    space = node.nsmap.get(prefix or None)
    if prefix and space is None:
        raise Unsaid("a prefix without a namespace")
    return f"{{{space}}}{name}" if space else name


def wire_name(node: Node, form_default: str) -> str:
    """The name on the wire of a declared element or attribute."""
    schema = next(node.iterancestors(f"{XSD}schema"))
    is_global = node.getparent() is schema
    form = node.get("form", schema.get(form_default, "unqualified"))
    space = schema.get("targetNamespace") if is_global or form == "qualified" else None
    return f"{{{space}}}{node.get('name', '')}" if space else node.get("name", "")
