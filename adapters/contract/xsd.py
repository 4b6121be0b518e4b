"""From the schemas of a contract to kinds: names resolved, groups opened, derivations applied."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from lxml import etree

from adapters.contract.closure import Schema
from adapters.contract.components import (
    REDEFINE,
    Component,
    count,
    facets_of,
    namespace_of,
    qualified,
    redefines,
    sort_of,
)
from adapters.contract.content import Content, merged
from adapters.contract.folder import WSDL, XSD
from adapters.contract.heirs import Heirs, anything, is_abstract, standing_for
from adapters.contract.kinds import (
    BUILTIN,
    ENCODINGS,
    XSD_NAMESPACE,
    Facets,
    Kind,
    Place,
    builtin,
    documentation,
    union,
)

_ARRAY_TYPE = f"{WSDL}arrayType"


class Types:
    """All global components of a contract, and the kinds made of them so far."""

    def __init__(self, schemas: Iterable[Schema]) -> None:
        self.notes: list[str] = []
        self.sound: dict[int, Kind] = {}  # of which nothing is missing
        self._named: dict[tuple[str, str, str], Component] = {}
        self._local: dict[tuple[str, str], list[Component]] = {}
        self._kinds: dict[tuple[etree._Element, str], Kind] = {}
        self._building: set[tuple[etree._Element, str]] = set()
        self._redefined: dict[etree._Element, Component] = {}
        for schema in schemas:
            self._take(schema)
        named = [(sort, each) for (sort, _, _), each in self._named.items()]
        self._heirs = Heirs(named, self._plainly)
        every = partial(anything, self._heirs, self.kind)
        self._any = Kind(name=f"{XSD}anyType", open=True, choices=every)

    def _take(self, schema: Schema) -> None:
        for element in schema.root:
            inside = element if element.tag == REDEFINE else (element,)
            for each in inside:
                self._add(each, schema)

    def _add(self, element: etree._Element, schema: Schema) -> None:
        sort, name = sort_of(element), element.get("name")
        if sort is None or not name:
            return
        key, found = (sort, schema.namespace, name), Component(element, schema)
        known = self._named.setdefault(key, found)
        self._local.setdefault((sort, name), []).append(found)
        if known is found:
            return
        if redefines(known.element):
            self._redefined.setdefault(known.element, found)
        elif redefines(element):
            self._redefined[element] = known
            self._named[key] = found

    def component(self, sort: str, name: str | None, at: Component) -> Component | None:
        """The component that a qualified name means; where its namespace has none, the only one of that name."""
        namespace, local = qualified(name, at)
        if found := self._named.get((sort, namespace, local)):
            return self._original(found, at)
        return self._only(sort, namespace, local, at.schema.path)

    def _plainly(self, sort: str, name: str | None, at: Component) -> Component | None:
        """The component of exactly this name."""
        return self._named.get((sort, *qualified(name, at)))

    def _choices(self, name: str) -> Mapping[str, Callable[[], Kind]]:
        return {each: partial(self.kind, found) for each, found in self._heirs.types(name).items()}

    def _only(self, sort: str, namespace: str, local: str, path: str) -> Component | None:
        others = self._local.get((sort, local), [])
        if len({each.element for each in others}) != 1:
            return None
        if namespace not in ENCODINGS:
            where = f"{path}: " if path else ""
            self._say(f"{where}{{{namespace}}}{local} is not defined: {others[0].name} is taken for it")
        return others[0]

    def type_named(self, name: str | None, at: Component) -> Kind:
        """The kind of a type by its qualified name as written at a place."""
        namespace, local = qualified(name, at)
        if namespace in (XSD_NAMESPACE, *ENCODINGS) and (kind := builtin(namespace, local)):
            return self._any if kind.name == self._any.name else kind
        for sort in ("complexType", "simpleType"):
            if found := self._named.get((sort, namespace, local)):
                return self.kind(self._original(found, at))
        for sort in ("complexType", "simpleType"):
            if found := self._only(sort, namespace, local, at.schema.path):
                return self.kind(found)
        return builtin(namespace, local) or self._guessed(namespace, local, at)

    def _guessed(self, namespace: str, local: str, at: Component) -> Kind:
        """An element in place of a type, or a built-in type without its namespace; said when it is taken."""
        if element := self._named.get(("element", namespace, local)):
            self._say(f"{at.schema.path}: {local} is an element, not a type: its type is taken")
            return self.element_kind(element)
        if local in BUILTIN:
            self._say(f"{at.schema.path}: {{{namespace}}}{local} is not defined: xsd:{local} is taken for it")
            return builtin(XSD_NAMESPACE, local) or Kind()
        return Kind(
            name=f"{{{namespace}}}{local}", open=True, missing=f"type {local} of {namespace or 'none'}"
        )

    def _say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _original(self, found: Component, at: Component) -> Component:
        """Inside a redefinition its own name means what it redefines."""
        element: etree._Element | None = at.element
        while element is not None and element is not found.element:
            element = element.getparent()
        return self._redefined.get(found.element, found) if element is not None else found

    def kind(self, at: Component) -> Kind:
        """The kind of a complexType or simpleType element."""
        key = (at.element, at.schema.namespace)
        if key in self._kinds:
            return self._kinds[key]
        if key in self._building:
            return Kind(open=True, missing=f"type {at.name} is derived from itself")
        self._building.add(key)
        try:
            made = self._simple(at) if at.element.tag == f"{XSD}simpleType" else self._complex(at)
        finally:
            self._building.discard(key)
        name = at.name if at.element.get("name") else ""
        made = replace(
            made,
            name=name,
            title=documentation(at.element) or made.title,
            abstract=is_abstract(at),
            choices=partial(self._choices, name) if name else dict,
        )
        self._kinds[key] = made
        return made

    def element_kind(self, at: Component) -> Kind:
        """The kind of an element declaration: named, written inside, of its substitution's head, or any."""
        if name := at.element.get("type"):
            return self.type_named(name, at)
        for each in at.element:
            if each.tag in (f"{XSD}complexType", f"{XSD}simpleType"):
                return self.kind(at.inside(each))
        head = at.element.get("substitutionGroup")
        found = self.component("element", head, at) if head else None
        if found is not None and found.element.get("substitutionGroup") is None:
            return self.element_kind(found)
        return self._any

    def places(self, at: Component) -> list[Place]:
        """The place of an element; where others may stand for what it refers to, one for each of them."""
        place, reference = self.place(at), at.element.get("ref")
        head = self.component("element", reference, at) if reference else None
        if head is None:
            return [place]
        members = self._heirs.elements(head.name)
        if not members:
            return [place]
        return standing_for(place, head, members, self.element_kind)

    def place(self, at: Component) -> Place:
        """The place of an element declaration or reference, with the occurrence written at it."""
        element, found, lost = at.element, at, ""
        if reference := element.get("ref"):
            named = self.component("element", reference, at)
            if named is None:
                namespace, local = qualified(reference, at)
                # a schema inside a message (.NET DataSet) is whatever they send
                lost = "" if namespace == XSD_NAMESPACE else f"element {local} of {namespace or 'none'}"
                found = at
            else:
                found = named
        name = found.element.get("name") or qualified(element.get("ref"), at)[1]
        unresolved = Kind(open=True, missing=lost)
        return Place(
            name,
            namespace_of(at, found, reference),
            (lambda: unresolved) if found is at and reference else partial(self.element_kind, found),
            required=count(element.get("minOccurs")) > 0,
            many=count(element.get("maxOccurs")) > 1,
            nillable=found.element.get("nillable") in ("true", "1"),
            title=documentation(element) or documentation(found.element),
            fixed=found.element.get("fixed"),
        )

    def _complex(self, at: Component) -> Kind:
        for content in at.element:
            if content.tag in (f"{XSD}simpleContent", f"{XSD}complexContent"):
                for derived in content:
                    if derived.tag in (f"{XSD}extension", f"{XSD}restriction"):
                        return self._derived(at.inside(derived), content.tag == f"{XSD}simpleContent")
        if base := at.element.get("base"):  # a draft's way to derive
            return self._extended(self.type_named(base, at), at)
        return self._content(at)

    def _derived(self, at: Component, simple: bool) -> Kind:
        namespace, local = qualified(at.element.get("base"), at)
        if namespace in ENCODINGS and local == "Array":
            return self._array(at)
        base = self.type_named(at.element.get("base"), at)
        if base.item is not None and not simple:
            return self._array(at) if at.element.tag == f"{XSD}restriction" else base
        if at.element.tag == f"{XSD}extension":
            return self._extended(base, at)
        restated = self._content(at)
        if simple:
            facets = facets_of(at.element, base.facets)
            attributes = merged(base.places, restated.places)
            return replace(restated, base=base.base or "string", facets=facets, places=attributes)
        inherited = tuple(each for each in base.places if each.attribute)
        return replace(restated, places=merged(inherited, restated.places), missing=base.missing)

    def _extended(self, base: Kind, at: Component) -> Kind:
        own = self._content(at)
        highest = max((each.choice for each in base.places), default=0)
        own_places = tuple(
            replace(each, choice=each.choice + highest if each.choice else 0) for each in own.places
        )
        places = merged(base.places, own_places)
        return replace(base, places=places, open=base.open or own.open, abstract=False, title="")

    def _content(self, at: Component) -> Kind:
        reader = Content(self, at)
        return Kind(
            places=tuple(reader.places()),
            open=reader.open or (at.element.get("mixed") == "true" and not len(at.element)),
            abstract=at.element.get("abstract") in ("true", "1"),
            base="string" if at.element.get("mixed") == "true" else "",
        )

    def _array(self, at: Component) -> Kind:
        """A SOAP-encoded array: `item`s of the type that wsdl:arrayType or its one element names."""
        content = self._content(at)
        for each in at.element.iter(f"{XSD}attribute"):
            if written := each.get(_ARRAY_TYPE):
                return replace(content, places=(), open=False, item=self._item(written, at.inside(each)))
        for place in content.places:
            if not place.attribute:
                return replace(content, places=(), open=False, item=place)
        anything = builtin(XSD_NAMESPACE, "anyType") or Kind(open=True)
        return replace(content, places=(), open=False, item=Place("item", "", lambda: anything, many=True))

    def _item(self, written: str, at: Component) -> Place:
        """Of `ns:type[]`, `ns:type[4]`, or `ns:type[][]`, whose items are arrays themselves."""
        name, _, rest = written.partition("[")
        if "[" in rest:
            inner = self._item(f"{name}[{rest.partition('[')[2]}", at)
            nested = Kind(item=inner)
            return Place("item", "", lambda: nested, required=False, many=True)
        return Place("item", "", partial(self.type_named, name, at), required=False, many=True)

    def _simple(self, at: Component) -> Kind:
        for each in at.element:
            inner = at.inside(each)
            if each.tag == f"{XSD}restriction":
                base = self._base_of_restriction(inner)
                return replace(base, facets=facets_of(each, base.facets), title="")
            if each.tag == f"{XSD}list":
                return Kind(base="string", facets=Facets(many=True))
            if each.tag == f"{XSD}union":
                return self._union(inner)
        if base_name := at.element.get("base"):  # a draft's way
            base = self.type_named(base_name, at)
            return replace(base, facets=facets_of(at.element, base.facets))
        return Kind(base="string")

    def _base_of_restriction(self, at: Component) -> Kind:
        if name := at.element.get("base"):
            return self.type_named(name, at)
        for each in at.element.iterchildren(f"{XSD}simpleType"):
            return self.kind(at.inside(each))
        return Kind(base="string")

    def _union(self, at: Component) -> Kind:
        members = [self.type_named(name, at) for name in (at.element.get("memberTypes") or "").split()]
        members += [self.kind(at.inside(each)) for each in at.element.iterchildren(f"{XSD}simpleType")]
        return union(members)
