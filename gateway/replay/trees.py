"""What a mapping made, value by value: target path (`clxx[0].fj[1].xh`) -> value."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mappings.mapping import Mapping
from mappings.plan import Block, Node

_INDEX = re.compile(r"\[\d+\]")


def pattern(path: str) -> str:
    """A path without its places in lists: `clxx[].fj[].xh`."""
    return _INDEX.sub("[]", path) if "[" in path else path


@lru_cache(maxsize=256)
def targets(mapping: Mapping) -> frozenset[str]:
    """The patterns of all values that a mapping may make."""
    return frozenset(_targets(mapping.plan.nodes))


def flat(tree: Any, ends: frozenset[str]) -> dict[str, Any]:
    """All values of a tree. ends: patterns below which nothing is taken apart (values that are objects)."""
    return dict(_flat(tree, "", ends))


def _targets(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, Block):
            yield pattern(node.site.target.format(*_ZEROS))
        else:
            yield from _targets((node.take,) if node.take else node.body)


def _flat(tree: Any, path: str, ends: frozenset[str]) -> Iterator[tuple[str, Any]]:
    inside: list[tuple[str, Any]] = []
    if path and pattern(path) in ends:
        pass
    elif isinstance(tree, dict):
        inside = [(f"{path}.{name}" if path else name, each) for name, each in tree.items()]
    elif isinstance(tree, list):
        inside = [(f"{path}[{place}]", each) for place, each in enumerate(tree)]
    if not inside and path:
        yield path, tree
    for below, each in inside:
        yield from _flat(each, below, ends)


_ZEROS = (0,) * 8  # more lists inside each other than a mapping may have
