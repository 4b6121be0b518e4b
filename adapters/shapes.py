"""A document against the types of a contract: all faults at once, before zeep would stop at the first.

Also turns our tree convention into zeep's keyword arguments, and finds where answers repeat.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from zeep.xsd import ComplexType
from zeep.xsd.elements import Choice, Element
from zeep.xsd.elements.indicators import All, Sequence

from adapters.problems import Problem

_DEEPEST = 24  # types may be recursive


def problems(kind: Any, document: Any, path: str = "") -> list[Problem]:
    """Missing, unknown and wrongly repeated fields of a document against one complex type of zeep's."""
    if not isinstance(document, Mapping):
        return [Problem(path, "not_allowed_there", {"type": kind.name or "complexType"})]
    elements = dict(fields(kind))
    attributes = {f"@{each.name}": each for _, each in kind.attributes if each.name}
    found = [
        Problem(_join(path, key), "unknown_there")
        for key in document
        if key not in elements and key not in attributes and key != "#text" and not _open(kind)
    ]
    for name, element in elements.items():
        where, value = _join(path, name), document.get(name)
        if value is not None:
            found += _values(element, value, where)
    found += _lacking(kind, document, path)
    found += [
        Problem(_join(path, name), "needed_there")
        for name, attribute in attributes.items()
        if attribute.required and document.get(name) is None
    ]
    return found


def _values(element: Any, value: Any, path: str) -> list[Problem]:
    if isinstance(value, list):
        if not element.accepts_multiple:
            return [Problem(path, "once_there")]
        return [each for at, one in enumerate(value) for each in _values_of_one(element, one, f"{path}.{at}")]
    return _values_of_one(element, value, path)


def _values_of_one(element: Any, value: Any, path: str) -> list[Problem]:
    if _is_structured(element.type):
        return problems(element.type, value, path)
    if isinstance(value, Mapping | list):
        return [Problem(path, "not_allowed_there", {"type": element.type.name or "text"})]
    return []


def arguments(kind: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as zeep wants it: attributes under their zeep names, text as `_value_1`."""
    names = {f"@{each.name}": key for key, each in kind.attributes if each.name}
    elements = dict(fields(kind))
    made: dict[str, Any] = {}
    for key, value in document.items():
        if key in elements:
            made[elements[key].attr_name] = _argument(elements[key], value)
        elif key == "#text":
            made["_value_1"] = value
        else:
            made[names.get(key, key)] = value
    return made


def _argument(element: Any, value: Any) -> Any:
    if not _is_structured(element.type):
        return value
    if isinstance(value, list):
        return [arguments(element.type, each) for each in value]
    return arguments(element.type, value) if isinstance(value, Mapping) else value


def repeating(kind: Any, path: tuple[str, ...] = (), depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Paths of an answer's type that may repeat, so that a list of one stays a list."""
    if depth > _DEEPEST or not _is_structured(kind):
        return
    for name, element in fields(kind):
        if name in path:  # a recursive type: the first round is enough for what anybody declares
            continue
        if element.accepts_multiple:
            yield (*path, name)
        yield from repeating(element.type, (*path, name), depth + 1)


def fields(kind: Any) -> list[tuple[str, Any]]:
    """Elements by their names on the wire; zeep's own keys mangle some."""
    return [(each.name, each) for _, each in kind.elements if isinstance(each, Element) and each.name]


def _is_structured(kind: Any) -> bool:
    return isinstance(kind, ComplexType)


def _open(kind: Any) -> bool:
    """Types with xsd:any take what they do not name."""
    return any(not isinstance(each, Element) for _, each in kind.elements)


def _lacking(kind: Any, document: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Elements that are missing, and choices of which more than one side is there.

    A choice of which no side is there is left to libxml2: zeep forgets which sides are optional.
    """
    required, choices = _groups(kind)
    for name in required:
        if document.get(name) is None:
            yield Problem(_join(path, name), "needed_there")
    for branches in choices:
        given = [branch for branch in branches if any(document.get(name) is not None for name in branch)]
        if len(given) > 1:
            fields = ", ".join(name for branch in given for name in branch)
            yield Problem(path, "only_one_of_there", {"fields": fields})


@lru_cache(maxsize=4096)
def _groups(kind: Any) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], ...], ...]]:
    """Names of required elements, and the sides of every choice."""
    parts = [part for _, group in kind.elements_nested for part in _parts(group)]
    required = tuple(str(part.name) for part in parts if isinstance(part, Element) and _is_required(part))
    choices = tuple(tuple(_names(side) for side in part) for part in parts if isinstance(part, Choice))
    return required, choices


def _parts(group: Any) -> Iterator[Any]:
    """Elements and single choices that stand in a sequence, however it is nested."""
    if isinstance(group, Element) or (isinstance(group, Choice) and not group.accepts_multiple):
        yield group
    elif isinstance(group, All | Sequence) and group.min_occurs:
        for each in group:
            yield from _parts(each)


def _is_required(element: Any) -> bool:
    return not element.is_optional and not element.nillable and element.default is None


def _names(group: Any) -> tuple[str, ...]:
    if isinstance(group, Element):
        return (str(group.name),)
    return tuple(name for each in group for name in _names(each)) if isinstance(group, list) else ()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
