"""A document against the types of a contract: all faults at once, before zeep would stop at the first.

Also turns our tree convention into zeep's keyword arguments.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from zeep.xsd import ComplexType
from zeep.xsd.elements import Choice, Element, Group
from zeep.xsd.elements.indicators import All, Sequence
from zeep.xsd.types import ListType, builtins

from adapters.problems import Problem

_TEXT = "#text"
_SCALARS = (builtins.Boolean, builtins.Decimal, builtins.Double, builtins.Float, builtins.String)


def problems(kind: Any, document: Any, path: str = "") -> list[Problem]:
    """Missing, unknown and wrongly repeated fields of a document against one of zeep's types."""
    if not _is_structured(kind):
        return _problems_of_text(document)
    if not isinstance(document, Mapping):
        if not _is_text(kind) or isinstance(document, list):
            return [Problem(path, "not_allowed_there", {"type": kind.name or "complexType"})]
        document = {_TEXT: document}
    elements = dict(fields(kind))
    attributes = {f"@{each.name}": each for _, each in kind.attributes if each.name}
    found = [
        Problem(_join(path, key), "unknown_there")
        for key in document
        if key not in elements and key not in attributes and not _open(kind)
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


def _problems_of_text(document: Mapping[str, Any]) -> list[Problem]:
    """A body that is one text only: `#text`."""
    found = [Problem(str(key), "unknown_there") for key in document if key != _TEXT]
    text = document.get(_TEXT)
    if text is None:
        found.append(Problem(_TEXT, "needed_there"))
    elif isinstance(text, Mapping | list):
        found.append(Problem(_TEXT, "not_allowed_there", {"type": "text"}))
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


def arguments(kind: Any, document: Any) -> dict[str, Any]:
    """The document as zeep wants it: attributes under their zeep names, text as `_value_1`."""
    if not _is_structured(kind):
        return {"value": _scalar(kind, document[_TEXT])}
    if not isinstance(document, Mapping):
        document = {_TEXT: document}
    attributes = {f"@{each.name}": (key, each) for key, each in kind.attributes if each.name}
    elements = dict(fields(kind))
    made: dict[str, Any] = {}
    for key, value in document.items():
        if key in elements:
            made[elements[key].attr_name] = _argument(elements[key], value)
        elif key in attributes:
            name, attribute = attributes[key]
            made[name] = _scalar(attribute.type, value)
        else:
            made[key] = value
    if base := _bare_base(kind):
        own = {f"@{each.name}" for _, each in base.attributes if each.name}
        made["_value_1"] = arguments(base, {key: value for key, value in document.items() if key in own})
    return made


def _argument(element: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_argument(element, each) for each in value]
    if not _is_structured(element.type):
        return _scalar(element.type, value)
    return arguments(element.type, value) if value is not None else None


def _scalar(kind: Any, value: Any) -> Any:
    """zeep takes a list's text for its items, and loses 0 and false where there is a choice."""
    if isinstance(kind, ListType) and isinstance(value, str):
        return value.split()
    if isinstance(kind, _SCALARS) and isinstance(value, int) and not value:
        return "false" if value is False else "0"
    return value


def fields(kind: Any) -> list[tuple[str, Any]]:
    """Elements by their names on the wire, as zeep's own keys mangle some; `#text` for text with attributes."""
    if _is_text(kind):
        return [(_TEXT, kind._element)]
    if _bare_base(kind) is not None:
        return []
    return [(each.name, each) for _, each in kind.elements if isinstance(each, Element) and each.name]


def _bare_base(kind: Any) -> Any:
    """The type that this one extends, if neither has elements: zeep keeps it like a text, and asks it again."""
    base = kind._element.type if isinstance(kind._element, Element) else None
    return base if _is_structured(base) else None


def _is_text(kind: Any) -> bool:
    """Text that may have attributes (simpleContent): zeep keeps one element without a tag for it."""
    return isinstance(kind._element, Element) and not _is_structured(kind._element.type)


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
        elif given and all(_is_empty(document.get(name)) for name in given[0]):
            yield Problem(_join(path, given[0][0]), "not_allowed_there", {"type": "choice"})


def _is_empty(value: Any) -> bool:
    """What zeep leaves out where there is a choice, without a word."""
    return value is None or (isinstance(value, str | list | Mapping) and not value)


@lru_cache(maxsize=4096)
def _groups(kind: Any) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], ...], ...]]:
    """Names of required elements, and the sides of every choice."""
    if isinstance(kind._element, Element):
        return ((_TEXT,) if _is_text(kind) else ()), ()
    parts = [part for _, group in kind.elements_nested for part in _parts(group)]
    required = tuple(str(part.name) for part in parts if isinstance(part, Element) and _is_required(part))
    choices = [each for part in parts if isinstance(part, Choice) for each in _choices(part)]
    return required, tuple(tuple(_names(side) for side in each) for each in choices)


def _parts(group: Any) -> Iterator[Any]:
    """Elements and single choices that stand in a sequence, however it is nested."""
    if isinstance(group, Element) or (isinstance(group, Choice) and not group.accepts_multiple):
        yield group
    elif isinstance(group, All | Sequence | Group) and group.min_occurs:
        for each in [group.child] if isinstance(group, Group) else group:
            yield from _parts(each)


def _choices(group: Any) -> Iterator[Any]:
    """A choice and those inside its sides."""
    if isinstance(group, Choice):
        yield group
    if isinstance(group, All | Choice | Sequence | Group) and not group.accepts_multiple:
        for each in group:
            yield from _choices(each)


def _is_required(element: Any) -> bool:
    return not element.is_optional and not element.nillable and element.default is None


def _names(group: Any) -> tuple[str, ...]:
    if isinstance(group, Element):
        return (str(group.name),)
    if isinstance(group, Group):
        return _names(group.child)
    return tuple(name for each in group for name in _names(each)) if isinstance(group, list) else ()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
