"""How answers differ from what the contract says of them (契约偏离): by path, never by value. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from adapters.contract import Part
from gateway.errors import Texts

What = Literal["unnamed", "missing", "another_value", "another_type", "another_form"]
TEXTS: Mapping[What, Texts] = {
    "unnamed": ("契约未列此字段", "the contract does not name it"),
    "missing": ("契约必填，答复没有", "the contract needs it, and it is not there"),
    "another_value": ("不在契约枚举之内", "none of the values that the contract allows"),
    "another_type": ("与契约的类型不同", "not of the type that the contract gives it"),
    "another_form": ("与契约的结构不同", "not of the form that the contract gives it"),
}
# kinds as XML has them, where all is text, and forms of days and moments, which are text in JSON, too
# (XML Schema 1.1 part 2 §3.3, RFC 3339 §5.6)
_DAY = "-?[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_MOMENT = re.compile(_DAY + "[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}.*")
_WRITTEN: Mapping[str, re.Pattern[str]] = {
    "integer": re.compile("[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN"),
    "boolean": re.compile("true|false|0|1"),
    "date": re.compile(_DAY + "([Zz]|[+-][0-9]{2}:[0-9]{2})?"),
    "dateTime": _MOMENT,
    "date-time": _MOMENT,
}


class Difference(NamedTuple):
    """path: of the place, list numbers left out."""

    path: str
    what: What


def differences(part: Part, tree: Any, path: str = "", *, in_xml: bool = False) -> Iterator[Difference]:
    """Between an answer as it was decoded and its description; each place as often as it is met.

    in_xml: it came as XML, where every value is text and a list of one is no list.
    """
    if tree is None:
        return
    if not in_xml and part.kind != "any" and part.many is not isinstance(tree, list):
        yield Difference(path, "another_form")
    elif isinstance(tree, list):
        for each in tree:
            yield from _of_one(part, each, path, in_xml=in_xml)
        if in_xml and not part.many and part.kind != "any":
            yield Difference(path, "another_form")
    else:
        yield from _of_one(part, tree, path, in_xml=in_xml)


def _of_one(part: Part, tree: Any, path: str, *, in_xml: bool) -> Iterator[Difference]:
    if isinstance(tree, Mapping):
        yield from _of_object(part, tree, path, in_xml=in_xml)
    elif tree is None or (in_xml and tree == ""):  # an element without anything in it
        return
    elif part.kind == "object" or isinstance(tree, list):
        if part.kind != "any":
            yield Difference(path, "another_form")
    elif not (_is_written_as if in_xml else _is_typed)(part, tree):
        yield Difference(path, "another_type")
    elif part.among and _said(tree) not in part.among:
        yield Difference(path, "another_value")


def _of_object(part: Part, tree: Mapping[str, Any], path: str, *, in_xml: bool) -> Iterator[Difference]:
    if part.kind == "any" or part.recursive or part.cut:
        return
    if part.kind != "object":
        yield Difference(path, "another_form")
        return
    inside = {each.name: each for each in part.parts}
    for name, value in tree.items():
        if name in inside:
            yield from differences(inside[name], value, _joined(path, name), in_xml=in_xml)
        elif not part.open:
            yield Difference(_joined(path, name), "unnamed")
    for name, each in inside.items():
        if each.required and not each.choice and name not in tree:
            yield Difference(_joined(path, name), "missing")


def _is_typed(part: Part, value: Any) -> bool:
    """Whether a value of JSON is of its type: a number that stands as text is none, nor the other way round."""
    match part.kind:
        case "any":
            return True
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return not isinstance(value, bool | str) and value % 1 == 0
        case "decimal":
            return not isinstance(value, bool | str)
    return isinstance(value, str) and _is_written_as(part, value)


def _is_written_as(part: Part, value: Any) -> bool:
    written = _WRITTEN.get(part.kind) or _WRITTEN.get(part.form)
    return written is None or written.fullmatch(str(value).strip()) is not None


def _said(value: Any) -> str:
    """As a contract's enumeration has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
