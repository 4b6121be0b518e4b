"""The document inside a returned string."""

import html
from collections.abc import Iterable
from typing import Any

from adapters.codecs import json, xml
from adapters.declared import Answer
from adapters.errors import Garbled
from adapters.message import Tree
from adapters.patterns import finder


def inside(tree: Tree, answer: Answer, lists: Iterable[str]) -> Tree:
    """The document that the answer carries as a text, alone or in its place, with its `lists`.

    Raises Garbled where there is no such text, unless the answer may do without it (`in_place`).
    """
    if not answer.in_place:
        text = finder(answer.at[0])(tree) if answer.at else _only_text(tree)
        return with_lists(_read(text, answer), lists)
    for path in answer.at or ():
        text = finder(path)(tree)
        if text not in (None, ""):
            _put(tree, path.split("."), _read(text, answer))
    return with_lists(tree, lists)


def with_lists(document: Tree, lists: Iterable[str]) -> Tree:
    """What is declared as a list is one, even of one."""
    for path in lists:
        xml.make_list(document, path.split("."))
    return document


def with_names(document: Tree, answer: Answer) -> Tree:
    """Where children say their names in an attribute (`label`), they are fields of those names."""
    return _named(document, f"@{answer.label}") if answer.label else document


def _read(text: Any, answer: Answer) -> Tree:
    if not isinstance(text, str) or not text.strip():
        raise Garbled("no_document")
    text = html.unescape(text) if answer.unescape else text
    return with_names(json.read(text.encode()) if answer.document == "json" else xml.read(text), answer)


def _only_text(tree: Any) -> str | None:
    """The single text of a tree, None when there are several or none."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, dict) and len(tree) == 1:
        return _only_text(next(iter(tree.values())))
    return None


def _put(tree: Any, keys: list[str], document: Tree) -> None:
    """Where `finder` has found the text."""
    for key in keys[:-1]:
        tree = tree[key] if isinstance(tree, dict) else tree[int(key)]
    tree[keys[-1] if isinstance(tree, dict) else int(keys[-1])] = document


def _named(tree: Tree, mark: str) -> Tree:
    """A name that comes twice is a list, which no predicate takes for a text."""
    if isinstance(tree, list):
        return [_named(each, mark) for each in tree]
    if not isinstance(tree, dict):
        return tree
    found: dict[str, Any] = {}
    for key, value in tree.items():
        several = value if isinstance(value, list) else [value]
        if several and all(isinstance(each, dict) and isinstance(each.get(mark), str) for each in several):
            for each in several:
                xml.add(found, each[mark], _unmarked(each, mark))
        else:
            xml.add(found, key, _named(value, mark))
    return found


def _unmarked(child: dict[str, Any], mark: str) -> Tree:
    rest = {key: value for key, value in child.items() if key != mark}
    return rest.get("#text", "") if rest.keys() <= {"#text"} else _named(rest, mark)
