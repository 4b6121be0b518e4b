"""The contract's own schemas beside what zeep read from them: which texts each part may hold.

zeep forgets lengths, patterns and enumerations, and now and then reads a group otherwise than it stands there. So
every group is walked together with its declaration: only where both agree are the limits taken over.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from zeep.xsd.elements import Any as Wildcard
from zeep.xsd.elements import AnyAttribute, Choice, Element, Group
from zeep.xsd.elements.indicators import All, Sequence

from adapters.writer.limits import XSD, Limit, builtin, restricted
from adapters.writer.odd import Unsaid

Node = etree._Element
Declaration = Node | str | None  # where a type is declared; the name of a built-in one; None: not known
_GROUPS: dict[str, Any] = {"sequence": Sequence, "choice": Choice, "all": All}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_JUDGED_BY_LIBXML2 = ("unique", "key", "keyref")


class Declared:
    """All schemas of a contract, by kind and qualified name."""

    def __init__(self, schemas: Iterable[Node]) -> None:
        self._found: dict[tuple[str, str], Node | None] = {}
        self._limits: dict[Node, Limit] = {}
        for schema in schemas:
            space = schema.get("targetNamespace")
            for node in schema.iterchildren(f"{XSD}*"):
                kind, name = _local(node), node.get("name")
                if kind == "redefine":
                    self._found[("redefine", "")] = node
                elif name:
                    self._keep((kind, f"{{{space}}}{name}" if space else name), node)

    def _keep(self, key: tuple[str, str], node: Node) -> None:
        known = self._found.setdefault(key, node)
        if known is not None and known is not node and etree.tostring(known) != etree.tostring(node):
            self._found[key] = None  # two of one name: libxml2 knows which

    def get(self, kind: str, name: str) -> Node:
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
        if node.get("ref"):
            node = self.get("element", _qualified(node, node.get("ref", "")))
        if _name(node, "elementFormDefault") != element.qname.text:
            raise Unsaid("a name that zeep reads otherwise")
        if "fixed" in node.attrib or node.get("abstract") in ("true", "1"):
            raise Unsaid("a fixed or abstract element")
        if any(_local(each) in _JUDGED_BY_LIBXML2 for each in node):
            raise Unsaid("a key")
        if node.get("substitutionGroup") and not node.get("type") and not _inner(node):
            raise Unsaid("a type that comes from another element")
        return node

    def type_of(self, node: Node) -> Node | str:
        """The declaration of an element's or attribute's type, or the name of a built-in one."""
        inner = _inner(node)
        if inner is not None:
            return inner
        return self._type(node, node.get("type")) if node.get("type") else "anyType"

    def _type(self, node: Node, written: str | None) -> Node | str:
        name = _qualified(node, written or "")
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
        if _local(node) == "complexType":
            extension = _only(_only(node, "simpleContent"), "extension")
            return self.limit(self._type(extension, extension.get("base")))
        restriction = node.find(f"{XSD}restriction")
        if restriction is None:
            raise Unsaid("a list or union")
        base = restriction.get("base")
        inner = restriction.find(f"{XSD}simpleType")
        below = self._type(restriction, base) if base else inner
        if below is None:
            raise Unsaid("a simple type without a base")
        return restricted(self.limit(below), [each for each in restriction if isinstance(each.tag, str)])

    def parts(self, content: Any, node: Node | str) -> dict[str, tuple[Node, bool]]:
        """The declaration of every element of a complex type's content by name; True: inside a choice."""
        if isinstance(node, str) or node.get("abstract") in ("true", "1"):
            raise Unsaid("an abstract type")
        model = self._model(node)
        if content is None or model is None:
            if content is not None or model is not None:
                raise Unsaid("content that zeep reads otherwise")
            return {}
        found: dict[str, tuple[Node, bool]] = {}
        self._walk(content, model, found, chosen=False)
        return found

    def _walk(self, group: Any, model: Any, found: dict[str, tuple[Node, bool]], *, chosen: bool) -> None:
        title, inner = model
        if title == "group":
            if not isinstance(group, Group):
                raise Unsaid("a group that zeep reads otherwise")
            self._walk(group.child, inner, found, chosen=chosen)
            return
        if type(group) is not _GROUPS[title] or len(group) != len(inner):
            raise Unsaid("a group that zeep reads otherwise")
        for part, each in zip(group, inner, strict=True):
            if isinstance(part, Element) and isinstance(each, Node):
                found[str(part.name)] = (each, chosen or title == "choice")
            elif not isinstance(each, tuple) and _local(each) == "any" and isinstance(part, Wildcard):
                continue
            elif isinstance(each, tuple):
                self._walk(part, each, found, chosen=chosen or title == "choice")
            else:
                raise Unsaid("a group that zeep reads otherwise")

    def _model(self, node: Node) -> Any:
        """(`sequence`…, parts) as zeep puts an extension together; None without elements."""
        if node.find(f"{XSD}simpleContent") is not None:
            return None
        content = node.find(f"{XSD}complexContent")
        if content is None:
            return self._group_in(node)
        extension = _only(content, "extension")
        base = self._base(extension)
        above, own = self._model(base), self._group_in(extension)
        if above is None or own is None:
            return above or own
        if "group" in (above[0], own[0]) or "all" in (above[0], own[0]) or (above[0] == own[0] == "choice"):
            raise Unsaid("an extension of a group")
        if above[0] == "choice":
            return own[0], [above, *own[1]]
        return ("sequence", [*above[1], own]) if own[0] == "choice" else ("sequence", [*above[1], *own[1]])

    def _base(self, extension: Node) -> Node:
        base = self._type(extension, extension.get("base"))
        if isinstance(base, str) or _local(base) != "complexType":
            raise Unsaid("an extension of a built-in type")
        return base

    def _group_in(self, node: Node) -> Any:
        groups = [each for each in node if _local(each) in (*_GROUPS, "group")]
        return self._group(groups[0]) if groups else None

    def _group(self, node: Node) -> Any:
        if node.get("minOccurs", "1") not in ("0", "1") or node.get("maxOccurs", "1") == "0":
            raise Unsaid("a group that must repeat, or may not be")
        title = _local(node)
        if title == "group":
            declared = self.get("group", _qualified(node, node.get("ref", "")))
            return title, self._group_in(declared)
        inner = [each for each in node if _local(each) not in ("annotation", "")]
        return title, [each if _local(each) in ("element", "any") else self._group(each) for each in inner]

    def attributes(self, kind: Any, node: Node | str) -> dict[str, Node]:
        """The declaration of every attribute of a complex type by its local name; both must say the same."""
        declared: dict[str, Node] = {}
        for each in self._attributes(node) if not isinstance(node, str) else ():
            required = each.get("use") == "required"
            if each.get("use") == "prohibited" or "fixed" in each.attrib:
                raise Unsaid("a fixed or prohibited attribute")
            if each.get("ref"):
                name = _qualified(each, each.get("ref", ""))
                target = None if name.startswith(_XML) else self.get("attribute", name)
                if target is None or "fixed" in target.attrib:
                    raise Unsaid("an attribute of another schema")
            else:
                target, name = each, _name(each, "attributeFormDefault")
            known = [one for _, one in kind.attributes if one.name and one.qname.text == name]
            if len(known) != 1 or known[0].required != required or known[0].name in declared:
                raise Unsaid("an attribute that zeep reads otherwise")
            declared[known[0].name] = target
        if len(declared) != sum(not isinstance(one, AnyAttribute) for _, one in kind.attributes):
            raise Unsaid("an attribute that zeep reads otherwise")
        return declared

    def _attributes(self, node: Node) -> Iterator[Node]:
        for each in node:
            title = _local(each)
            if title == "attribute":
                yield each
            elif title == "attributeGroup":
                name = _qualified(each, each.get("ref", ""))
                yield from self._attributes(self.get("attributeGroup", name))
            elif title in ("simpleContent", "complexContent"):
                extension = _only(each, "extension")
                base = self._type(extension, extension.get("base"))
                if not isinstance(base, str) and _local(base) == "complexType":
                    yield from self._attributes(base)
                yield from self._attributes(extension)


def _local(node: Node) -> str:
    """The local name of an element of XML Schema; "" for comments and what is not of it."""
    return node.tag[len(XSD) :] if isinstance(node.tag, str) and node.tag.startswith(XSD) else ""


def _inner(node: Node) -> Node | None:
    return next((each for each in node if _local(each) in ("simpleType", "complexType")), None)


def _only(node: Node | None, name: str) -> Node:
    found = node.find(f"{XSD}{name}") if node is not None else None
    if found is None:
        raise Unsaid(f"no {name}")
    return found


def _qualified(node: Node, written: str) -> str:
    prefix, _, name = written.strip().rpartition(":")
    space = node.nsmap.get(prefix or None)
    if prefix and space is None:
        raise Unsaid("a prefix without a namespace")
    return f"{{{space}}}{name}" if space else name


def _name(node: Node, form_default: str) -> str:
    """The name on the wire of a declared element or attribute."""
    schema = next(node.iterancestors(f"{XSD}schema"))
    is_global = node.getparent() is schema
    form = node.get("form", schema.get(form_default, "unqualified"))
    space = schema.get("targetNamespace") if is_global or form == "qualified" else None
    return f"{{{space}}}{node.get('name', '')}" if space else node.get("name", "")
