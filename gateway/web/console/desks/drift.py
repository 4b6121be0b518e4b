"""How answers differ from what the contract says of them (契约偏离): by path, never by value. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from adapters.contract import Part
from gateway.errors import Texts

What = Literal["unnamed", "missing", "another_value", "another_form"]
TEXTS: Mapping[What, Texts] = {
    "unnamed": ("契约未列此字段", "the contract does not name it"),
    "missing": ("契约必填，答复没有", "the contract needs it, and it is not there"),
    "another_value": ("不在契约枚举之内", "none of the values that the contract allows"),
    "another_form": ("与契约的结构不同", "not of the form that the contract gives it"),
}


class Difference(NamedTuple):
    """path: of the place, list numbers left out."""

    path: str
    what: What


def differences(part: Part, tree: Any, path: str = "") -> Iterator[Difference]:
    """Between an answer as it was decoded and its description; each place as often as it is met."""
    if isinstance(tree, list):
        for each in tree:
            yield from differences(part, each, path)
    elif isinstance(tree, Mapping):
        yield from _of_object(part, tree, path)
    elif tree is not None and part.kind == "object" and tree != "":
        yield Difference(path, "another_form")
    elif tree is not None and part.among and str(tree) not in part.among:
        yield Difference(path, "another_value")


def _of_object(part: Part, tree: Mapping[str, Any], path: str) -> Iterator[Difference]:
    if part.kind == "any" or part.recursive or part.cut:
        return
    if part.kind != "object":
        yield Difference(path, "another_form")
        return
    inside = {each.name: each for each in part.parts}
    for name, value in tree.items():
        if name in inside:
            yield from differences(inside[name], value, _joined(path, name))
        elif not part.open:
            yield Difference(_joined(path, name), "unnamed")
    for name, each in inside.items():
        if each.required and not each.choice and name not in tree:
            yield Difference(_joined(path, name), "missing")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
