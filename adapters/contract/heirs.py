"""What may stand for something else: types derived from a type (派生), elements in place of a head (替换组)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial

from adapters.contract.components import Component, qualified
from adapters.contract.folder import XSD
from adapters.contract.kinds import BUILTIN, XSD_NAMESPACE, Kind, Place, builtin, documentation

_TYPES = ("complexType", "simpleType")
_TRUE = ("true", "1")
Find = Callable[[str, str | None, Component], Component | None]  # sort, name as written, where


class Heirs:
    """Of all global components of a contract; every answer is transitive, in the order of the schemas."""

    def __init__(self, components: Iterable[tuple[str, Component]], find: Find) -> None:
        """components: with their sort (`complexType`, `element` …)."""
        self._components = components
        self._find = find
        self._known: dict[tuple[str, str], tuple[Component, ...]] = {}
        self._named: dict[str, Mapping[str, Component]] = {}

    def types(self, name: str) -> Mapping[str, Component]:
        """The concrete types derived from {namespace}name, by the names that a document gives them.

        That is the local name, {namespace}name where two have the same.
        """
        if name not in self._named:
            self._named[name] = _by_name(each for each in self._of("type", name) if not is_abstract(each))
        return self._named[name]

    def elements(self, head: str) -> tuple[Component, ...]:
        """The concrete elements that may stand where the element {namespace}name is referred to."""
        return tuple(each for each in self._of("element", head) if not is_abstract(each))

    @cached_property
    def all_types(self) -> Mapping[str, Component]:
        """Every concrete type that has a name."""
        return _by_name(each for sort, each in self._components if sort in _TYPES and not is_abstract(each))

    def _of(self, sort: str, name: str) -> tuple[Component, ...]:
        key = (sort, name)
        if key not in self._known:
            self._known[key] = ()  # what is derived from itself ends here
            found: dict[str, Component] = {}
            for each in self._next.get(key, ()):
                found.setdefault(each.name, each)
                found.update({below.name: below for below in self._of(sort, each.name)})
            self._known[key] = tuple(found.values())
        return self._known[key]

    @cached_property
    def _next(self) -> Mapping[tuple[str, str], list[Component]]:
        found: dict[tuple[str, str], list[Component]] = {}
        for sort, each in self._components:
            if sort in _TYPES and (base := self._base(each)) is not None:
                found.setdefault(("type", base.name), []).append(each)
            elif sort == "element":
                for written in (each.element.get("substitutionGroup") or "").split():
                    head = self._find("element", written, each)
                    if head is not None:
                        found.setdefault(("element", head.name), []).append(each)
        return found

    def _base(self, at: Component) -> Component | None:
        """The named type of the contract that this one extends or restricts."""
        for content in (at.element, *at.element.iterchildren(f"{XSD}complexContent", f"{XSD}simpleContent")):
            for derived in content.iterchildren(f"{XSD}extension", f"{XSD}restriction"):
                inner = at.inside(derived)
                if not derived.get("base") or qualified(derived.get("base"), inner)[0] == XSD[1:-1]:
                    return None
                found = (self._find(sort, derived.get("base"), inner) for sort in _TYPES)
                return next(filter(None, found), None)
        return None


def is_abstract(at: Component) -> bool:
    """Whether it only stands for others."""
    return at.element.get("abstract") in _TRUE


def _by_name(components: Iterable[Component]) -> Mapping[str, Component]:
    found: dict[str, list[Component]] = {}
    for each in components:
        found.setdefault(each.element.get("name", ""), []).append(each)
    return {local if len(same) == 1 else each.name: each for local, same in found.items() for each in same}


def standing_for(
    place: Place, head: Component, members: Iterable[Component], kind_of: Callable[[Component], Kind]
) -> list[Place]:
    """One place for each element that may stand where the head is referred to, itself first if it is concrete."""
    own = [] if is_abstract(head) else [replace(place, head=place.name)]
    return own + [
        replace(
            place,
            name=each.element.get("name", ""),
            namespace=each.schema.namespace,
            kind=partial(kind_of, each),
            nillable=each.element.get("nillable") in _TRUE,
            title=documentation(each.element) or place.title,
            fixed=each.element.get("fixed"),
            head=place.name,
        )
        for each in members
    ]


def anything(heirs: Heirs, kind_of: Callable[[Component], Kind]) -> Mapping[str, Callable[[], Kind]]:
    """What may stand for anyType: every type with a name, and those of XML Schema as `xsd:NAME`."""
    own = {name: partial(kind_of, found) for name, found in heirs.all_types.items()}
    known = {f"xsd:{each}": builtin(XSD_NAMESPACE, each) for each in BUILTIN if each != "anyType"}
    return {**own, **{name: partial(_same, kind) for name, kind in known.items() if kind is not None}}


def _same(kind: Kind) -> Kind:
    return kind
