"""Rows that stand in a string: XML (`node` with `key[@label]`) or JSON, as some interfaces and lists carry them."""

import json
from typing import Any

from adapters.codecs import xml
from adapters.declared import Answer
from adapters.errors import Garbled
from adapters.inner import with_names
from gateway.guides.sources import Cells, lowered

_NAMES = Answer(document="xml", label="label")
_STATUS = ("status", "@status")
_IN_FORCE = "1"


class Unreadable(Exception):
    """The text is neither XML nor JSON that holds rows."""


def rows_in(value: Any) -> list[Cells]:
    """The rows of a list, of an object that is one, or of a string that holds either; without deleted ones.

    An entry whose STATUS is not 1 is a deleted one. Raises Unreadable.
    """
    tree = _tree(value) if isinstance(value, str) else value
    return [row for row in map(lowered, _entries(tree)) if _is_in_force(row)]


def _tree(text: str) -> Any:
    if not text.strip():
        return []
    try:
        if text.lstrip("\ufeff \r\n\t").startswith("<"):
            return with_names(xml.read(text), _NAMES)
        return json.loads(text, parse_int=str, parse_float=str)
    except (Garbled, ValueError, RecursionError) as error:
        raise Unreadable from error


def _entries(tree: Any) -> list[dict[str, Any]]:
    """The list itself, the only list inside (`<DATA><node>…</node></DATA>`), or the object as the only entry."""
    while isinstance(tree, dict):
        inside = [value for key, value in tree.items() if key[:1] != "@"]
        if inside == [""] and "#text" in tree:
            return []  # <DATA/>
        if len(inside) != 1 or not isinstance(inside[0], list | dict):
            break
        tree = inside[0]
    if isinstance(tree, dict):
        tree = [tree]
    if not isinstance(tree, list) or not all(isinstance(each, dict) and "#text" not in each for each in tree):
        raise Unreadable
    return tree


def _is_in_force(row: Cells) -> bool:
    said = next((row[name] for name in _STATUS if name in row), _IN_FORCE)
    return said == _IN_FORCE
