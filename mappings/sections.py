"""Sections of a mapping file beside `fields`: what they write stands in the target under a name of its own.

`header:` is read as if `"#header": {fields: …}` stood among the fields, so layers, guards, lists and traces work
there as everywhere. No element can be called so; who writes the message puts it beside the body.
"""

from dataclasses import replace
from typing import Any

from mappings.source import Mark, Path, Source

HEADER = "#header"
_SECTION = ("header",)
_WITHIN: Path = ("fields", HEADER)


def joined(source: Source) -> Source:
    """The source with its sections among the fields; every part keeps the line in which it was written."""
    tree = source.tree
    if not isinstance(tree, dict) or not isinstance(tree.get("header"), dict):
        return source
    fields: Any = tree.get("fields", {})
    if not isinstance(fields, dict) or HEADER in fields:
        return source
    whole = {**tree, "fields": {**fields, HEADER: {"fields": tree["header"]}}}
    del whole["header"]
    marks = {path: mark for path, mark in source.marks.items() if path[:1] != _SECTION}
    marks |= _moved(source)
    marks.setdefault(("fields",), source.marks[_SECTION])
    return replace(source, tree=whole, marks=marks)


def _moved(source: Source) -> dict[Path, Mark]:
    own = source.marks[_SECTION]
    below = {
        (*_WITHIN, "fields", *path[1:]): mark for path, mark in source.marks.items() if path[:1] == _SECTION
    }
    return {_WITHIN: own, **below}
