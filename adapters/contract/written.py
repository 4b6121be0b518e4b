"""Writes a SOAP body by the types of the contract where zeep cannot: SOAP-encoded messages, and what it drops.

Members stand in the order of the contract; each text is held against its type by libxml2. In encoded messages
every element says its type, and arrays say what they hold and how much of it.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from adapters.contract.kinds import XSD_NAMESPACE, Facets, Kind, Place
from adapters.contract.wire import Wire
from adapters.problems import Problem

ENVELOPES = {11: "http://schemas.xmlsoap.org/soap/envelope/", 12: "http://www.w3.org/2003/05/soap-envelope"}
_ENCODINGS = {11: "http://schemas.xmlsoap.org/soap/encoding/", 12: "http://www.w3.org/2003/05/soap-encoding"}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE, _NIL = f"{{{_XSI}}}type", f"{{{_XSI}}}nil"
_AS_TEXT = ("anySimpleType", "QName", "NOTATION", "ENTITY", "ENTITIES", "IDREF", "IDREFS")  # need a context
_XSD = f"{{{XSD_NAMESPACE}}}"


@dataclass(frozen=True, slots=True)
class Body:
    """The body of one operation: how its document becomes an envelope.

    namespaces: of the contract's types; encoded messages name types in them.
    """

    wire: Wire
    soap: int
    namespaces: tuple[str, ...] = ()

    def problems(self, document: Mapping[str, Any]) -> list[Problem]:
        """Everything that the types do not allow, without values."""
        return list(_problems(self.wire.kind, document, ""))

    def envelope(self, document: Mapping[str, Any]) -> etree._Element:
        """Of a document without problems."""
        names: dict[str, str] = {"soap-env": ENVELOPES[self.soap]}
        if self.wire.encoded:
            names |= {"xsi": _XSI, "xsd": XSD_NAMESPACE, "enc": _ENCODINGS[self.soap]}
            names |= {f"t{number}": each for number, each in enumerate(self.namespaces)}
        root = etree.Element(f"{{{ENVELOPES[self.soap]}}}Envelope", nsmap=names)
        body = etree.SubElement(root, f"{{{ENVELOPES[self.soap]}}}Body")
        if self.wire.wrapper:
            body = etree.SubElement(body, self.wire.wrapper)
            if self.wire.encoded:
                body.set(f"{{{ENVELOPES[self.soap]}}}encodingStyle", _ENCODINGS[self.soap])
        _Writer(self.soap if self.wire.encoded else 0).fill(body, self.wire.kind, document)
        return root


class _Writer:
    """Fills elements. encoded: the version of SOAP whose encoding is used, 0 for literal."""

    def __init__(self, encoded: int) -> None:
        self._encoded = encoded

    def fill(self, element: etree._Element, kind: Kind, value: Any) -> None:
        if not isinstance(value, Mapping):
            element.text = text_of(value)
            return
        known = {_key(place) for place in (*kind.places, *_item(kind))}
        for place in kind.places:
            given = value.get(_key(place))
            if place.attribute:
                if given is not None:
                    element.set(_tag(place), text_of(given))
                continue
            for each in _each(given, place):
                self._place(element, place, each)
        if kind.item is not None:
            self._items(element, kind.item, value.get(kind.item.name))
        if "#text" in value and value["#text"] is not None:
            element.text = text_of(value["#text"])
        for key, each in value.items():
            if key not in known and key != "#text":
                self._free(element, key, each)

    def _place(self, parent: etree._Element, place: Place, value: Any) -> None:
        element = etree.SubElement(parent, _tag(place))
        if value is None:
            element.set(_NIL, "true")
            return
        kind = place.kind()
        self._say_type(element, kind, value)
        self.fill(element, kind, value)

    def _items(self, element: etree._Element, item: Place, values: Any) -> None:
        items = values if isinstance(values, list) else [] if values is None else [values]
        if self._encoded:
            self._say_array(element, item.kind(), len(items))
        for each in items:
            self._place(element, item, each)

    def _free(self, parent: etree._Element, key: str, value: Any) -> None:
        """What the contract leaves open is written as it is named, without a namespace."""
        if key.startswith("@"):
            parent.set(key[1:], text_of(value))
            return
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                self._place(parent, Place(key, "", lambda: Kind(open=True)), each)

    def _say_type(self, element: etree._Element, kind: Kind, value: Any) -> None:
        if not self._encoded:
            return
        name = kind.name
        if kind.item is not None:
            name = f"{{{_ENCODINGS[self._encoded]}}}Array" if self._encoded == 11 else ""
        elif not isinstance(value, Mapping) and (not name or name == f"{_XSD}anyType"):
            name = f"{_XSD}{_builtin_of(value)}"
        if name and name != f"{_XSD}anyType" and (written := _prefixed(element, name)):
            element.set(_TYPE, written)

    def _say_array(self, element: etree._Element, kind: Kind, count: int) -> None:
        encoding, brackets = _ENCODINGS[self._encoded], ""
        while kind.item is not None:
            kind, brackets = kind.item.kind(), f"{brackets}[]"
        item = _prefixed(element, kind.name or f"{_XSD}anyType") or "xsd:anyType"
        if self._encoded == 11:
            element.set(f"{{{encoding}}}arrayType", f"{item}{brackets}[{count}]")
        else:
            element.set(f"{{{encoding}}}itemType", item)
            element.set(f"{{{encoding}}}arraySize", str(count))


def _problems(kind: Kind, value: Any, path: str) -> Any:
    """Faults of a value against its kind."""
    if isinstance(value, list):
        yield Problem(path, "once_there")
    elif isinstance(value, Mapping):
        yield from _problems_of_members(kind, value, path)
    elif not kind.base:
        if not kind.open or kind.places:
            yield Problem(path, "not_allowed_there", {"type": _local(kind.name) or "complexType"})
    elif any(place.attribute and place.required for place in kind.places):
        needed = next(place for place in kind.places if place.attribute and place.required)
        yield Problem(_join(path, _key(needed)), "needed_there")
    else:
        yield from _problems_of_text(kind, value, path)


def _problems_of_members(kind: Kind, value: Mapping[str, Any], path: str) -> Any:
    if kind.base and not kind.places and set(value) != {"#text"}:
        yield Problem(path, "not_allowed_there", {"type": _local(kind.name) or "text"})
        return
    places = {_key(place): place for place in (*kind.places, *_item(kind))}
    for key in value:
        if key not in places and not (key == "#text" and (kind.base or kind.open)) and not kind.open:
            yield Problem(_join(path, key), "unknown_there")
    if kind.base and value.get("#text") is not None:
        yield from _problems_of_text(kind, value["#text"], _join(path, "#text"))
    for key, place in places.items():
        yield from _problems_of_place(place, value.get(key), _join(path, key))
    yield from _problems_of_choices(kind, value, path)


def _problems_of_place(place: Place, value: Any, path: str) -> Any:
    if value is None:
        if place.required and not place.nillable:
            yield Problem(path, "needed_there")
    elif isinstance(value, list) and place.many:
        kind = place.kind()
        for number, each in enumerate(value):
            if each is not None or not place.nillable:
                yield from _problems(kind, each, f"{path}.{number}")
    else:
        yield from _problems(place.kind(), value, path)


def _problems_of_choices(kind: Kind, value: Mapping[str, Any], path: str) -> Any:
    given: dict[int, list[str]] = {}
    for place in kind.places:
        if place.choice and value.get(place.name) is not None:
            given.setdefault(place.choice, []).append(place.name)
    for names in given.values():
        if len(names) > 1:
            yield Problem(path, "only_one_of_there", {"fields": ", ".join(names)})


def _problems_of_text(kind: Kind, value: Any, path: str) -> Any:
    if not isinstance(value, str | int):
        yield Problem(path, "not_text")
        return
    text, facets = text_of(value), kind.facets
    if (
        facets.longest is not None
        and len(text) > facets.longest
        and kind.base not in ("base64Binary", "hexBinary")
    ):
        yield Problem(path, "too_long_there", {"limit": facets.longest})
    elif (kind.base == "base64Binary" and not _is_base64(text)) or not _fits(kind.base, facets)(text):
        yield Problem(path, "not_allowed_there", {"type": kind.base})


def _is_base64(text: str) -> bool:
    """libxml2 passes over what is no base64 at all, and attachments are written as they are."""
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _fits(base: str, facets: Facets) -> Callable[[str], bool]:
    """Whether a text is one of this type, by libxml2; a pattern that it cannot read is left out."""
    for pattern in (facets.pattern, None):
        schema = _schema(base, facets, pattern)
        if schema is not None:
            break
    else:
        return lambda text: True

    def fits(text: str) -> bool:
        element = etree.Element("v")
        try:
            element.text = text
        except ValueError:
            return False
        return bool(schema.validate(element))

    return fits


def _schema(base: str, facets: Facets, pattern: str | None) -> etree.XMLSchema | None:
    names = dict.fromkeys(_AS_TEXT, "string")
    root = etree.Element(f"{_XSD}schema", nsmap={"xsd": XSD_NAMESPACE})
    simple = etree.SubElement(etree.SubElement(root, f"{_XSD}element", name="v"), f"{_XSD}simpleType")
    inside = etree.SubElement(simple, f"{_XSD}restriction", base=f"xsd:{names.get(base, base)}")
    rules = [("enumeration", each) for each in facets.among]
    rules += [("minLength", str(facets.shortest))] if facets.shortest is not None else []
    rules += [("maxLength", str(facets.longest))] if facets.longest is not None else []
    rules += [("pattern", pattern)] if pattern is not None else []
    try:
        for name, value in rules:
            etree.SubElement(inside, f"{_XSD}{name}", value=value)
        return etree.XMLSchema(root)
    except (etree.XMLSchemaParseError, ValueError):
        return None


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _each(given: Any, place: Place) -> list[Any]:
    """The values to write at a place; None stands for a nil that must be there."""
    if isinstance(given, list):
        return given
    if given is None:
        return [None] if place.required and place.nillable else []
    return [given]


def _item(kind: Kind) -> tuple[Place, ...]:
    return (kind.item,) if kind.item is not None else ()


def _key(place: Place) -> str:
    return f"@{place.name}" if place.attribute else place.name


def _tag(place: Place) -> str:
    return f"{{{place.namespace}}}{place.name}" if place.namespace else place.name


def _prefixed(element: etree._Element, name: str) -> str:
    """A type's name with the prefix that the envelope declares; "" when it declares none."""
    namespace, _, local = name.removeprefix("{").partition("}")
    prefixes = [prefix for prefix, uri in element.nsmap.items() if uri == namespace and prefix]
    return f"{prefixes[0]}:{local}" if prefixes else ""


def _builtin_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
