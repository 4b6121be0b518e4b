"""A document against the kinds of a contract: everything that does not fit, without a value."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lxml import etree

from adapters.contract.folder import XSD
from adapters.contract.kinds import TYPE, XSD_NAMESPACE, Facets, Kind, Place
from adapters.problems import Problem

_SHOWN = 12
_AS_TEXT = ("anySimpleType", "QName", "NOTATION", "ENTITY", "ENTITIES", "IDREF", "IDREFS")  # need a context


def problems(kind: Kind, value: Any, path: str) -> Iterator[Problem]:
    """Faults of a value against its kind."""
    if isinstance(value, Mapping) and TYPE in value:
        yield from _problems_of_chosen(kind, value, path)
    elif kind.abstract:
        yield Problem(path, "abstract_there", {"types": _listed(kind)})
    elif isinstance(value, list):
        yield Problem(path, "once_there")
    elif isinstance(value, Mapping):
        yield from _problems_of_members(kind, value, path)
    elif not kind.base:
        if not kind.open or kind.places:
            yield Problem(path, "not_allowed_there", {"type": _local(kind.name) or "complexType"})
    elif any(place.attribute and place.required for place in kind.places):
        needed = next(place for place in kind.places if place.attribute and place.required)
        yield Problem(_join(path, needed.key), "needed_there")
    else:
        yield from _problems_of_text(kind, value, path)


def _problems_of_chosen(kind: Kind, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Of a value that names its concrete type."""
    chosen = kind.chosen(value[TYPE]) if isinstance(value[TYPE], str) else None
    if chosen is None:
        yield Problem(_join(path, TYPE), "no_such_type_there", {"types": _listed(kind)})
    else:
        yield from problems(chosen, {key: each for key, each in value.items() if key != TYPE}, path)


def _listed(kind: Kind) -> str:
    names = list(kind.choices())
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _problems_of_members(kind: Kind, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if kind.base and not kind.places and set(value) != {"#text"}:
        yield Problem(path, "not_allowed_there", {"type": _local(kind.name) or "text"})
        return
    places = {place.key: place for place in kind.members}
    for key in value:
        if key not in places and not (key == "#text" and (kind.base or kind.open)) and not kind.open:
            yield Problem(_join(path, key), "unknown_there")
    if kind.base and value.get("#text") is not None:
        yield from _problems_of_text(kind, value["#text"], _join(path, "#text"))
    for key, place in places.items():
        yield from _problems_of_place(place, value.get(key), _join(path, key))
    yield from _problems_of_choices(kind, value, path)


def _problems_of_place(place: Place, value: Any, path: str) -> Iterator[Problem]:
    if value is None:
        if place.required and not place.nillable:
            yield Problem(path, "needed_there")
    elif isinstance(value, list) and place.many:
        kind = place.kind()
        for number, each in enumerate(value):
            if each is not None or not place.nillable:
                yield from problems(kind, each, f"{path}.{number}")
    else:
        yield from problems(place.kind(), value, path)


def _problems_of_choices(kind: Kind, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    given: dict[int, list[str]] = {}
    for place in kind.places:
        if place.choice:
            given.setdefault(place.choice, [])
        if place.choice and value.get(place.name) is not None:
            given[place.choice].append(place.name)
    for choice, names in given.items():
        sides = [each.name for each in kind.places if each.choice == choice and each.needed]
        if not names and sides:
            yield Problem(path, "one_of_there", {"fields": ", ".join(sides[:_SHOWN])})
        if len(names) > 1:
            yield Problem(path, "only_one_of_there", {"fields": ", ".join(names)})


def _problems_of_text(kind: Kind, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, str | int):
        yield Problem(path, "not_text")
        return
    text, facets = text_of(value), kind.facets
    if (
        facets.longest is not None
        and not facets.many
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
    """Whether a text is one of this type, by libxml2; a pattern or a limit that it cannot read is left out."""
    for known in (facets, replace(facets, pattern=None), replace(facets, pattern=None, limits=())):
        schema = _schema(base, known)
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


def _schema(base: str, facets: Facets) -> etree.XMLSchema | None:
    names = dict.fromkeys(_AS_TEXT, "string")
    root = etree.Element(f"{XSD}schema", nsmap={"xsd": XSD_NAMESPACE})
    simple = etree.SubElement(etree.SubElement(root, f"{XSD}element", name="v"), f"{XSD}simpleType")
    if facets.many:
        inside = etree.SubElement(simple, f"{XSD}restriction")
        listed = etree.SubElement(inside, f"{XSD}simpleType")
        etree.SubElement(listed, f"{XSD}list", itemType="xsd:string")
    else:
        inside = etree.SubElement(simple, f"{XSD}restriction", base=f"xsd:{names.get(base, base)}")
    rules = [("enumeration", each) for each in facets.among]
    rules += [("minLength", str(facets.shortest))] if facets.shortest is not None else []
    rules += [("maxLength", str(facets.longest))] if facets.longest is not None else []
    rules += [("pattern", facets.pattern)] if facets.pattern is not None else []
    rules += facets.limits
    try:
        for name, value in rules:
            etree.SubElement(inside, f"{XSD}{name}", value=value)
        return etree.XMLSchema(root)
    except (etree.XMLSchemaParseError, ValueError):
        return None


def text_of(value: Any) -> str:
    """How a scalar of a document is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
