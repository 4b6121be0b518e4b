"""What a WSDL offers, as the neutral model: counted without zeep, typed by the schemas themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.contract.bound import Bound, Reading
from adapters.contract.closure import Closure, closure
from adapters.contract.components import Component
from adapters.contract.folder import XSD
from adapters.contract.kinds import Kind, Place, missing
from adapters.contract.mend import mend
from adapters.contract.model import Contract, Offer, Part
from adapters.contract.parts import Parts
from adapters.contract.wire import Wire, wire
from adapters.contract.xsd import Types
from adapters.errors import Unbuildable

_MEDIA = {11: "text/xml", 12: "application/soap+xml"}


@dataclass(frozen=True, slots=True)
class Wsdl:
    """A WSDL, mended and read: its operations and types."""

    found: Closure
    bound: tuple[Bound, ...]
    types: Types

    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.found.folder.notes, *self.types.notes]))


def load(path: str, files: Mapping[str, str]) -> Wsdl:
    """Raises Unbuildable."""
    try:
        found = closure(path, files)
        mend(found)
        return Wsdl(found, tuple(Reading(found).operations()), Types(found.schemas))
    except RecursionError:
        what = f"{path} nests too deep"
        raise Unbuildable(("contract",), what, "save the contract again") from None


def read(path: str, files: Mapping[str, str]) -> Contract:
    """Raises Unbuildable."""
    wsdl = load(path, files)
    parts = Parts()
    bare = wsdl.found.main.root.tag == f"{XSD}schema"
    try:
        offers = (
            tuple(_elements(wsdl, parts)) if bare else tuple(_offer(wsdl, each, parts) for each in wsdl.bound)
        )
    except RecursionError:
        what = f"the types of {path} nest too deep"
        raise Unbuildable(("contract",), what, "save the contract again") from None
    if not offers:
        what = f"{path} offers no operation: it has {'no element' if bare else 'neither service nor binding'}"
        raise Unbuildable(("contract",), what, "name the file that has them")
    addresses = tuple(dict.fromkeys(each.address for each in wsdl.bound if each.address))
    return Contract("schema" if bare else "wsdl", offers, wsdl.notes(), addresses)


def _elements(wsdl: Wsdl, parts: Parts) -> Iterator[Offer]:
    """Of a bare XML schema: a message for each global element of the main file; how it is sent stands elsewhere."""
    schema = wsdl.found.schemas[0]
    for element in schema.root.iterchildren(f"{XSD}element"):
        place = wsdl.types.place(Component(element, schema))
        side = Wire(place.kind(), f"{{{place.namespace}}}{place.name}" if place.namespace else place.name)
        lost = ", ".join(missing(side.kind, wsdl.types.sound)[:3])
        yield Offer(
            place.name,
            place.title,
            _content(side, parts),
            None,
            "template" if lost else "typed",
            f"not in the contract: {lost}" if lost else "",
            media="application/xml",
            wrapper=side.wrapper,
        )


def _offer(wsdl: Wsdl, bound: Bound, parts: Parts) -> Offer:
    if bound.lost:
        return Offer(bound.call, bound.title, Part("", "object"), None, "unusable", bound.lost)
    if not bound.soap:
        return _over_http(wsdl, bound, parts)
    asked = wire(wsdl.types, bound, bound.request)
    told = wire(wsdl.types, bound, bound.answer, answer=True)
    how, why = "typed", asked.why
    if asked.why:
        how = "unusable" if bound.request is not None and bound.request.dime else "template"
    use = bound.request.use if bound.request is not None else "literal"
    return Offer(
        bound.call,
        bound.title,
        _content(asked, parts),
        _content(told, parts) if bound.answer is not None else None,
        how,
        why,
        headers=tuple(parts.place(each) for each in asked.headers),
        media=_MEDIA[bound.soap],
        style=f"{bound.style}/{use}",
        action=bound.action,
        wrapper=asked.wrapper,
        answer_wrapper=told.wrapper,
    )


def _content(side: Wire, parts: Parts) -> Part:
    """What a mapping writes: the members of the body's element, or its text."""
    if side.kind.places or side.kind.item or side.kind.open or not side.kind.base:
        return parts.root(side.kind)
    text = parts.place(Place("#text", "", lambda: side.kind))
    return Part("", "object").holding((text,))


def _over_http(wsdl: Wsdl, bound: Bound, parts: Parts) -> Offer:
    """GET and POST of asmx services: fields in a query or a form, an XML document as answer."""
    call = f"{bound.method} {bound.path if bound.path.startswith('/') else f'/{bound.path}'}"
    asked = wire(wsdl.types, bound, bound.request)
    told = wire(wsdl.types, bound, bound.answer, answer=True)
    where = "query" if bound.method == "GET" else "form"
    request = _content(asked if asked.wrapper else Wire(Kind(places=asked.kind.places)), parts)
    request = Part("", "object").holding(tuple(replace(each, where=where) for each in request.parts))
    media = "" if bound.method == "GET" else "application/x-www-form-urlencoded"
    fits = not any(each.parts for each in request.parts)
    return Offer(
        call,
        bound.title,
        request,
        _content(told, parts) if bound.answer is not None else None,
        "typed" if fits else "template",
        "" if fits else "a query or form cannot hold its structures",
        media=media,
        answer_media="text/xml",
    )
