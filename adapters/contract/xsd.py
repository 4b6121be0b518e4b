"""From the schemas of a contract to kinds: names resolved, groups opened, derivations applied."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from lxml import etree

from adapters.contract.closure import Schema
from adapters.contract.folder import WSDL, XSD
from adapters.contract.kinds import (
    BUILTIN,
    ENCODINGS,
    XSD_NAMESPACE,
    Facets,
    Kind,
    Place,
    builtin,
    documentation,
)

_GLOBAL = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
_DEEPEST = 60  # groups in groups; a document of depth 256 is refused by the parser already
_MOST = 20_000  # particles of one type; groups that name each other twice would grow without end
_REDEFINE = f"{XSD}redefine"
_ARRAY_TYPE = f"{WSDL}arrayType"


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


class Types:
    """All global components of a contract, and the kinds made of them so far."""

    def __init__(self, schemas: Iterable[Schema]) -> None:
        self.notes: list[str] = []
        self._named: dict[tuple[str, str, str], Component] = {}
        self._local: dict[tuple[str, str], list[Component]] = {}
        self._kinds: dict[tuple[etree._Element, str], Kind] = {}
        self._building: set[tuple[etree._Element, str]] = set()
        self._redefined: dict[etree._Element, Component] = {}
        for schema in schemas:
            self._take(schema)

    def _take(self, schema: Schema) -> None:
        for element in schema.root:
            inside = element if element.tag == _REDEFINE else (element,)
            for each in inside:
                self._add(each, schema)

    def _add(self, element: etree._Element, schema: Schema) -> None:
        sort, name = _sort(element), element.get("name")
        if sort is None or not name:
            return
        key, found = (sort, schema.namespace, name), Component(element, schema)
        known = self._named.setdefault(key, found)
        self._local.setdefault((sort, name), []).append(found)
        if known is found:
            return
        if _redefines(known.element):
            self._redefined.setdefault(known.element, found)
        elif _redefines(element):
            self._redefined[element] = known
            self._named[key] = found

    def component(self, sort: str, name: str | None, at: Component) -> Component | None:
        """The component that a qualified name means; where its namespace has none, the only one of that name."""
        namespace, local = qualified(name, at)
        if found := self._named.get((sort, namespace, local)):
            return self._original(found, at)
        return self._only(sort, namespace, local, at.schema.path)

    def named(self, sort: str, namespace: str, local: str) -> Component | None:
        return self._named.get((sort, namespace, local)) or self._only(sort, namespace, local, "")

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
            return kind
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
        made = replace(made, name=name, title=documentation(at.element) or made.title)
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
        return builtin(XSD_NAMESPACE, "anyType") or Kind(open=True)

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
            _namespace(at, found, reference),
            (lambda: unresolved) if found is at and reference else partial(self.element_kind, found),
            required=_count(element.get("minOccurs")) > 0,
            many=_count(element.get("maxOccurs")) > 1,
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
            facets = _facets(at.element, base.facets)
            attributes = _merged(base.places, restated.places)
            return replace(restated, base=base.base or "string", facets=facets, places=attributes)
        inherited = tuple(each for each in base.places if each.attribute)
        return replace(
            restated, places=_merged(inherited, restated.places), missing=base.missing, open=restated.open
        )

    def _extended(self, base: Kind, at: Component) -> Kind:
        own = self._content(at)
        highest = max((each.choice for each in base.places), default=0)
        own_places = tuple(
            replace(each, choice=each.choice + highest if each.choice else 0) for each in own.places
        )
        places = _merged(base.places, own_places)
        return replace(base, places=places, open=base.open or own.open, abstract=False, title="")

    def _content(self, at: Component) -> Kind:
        reader = _Content(self, at)
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
                return replace(base, facets=_facets(each, base.facets), title="")
            if each.tag == f"{XSD}list":
                return Kind(base="string")
            if each.tag == f"{XSD}union":
                return self._union(inner)
        if base_name := at.element.get("base"):  # a draft's way
            base = self.type_named(base_name, at)
            return replace(base, facets=_facets(at.element, base.facets))
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
        bases = {each.base for each in members}
        all_listed = bool(members) and all(each.facets.among for each in members)
        among = tuple(value for each in members for value in each.facets.among) if all_listed else ()
        lost = next((each.missing for each in members if each.missing), "")
        return Kind(
            base=bases.pop() if len(bases) == 1 else "string", facets=Facets(among=among), missing=lost
        )


class _Content:
    """The places of one complex type; `open` once they are all taken."""

    def __init__(self, types: Types, at: Component) -> None:
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
            yield self._types.place(at)
        elif name == "any":
            self.open = True
        elif name in ("sequence", "all", "choice", "group"):
            yield from self._group(at, name, depth)

    def _group(self, at: Component, name: str, depth: int) -> Iterator[Place]:
        optional = _count(at.element.get("minOccurs")) < 1
        many = _count(at.element.get("maxOccurs")) > 1
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
            yield replace(place, required=place.required and not optional, many=place.many or many)

    def _sides(self, found: list[list[Place]], many: bool) -> Iterator[list[Place]]:
        """Nothing of a side is required; the first place of each carries the choice, as only one side may be."""
        self._choices += 1
        for side in found:
            loose = [replace(place, required=False) for place in side]
            if loose and not many and not loose[0].choice:
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


def _redefines(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == _REDEFINE


def qualified(name: str | None, at: Component) -> tuple[str, str]:
    """(namespace, local name) of a name as written at a place."""
    prefix, colon, local = (name or "").strip().rpartition(":")
    if colon:
        return at.element.nsmap.get(prefix) or "", local
    return at.element.nsmap.get(None) or at.schema.namespace, local


def _sort(element: etree._Element) -> str | None:
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(XSD):
        return None
    name = tag[len(XSD) :]
    return name if name in _GLOBAL else None


def _namespace(at: Component, found: Component, reference: str | None) -> str:
    if reference:
        return found.schema.namespace if found is not at else qualified(reference, at)[0]
    form = at.element.get("form") or at.schema.root.get("elementFormDefault")
    top = at.element.getparent() is at.schema.root
    return at.schema.namespace if form == "qualified" or top else ""


def _count(text: str | None) -> int:
    """An occurrence; `unbounded` and `*` are many, what is no number is one."""
    if text in ("unbounded", "*"):
        return 2
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


def _merged(base: tuple[Place, ...], own: tuple[Place, ...]) -> tuple[Place, ...]:
    """Elements of the base, own elements, then attributes, of which own ones replace the base's."""
    names = {each.name for each in own if each.attribute}
    elements = [*(each for each in base if not each.attribute), *(each for each in own if not each.attribute)]
    inherited = [each for each in base if each.attribute and each.name not in names]
    return (*elements, *inherited, *(each for each in own if each.attribute))


def _facets(element: etree._Element, base: Facets) -> Facets:
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
    )


def _number(texts: list[str] | None) -> int | None:
    text = texts[-1].strip() if texts else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
