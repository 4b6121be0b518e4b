"""zeep's reading of a complex type beside its declaration, part by part.

zeep now and then reads a group otherwise than it stands there. So every group is walked together with its
declaration: only where both say the same are the schema's limits taken over.
"""

from collections.abc import Iterator
from typing import Any

from zeep.xsd.elements import Any as Wildcard
from zeep.xsd.elements import AnyAttribute, Choice, Element, Group
from zeep.xsd.elements.indicators import All, Sequence

from adapters.writer.limits import XSD
from adapters.writer.odd import Unsaid
from adapters.writer.schema import Declared, Node, local, only, qualified, wire_name

_GROUPS: dict[str, Any] = {"sequence": Sequence, "choice": Choice, "all": All}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_OTHERWISE = "a group that zeep reads otherwise"
Model = tuple[
    str, int, list[Any]
]  # `sequence`, `choice`, `all` or `group`; minOccurs; elements and inner models


def parts(declared: Declared, content: Any, node: Node | str) -> Iterator[tuple[Any, Node, bool]]:
    """Every element of a type's content with its declaration; True: inside a choice."""
    if isinstance(node, str) or local(node) != "complexType" or node.get("abstract") in ("true", "1"):
        raise Unsaid("an abstract type")
    model = _model(declared, node)
    if content is not None and model is not None:
        yield from _walk(content, model, chosen=False)
    elif content is not None or model is not None:
        raise Unsaid("content that zeep reads otherwise")


def _walk(group: Any, model: Model, *, chosen: bool) -> Iterator[tuple[Any, Node, bool]]:
    title, least, inner = model
    if title == "group" and isinstance(group, Group):
        yield from _walk(group.child, inner[0], chosen=chosen)
        return
    if type(group) is not _GROUPS.get(title) or len(group) != len(inner) or group.min_occurs < least:
        raise Unsaid(_OTHERWISE)
    chosen = chosen or title == "choice"
    for part, each in zip(group, inner, strict=True):
        if isinstance(each, tuple):
            yield from _walk(part, each, chosen=chosen)
        elif isinstance(part, Element) and local(each) == "element":
            yield part, each, chosen
        elif not isinstance(part, Wildcard) or local(each) != "any":
            raise Unsaid(_OTHERWISE)


def _model(declared: Declared, node: Node) -> Model | None:
    """The content as zeep puts it together, that of a base first; None without elements."""
    if node.find(f"{XSD}simpleContent") is not None:
        return None
    content = node.find(f"{XSD}complexContent")
    if content is None:
        return _group_in(declared, node)
    extension = only(content, "extension")
    base = declared.named(extension, extension.get("base"))
    if isinstance(base, str) or local(base) != "complexType":
        raise Unsaid("an extension of a built-in type")
    above, own = _model(declared, base), _group_in(declared, extension)
    return _extended(above, own) if above is not None and own is not None else above or own


def _extended(above: Model, own: Model) -> Model:
    titles = (above[0], own[0])
    if titles == ("sequence", "sequence"):
        return "sequence", 1, [*above[2], *own[2]]
    if titles == ("choice", "sequence"):
        return "sequence", 1, [above, *own[2]]
    if titles == ("sequence", "choice"):
        return "sequence", 1, [*above[2], own]
    raise Unsaid("an extension of a group")


def _group_in(declared: Declared, node: Node) -> Model | None:
    groups = [each for each in node if local(each) in (*_GROUPS, "group")]
    return _group(declared, groups[0]) if groups else None


def _group(declared: Declared, node: Node) -> Model:
    least, title = node.get("minOccurs", "1"), local(node)
    if least not in ("0", "1") or node.get("maxOccurs", "1") == "0":
        raise Unsaid("a group that must repeat, or may not be")
    if title == "group":
        inner = _group_in(declared, declared.get("group", qualified(node, node.get("ref", ""))))
        return title, int(least), [inner]
    inside = [each for each in node if local(each) not in ("annotation", "")]
    made = [each if local(each) in ("element", "any") else _group(declared, each) for each in inside]
    return title, int(least), made


def attributes(declared: Declared, kind: Any, node: Node | str) -> dict[str, Node]:
    """The declaration of every attribute of a complex type by its local name; both must say the same."""
    found: dict[str, Node] = {}
    for each in _attributes(declared, node) if not isinstance(node, str) else ():
        name, target = _attribute(declared, each)
        known = [one for _, one in kind.attributes if one.name and one.qname.text == name]
        required = each.get("use") == "required"
        if len(known) != 1 or known[0].required != required or known[0].name in found:
            raise Unsaid("an attribute that zeep reads otherwise")
        found[known[0].name] = target
    if len(found) != sum(not isinstance(one, AnyAttribute) for _, one in kind.attributes):
        raise Unsaid("an attribute that zeep reads otherwise")
    return found


def _attribute(declared: Declared, node: Node) -> tuple[str, Node]:
    """The name on the wire and the declaration, that of a ref followed."""
    target, name = node, ""
    if node.get("ref"):
        name = qualified(node, node.get("ref", ""))
        if name.startswith(_XML):
            raise Unsaid("an attribute of XML itself")
        target = declared.get("attribute", name)
    if node.get("use") == "prohibited" or "fixed" in node.attrib or "fixed" in target.attrib:
        raise Unsaid("a fixed or prohibited attribute")
    return name or wire_name(node, "attributeFormDefault"), target


def _attributes(declared: Declared, node: Node) -> Iterator[Node]:
    for each in node:
        title = local(each)
        if title == "attribute":
            yield each
        elif title == "attributeGroup":
            yield from _attributes(
                declared, declared.get("attributeGroup", qualified(each, each.get("ref", "")))
            )
        elif title in ("simpleContent", "complexContent"):
            extension = only(each, "extension")
            base = declared.named(extension, extension.get("base"))
            if not isinstance(base, str) and local(base) == "complexType":
                yield from _attributes(declared, base)
            yield from _attributes(declared, extension)
