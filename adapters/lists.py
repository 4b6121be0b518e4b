"""What may repeat in an answer by the contract's types: there a list of one stays a list, at any depth."""

from dataclasses import dataclass, field
from typing import Any

from zeep.xsd import ComplexType

from adapters.shapes import fields


@dataclass(slots=True)
class Lists:
    """One type: the names of its parts that may repeat, and the parts that have such inside.

    A type may contain itself, and so may this.
    """

    names: list[str] = field(default_factory=list)
    inner: dict[str, "Lists"] = field(default_factory=dict, repr=False)

    def keep(self, tree: Any) -> None:
        """Makes lists of what is none where the contract has them; an empty element is a list of nothing."""
        if isinstance(tree, list):
            for each in tree:
                self.keep(each)
        elif isinstance(tree, dict):
            for name in self.names:
                if name in tree and not isinstance(tree[name], list):
                    tree[name] = [] if tree[name] in ("", None) else [tree[name]]
            for name, inner in self.inner.items():
                if name in tree:
                    inner.keep(tree[name])


def lists_of(kind: Any) -> Lists:
    """The lists of one of zeep's types; those of a body that is no complex type are none."""
    found: dict[int, Lists] = {}
    top = _read(kind, found)
    useful = {id(each) for each in found.values() if each.names}
    while more := {
        id(each)
        for each in found.values()
        if id(each) not in useful and any(id(inner) in useful for inner in each.inner.values())
    }:
        useful |= more
    for each in found.values():
        each.inner = {name: inner for name, inner in each.inner.items() if id(inner) in useful}
    return top


def _read(kind: Any, found: dict[int, Lists]) -> Lists:
    if id(kind) in found:
        return found[id(kind)]
    made = found[id(kind)] = Lists()
    if isinstance(kind, ComplexType):
        for name, element in fields(kind):
            if element.accepts_multiple:
                made.names.append(name)
            if isinstance(element.type, ComplexType):
                made.inner[name] = _read(element.type, found)
    return made
