"""Components of schemas as they are written, and what can be read off one of them alone."""

from collections.abc import Mapping

from lxml import etree

from adapters.contract.closure import Schema
from adapters.contract.folder import XSD
from adapters.contract.kinds import Facets

_GLOBAL = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
REDEFINE = f"{XSD}redefine"
_LIMITS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive", "totalDigits", "fractionDigits")


class Component:
    """One global component of a schema, or a place inside one: an element with the schema that it stands in."""

    __slots__ = ("element", "schema")

    def __init__(self, element: etree._Element, schema: Schema) -> None:
        self.element = element
        self.schema = schema

    def inside(self, element: etree._Element) -> "Component":
        return Component(element, self.schema)

    @property
    def name(self) -> str:
        return f"{{{self.schema.namespace}}}{self.element.get('name', '')}"


def qualified(name: str | None, at: Component) -> tuple[str, str]:
    """(namespace, local name) of a name as written at a place."""
    prefix, colon, local = (name or "").strip().rpartition(":")
    if colon:
        return at.element.nsmap.get(prefix) or "", local
    return at.element.nsmap.get(None) or at.schema.namespace, local


def sort_of(element: etree._Element) -> str | None:
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(XSD):
        return None
    name = tag[len(XSD) :]
    return name if name in _GLOBAL else None


def redefines(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == REDEFINE


def namespace_of(at: Component, found: Component, reference: str | None) -> str:
    if reference:
        return found.schema.namespace if found is not at else qualified(reference, at)[0]
    form = at.element.get("form") or at.schema.root.get("elementFormDefault")
    top = at.element.getparent() is at.schema.root
    return at.schema.namespace if form == "qualified" or top else ""


def count(text: str | None) -> int:
    """An occurrence; `unbounded` and `*` are many, what is no number is one."""
    if text in ("unbounded", "*"):
        return 2
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


def facets_of(element: etree._Element, base: Facets) -> Facets:
    values: dict[str, list[str]] = {}
    for each in element:
        if isinstance(each.tag, str) and each.get("value") is not None:
            values.setdefault(etree.QName(each).localname, []).append(each.get("value", ""))
    length = _number(values.get("length"))
    shortest, longest = _number(values.get("minLength")), _number(values.get("maxLength"))
    patterns = values.get("pattern", [])
    return Facets(
        among=tuple(values.get("enumeration", ())) or base.among,
        shortest=length if length is not None else shortest if shortest is not None else base.shortest,
        longest=length if length is not None else longest if longest is not None else base.longest,
        pattern="|".join(patterns) or base.pattern,
        limits=_limits(values, base),
        many=base.many,
    )


def _limits(values: Mapping[str, list[str]], base: Facets) -> tuple[tuple[str, str], ...]:
    """Its own, and those of its base that it does not say anew: a bound replaces the one on its side."""
    own = {name: values[name][-1].strip() for name in _LIMITS if name in values}
    said = {_side(name) for name in own}
    kept = {name: value for name, value in base.limits if _side(name) not in said}
    return tuple((kept | own).items())


def _side(limit: str) -> str:
    return limit[:3]


def _number(texts: list[str] | None) -> int | None:
    text = texts[-1].strip() if texts else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
