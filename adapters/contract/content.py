"""The places of one complex type: its groups opened, its choices numbered, its attributes gathered."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

from lxml import etree

from adapters.contract.components import Component, count, qualified
from adapters.contract.folder import XSD
from adapters.contract.kinds import ENCODINGS, Kind, Place, documentation

_DEEPEST = 60  # groups in groups; a document of depth 256 is refused by the parser already
_MOST = 20_000  # particles of one type; groups that name each other twice would grow without end


class Resolving(Protocol):
    """What names mean: the Types of the contract."""

    def component(self, sort: str, name: str | None, at: Component) -> Component | None: ...
    def type_named(self, name: str | None, at: Component) -> Kind: ...
    def kind(self, at: Component) -> Kind: ...
    def places(self, at: Component) -> list[Place]: ...


class Content:
    """The places of one complex type; `open` once they are all taken."""

    def __init__(self, types: Resolving, at: Component) -> None:
        self._types = types
        self._at = at
        self._choices = 0
        self._left = _MOST
        self.open = False

    def places(self) -> Iterator[Place]:
        for each in self._at.element:
            yield from self._particle(self._at.inside(each), 0)
        yield from self._attributes(self._at, 0)

    def _particle(self, at: Component, depth: int) -> Iterator[Place]:
        name = etree.QName(at.element).localname if isinstance(at.element.tag, str) else ""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            self.open = True
            return
        if name == "element":
            yield from self._element(at)
        elif name == "any":
            self.open = True
        elif name in ("sequence", "all", "choice", "group"):
            yield from self._group(at, name, depth)

    def _element(self, at: Component) -> list[Place]:
        """One place, or those of a substitution group as sides of a choice."""
        found = self._types.places(at)
        if len(found) == 1:
            return found
        self._choices += 1
        return [
            replace(
                each,
                required=False,
                needed=each.required and not each.many,
                choice=0 if each.many else self._choices,
            )
            for each in found
        ]

    def _group(self, at: Component, name: str, depth: int) -> Iterator[Place]:
        optional = count(at.element.get("minOccurs")) < 1
        many = count(at.element.get("maxOccurs")) > 1
        if name == "group" and at.element.get("ref"):
            named = self._types.component("group", at.element.get("ref"), at)
            sides = list(named.element) if named is not None else []
            inner = named or at
            self.open = self.open or named is None
        else:
            sides, inner = list(at.element), at
        found = [list(self._particle(inner.inside(each), depth + 1)) for each in sides]
        if name == "choice" and sum(bool(side) for side in found) > 1:
            found = list(self._sides(found, many))
        for place in (place for side in found for place in side):
            yield replace(
                place,
                required=place.required and not optional,
                needed=place.needed and not optional and not many,
                choice=0 if many and place.head else place.choice,
                many=place.many or many,
            )

    def _sides(self, found: list[list[Place]], many: bool) -> Iterator[list[Place]]:
        """Nothing of a side is required; the first place of each carries the choice, as only one side may be."""
        self._choices += 1
        for side in found:
            loose = [replace(place, required=False, needed=False) for place in side]
            if many or not loose:
                pass
            elif all(each.head == loose[0].head != "" for each in loose):
                loose = [replace(each, choice=self._choices) for each in loose]
            elif not loose[0].choice:
                loose[0] = replace(loose[0], choice=self._choices)
            yield loose

    def _attributes(self, at: Component, depth: int) -> Iterator[Place]:
        for each in at.element:
            self._left -= 1
            if self._left < 0:
                return
            inner = at.inside(each)
            if each.tag == f"{XSD}attribute" and each.get("use") != "prohibited":
                if (place := self._attribute(inner)) is not None:
                    yield place
            elif each.tag == f"{XSD}attributeGroup" and each.get("ref") and depth < _DEEPEST:
                named = self._types.component("attributeGroup", each.get("ref"), inner)
                if named is not None:
                    yield from self._attributes(named, depth + 1)

    def _attribute(self, at: Component) -> Place | None:
        reference = at.element.get("ref")
        found = self._types.component("attribute", reference, at) if reference else at
        name, namespace = at.element.get("name"), ""
        if reference:
            namespace, name = qualified(reference, at)
            if namespace in ENCODINGS:
                return None  # the encoding's own marks are no places of a message
        elif at.element.get("form", at.schema.root.get("attributeFormDefault")) == "qualified":
            namespace = at.schema.namespace
        if not name:
            return None
        return Place(
            name,
            namespace,
            partial(self._attribute_kind, found) if found is not None else _text,
            required=at.element.get("use") == "required",
            attribute=True,
            title=documentation(at.element) or (documentation(found.element) if found is not None else ""),
            fixed=at.element.get("fixed"),
        )

    def _attribute_kind(self, at: Component) -> Kind:
        if name := at.element.get("type"):
            return self._types.type_named(name, at)
        for each in at.element.iterchildren(f"{XSD}simpleType"):
            return self._types.kind(at.inside(each))
        return Kind(base="string")


def _text() -> Kind:
    return Kind(base="string")


def merged(base: tuple[Place, ...], own: tuple[Place, ...]) -> tuple[Place, ...]:
    """Elements of the base, own elements, then attributes, of which own ones replace the base's."""
    names = {each.name for each in own if each.attribute}
    elements = [*(each for each in base if not each.attribute), *(each for each in own if not each.attribute)]
    inherited = [each for each in base if each.attribute and each.name not in names]
    return (*elements, *inherited, *(each for each in own if each.attribute))
