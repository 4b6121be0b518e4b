"""Writes a SOAP body by the types of the contract where zeep cannot: SOAP-encoded messages, and what it drops.

Members stand in the order of the contract; each text is held against its type by libxml2. In encoded messages
every element says its type, and arrays say what they hold and how much of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from adapters.contract.fitting import problems, text_of
from adapters.contract.kinds import TYPE, XSD_NAMESPACE, Kind, Place
from adapters.contract.wire import Wire
from adapters.problems import Problem

ENVELOPES = {11: "http://schemas.xmlsoap.org/soap/envelope/", 12: "http://www.w3.org/2003/05/soap-envelope"}
_ENCODINGS = {11: "http://schemas.xmlsoap.org/soap/encoding/", 12: "http://www.w3.org/2003/05/soap-encoding"}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE, _NIL = f"{{{_XSI}}}type", f"{{{_XSI}}}nil"
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
        return list(problems(self.wire.kind, document, ""))

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
        writer = _Writer(self.soap if self.wire.encoded else 0)
        writer.fill(body, *writer.chosen(body, self.wire.kind, document))
        return root


def header_element(wire: Wire, soap: int, document: Mapping[str, Any]) -> etree._Element:
    """The SOAP header of a document without problems; always literal, headers in the order of the contract."""
    root = etree.Element(f"{{{ENVELOPES[soap]}}}Header", nsmap={"soap-env": ENVELOPES[soap]})
    _Writer(0).fill(root, Kind(places=wire.headers), document)
    return root


class _Writer:
    """Fills elements. encoded: the version of SOAP whose encoding is used, 0 for literal."""

    def __init__(self, encoded: int) -> None:
        self._encoded = encoded

    def chosen(self, element: etree._Element, kind: Kind, value: Any) -> tuple[Kind, Any]:
        """The concrete type, said at the element, and the rest of the value.

        Raises ValueError where a type is named that may not stand here.
        """
        if not isinstance(value, Mapping) or TYPE not in value:
            return kind, value
        found = kind.chosen(value[TYPE])
        if found is None:
            raise ValueError(TYPE)
        name: Any = etree.QName(found.name)  # is written with a prefix that the element knows
        element.set(_TYPE, name)
        return found, {key: each for key, each in value.items() if key != TYPE}

    def fill(self, element: etree._Element, kind: Kind, value: Any) -> None:
        if not isinstance(value, Mapping):
            element.text = text_of(value)
            return
        known = {place.key for place in kind.members}
        for place in kind.places:
            given = value.get(place.key)
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
        kind, value = self.chosen(element, place.kind(), value)
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
        if not self._encoded or element.get(_TYPE) is not None:
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


def _each(given: Any, place: Place) -> list[Any]:
    """The values to write at a place; None stands for a nil that must be there."""
    if isinstance(given, list):
        return given
    if given is None:
        return [None] if place.required and place.nillable else []
    return [given]


def _tag(place: Place) -> str:
    return f"{{{place.namespace}}}{place.name}" if place.namespace else place.name


def _prefixed(element: etree._Element, name: str) -> str:
    """A type's name with the prefix that the envelope declares; "" when it declares none."""
    namespace, _, local = name.removeprefix("{").partition("}")
    prefixes = [prefix for prefix, uri in element.nsmap.items() if uri == namespace and prefix]
    return f"{prefixes[0]}:{local}" if prefixes else ""


def _builtin_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"
