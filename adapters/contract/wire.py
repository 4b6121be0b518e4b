"""How the messages of one SOAP operation look on the wire: what stands in the body, under which names."""

from dataclasses import dataclass, replace

from lxml import etree

from adapters.contract.bound import Bound, Message
from adapters.contract.closure import Schema
from adapters.contract.components import Component
from adapters.contract.folder import File
from adapters.contract.kinds import XSD_NAMESPACE, Kind, Place, builtin, missing
from adapters.contract.xsd import Types


@dataclass(frozen=True, slots=True)
class Wire:
    """One side of an operation.

    kind:    what the document of a mapping fills.
    wrapper: {namespace}name of the element that holds it; "" where its places stand in the body themselves.
    attached: (name, media type) of members that travel beside the envelope.
    why:     what cannot be written by types, "" when all can.
    """

    kind: Kind
    wrapper: str = ""
    headers: tuple[Place, ...] = ()
    encoded: bool = False
    why: str = ""
    attached: tuple[tuple[str, str], ...] = ()


def wire(types: Types, bound: Bound, message: Message | None, *, answer: bool = False) -> Wire:
    """Of a SOAP operation; without a message the body is empty."""
    if message is None:
        return Wire(Kind())
    if message.parts is None:
        return Wire(Kind(open=True), why=f"its message {message.named} is not defined".replace("  ", " "))
    headers = tuple(_part(types, message.file, each) for each in message.headers)
    places = tuple(_part(types, message.file, each) for each in message.body)
    encoded = message.use == "encoded"
    if bound.style == "rpc":
        name = f"{bound.wire}Response" if answer else bound.wire
        namespace = message.namespace.strip()
        wrapper = f"{{{namespace}}}{name}" if namespace else name
        made = Wire(Kind(places=places), wrapper, headers, encoded)
    else:
        made = replace(_document(places, message), headers=headers, encoded=encoded)
    if not made.why:
        made = replace(made, why=_lost(missing(made.kind, types.sound)))
    if message.dime and not answer:
        return replace(made, why="parts of it travel as DIME attachments")
    return _with_attachments(made, message) if message.attached and not answer else made


def _with_attachments(made: Wire, message: Message) -> Wire:
    """Attached parts stand in the document like any other, as base64."""
    content = builtin(XSD_NAMESPACE, "base64Binary") or Kind()
    places = tuple(Place(part.get("name", ""), "", lambda: content) for part, _ in message.attached)
    media = tuple((part.get("name", ""), kind) for part, kind in message.attached)
    return replace(made, kind=replace(made.kind, places=(*made.kind.places, *places)), attached=media)


def _lost(names: list[str]) -> str:
    """The first few of what cannot be resolved."""
    return f"not in the contract: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}" if names else ""


def _document(places: tuple[Place, ...], message: Message) -> Wire:
    if not places:
        return Wire(Kind())
    named = [each.get("element") is not None for each in message.body]
    if len(places) == 1 and named[0]:
        place = places[0]
        return Wire(place.kind(), f"{{{place.namespace}}}{place.name}" if place.namespace else place.name)
    if all(named) or message.use == "encoded":
        return Wire(Kind(places=places))
    return Wire(Kind(places=places), why="its message gives a type, not an element, to a document body")


def _part(types: Types, file: File, part: etree._Element) -> Place:
    """A part of a message as a place; by element it has the element's name, by type the part's own."""
    at = Component(part, Schema(file.path, file.root, file.namespace or ""))
    if (reference := part.get("element")) is not None:
        found = types.component("element", reference, at)
        if found is None:
            lost = Kind(open=True, missing=f"element {reference.strip()}")
            return Place(part.get("name", ""), "", lambda: lost)
        kind = types.element_kind(found)
        nillable = found.element.get("nillable") in ("true", "1")
        return Place(found.element.get("name", ""), found.schema.namespace, lambda: kind, nillable=nillable)
    kind = types.type_named(part.get("type"), at)
    return Place(part.get("name", ""), "", lambda: kind)
