"""XML Schema as a graph of kinds and places: what may stand where, resolved only as far as it is asked for.

A kind may contain itself, so nothing here walks it to its end; `parts` does, and the writer follows a document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from adapters.contract.folder import XSD

ENCODINGS = (
    "http://schemas.xmlsoap.org/soap/encoding/",
    "http://www.w3.org/2003/05/soap-encoding",
    "http://www.w3.org/2001/09/soap-encoding",
    "http://www.w3.org/2001/06/soap-encoding",
)
XSD_NAMESPACE = XSD[1:-1]
TYPE = "@xsi:type"  # in a document: the name of the concrete type of what it stands in
_DRAFTS = {  # names of the drafts of 1999 and 2000
    "timeInstant": "dateTime",
    "uriReference": "anyURI",
    "uri-reference": "anyURI",
    "binary": "base64Binary",
    "base64": "base64Binary",
    "recurringDate": "gMonthDay",
    "timeDuration": "duration",
    "ur-type": "anyType",
    "CDATA": "string",
    "char": "string",
    "dateTimeStamp": "dateTime",
    "yearMonthDuration": "duration",
    "dayTimeDuration": "duration",
    "anyAtomicType": "anySimpleType",
    "month": "gYearMonth",
    "year": "gYear",
    "century": "string",
    "recurringDay": "gDay",
    "numeric": "decimal",
}
_TEXTS = (
    "string normalizedString token language Name NCName NMTOKEN NMTOKENS ID IDREF IDREFS ENTITY ENTITIES NOTATION "
    "QName anyURI duration time gYear gMonth gDay gYearMonth gMonthDay anySimpleType"
)
_INTEGERS = (
    "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "unsignedInt unsignedLong unsignedShort unsignedByte"
)
BUILTIN = {
    **dict.fromkeys(_TEXTS.split(), "text"),
    **dict.fromkeys(_INTEGERS.split(), "integer"),
    **dict.fromkeys(("decimal", "float", "double"), "decimal"),
    **dict.fromkeys(("base64Binary", "hexBinary"), "binary"),
    "boolean": "boolean",
    "date": "date",
    "dateTime": "time",
    "anyType": "any",
}


@dataclass(frozen=True, slots=True)
class Facets:
    """What a simple type allows.

    limits: (facet, value) of ranges and digits, as the schema writes them.
    many:   it is a list in one text: lengths count its items.
    """

    among: tuple[str, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    limits: tuple[tuple[str, str], ...] = ()
    many: bool = False


_NO_LIMIT = Facets()


@dataclass(slots=True)
class Place:
    """An element or attribute of a kind. `kind` resolves its type when it is asked for.

    choice: the number of the choice that it is a side of, in its kind; 0 for none.
    needed: one side of its choice must be there.
    head:   the element that it may stand for, or is (a substitution group); "" for others.
    """

    name: str
    namespace: str
    kind: Callable[[], "Kind"]
    required: bool = True
    many: bool = False
    nillable: bool = False
    attribute: bool = False
    title: str = ""
    choice: int = 0
    fixed: str | None = None
    needed: bool = False
    head: str = ""

    @property
    def key(self) -> str:
        """Its name in a document."""
        return f"@{self.name}" if self.attribute else self.name


@dataclass(slots=True)
class Kind:
    """A type. base: the built-in type of its text, "" when it has none.

    missing: why it cannot be resolved, "" when it can.    item: of an encoded array, with its declared type.
    abstract: only a type derived from it can be written.
    choices: by name, the concrete types that a document may name in its place (TYPE), itself not among them.
    """

    name: str = ""
    base: str = ""
    facets: Facets = field(default_factory=Facets)
    places: tuple[Place, ...] = ()
    open: bool = False
    title: str = ""
    missing: str = ""
    item: Place | None = None
    abstract: bool = False
    choices: Callable[[], Mapping[str, Callable[[], "Kind"]]] = dict

    def chosen(self, name: str) -> "Kind | None":
        """The type of this name where it may stand for this one; None where it may not."""
        if (found := self.choices().get(name)) is not None:
            return found()
        is_own = name in (self.name, self.name.rpartition("}")[2])
        return self if is_own and name and not self.abstract else None

    @property
    def members(self) -> tuple[Place, ...]:
        return self.places if self.item is None else (*self.places, self.item)


@lru_cache(maxsize=1024)
def builtin(namespace: str, name: str) -> Kind | None:
    """The kind of a built-in type, also under the names of drafts and of the SOAP encoding; None for others."""
    if namespace not in (XSD_NAMESPACE, *ENCODINGS):
        return _KNOWN.get((namespace, name))
    if namespace in ENCODINGS and name == "Array":
        anything = Kind(name=f"{XSD}anyType", open=True)
        return Kind(item=Place("item", "", lambda: anything, required=False, many=True))
    name = _DRAFTS.get(name, name)
    if name not in BUILTIN:
        return None
    if name == "anyType":
        return Kind(name=f"{XSD}anyType", open=True)
    return Kind(name=f"{XSD}{name}", base=name)


def _map_kind() -> Kind:
    anything = builtin(XSD_NAMESPACE, "anyType") or Kind(open=True)
    entry = Kind(
        places=(Place("key", "", lambda: anything), Place("value", "", lambda: anything, required=False))
    )
    return Kind(name=f"{{{_APACHE}}}Map", places=(Place("item", "", lambda: entry, False, many=True),))


_APACHE = "http://xml.apache.org/xml-soap"
_KNOWN = {
    (_APACHE, "Map"): _map_kind(),
    (_APACHE, "Vector"): Kind(name=f"{{{_APACHE}}}Vector", open=True),
    (_APACHE, "Element"): Kind(name=f"{{{_APACHE}}}Element", open=True),
    (_APACHE, "Document"): Kind(name=f"{{{_APACHE}}}Document", open=True),
}


def union(members: list[Kind]) -> Kind:
    """A simple type that is one of these."""
    bases = {each.base for each in members}
    all_listed = bool(members) and all(each.facets.among for each in members)
    among = tuple(value for each in members for value in each.facets.among) if all_listed else ()
    lost = next((each.missing for each in members if each.missing), "")
    return Kind(base=bases.pop() if len(bases) == 1 else "string", facets=Facets(among=among), missing=lost)


def missing(kind: Kind, sound: dict[int, Kind]) -> list[str]:
    """What cannot be resolved in a kind or anything reachable from it.

    sound: kinds of which nothing is missing, found by earlier calls; this one adds to them.
    """
    seen: dict[int, Kind] = {}  # kept, because a kind that is gone lends its identity to the next
    lost: list[str] = []
    queue = [kind]
    while queue:
        each = queue.pop()
        if id(each) in seen or id(each) in sound:
            continue
        seen[id(each)] = each
        if each.missing:
            lost.append(each.missing)
        queue.extend(place.kind() for place in each.members)
    if not lost:
        sound.update(seen)
    return list(dict.fromkeys(lost))


def is_limited(kind: Kind) -> bool:
    """Whether anything reachable from a kind has a length, a range, a form or a list of values."""
    seen: dict[int, Kind] = {}
    queue = [kind]
    while queue:
        each = queue.pop()
        if id(each) in seen:
            continue
        if each.facets != _NO_LIMIT:
            return True
        seen[id(each)] = each
        queue.extend(place.kind() for place in each.members)
    return False


def documentation(element: etree._Element) -> str:
    """The first documentation of a schema component, on one line."""
    for annotation in element.iterchildren(f"{XSD}annotation"):
        for each in annotation.iterchildren(f"{XSD}documentation"):
            if text := " ".join("".join(map(str, each.itertext())).split()):
                return text
    return ""
