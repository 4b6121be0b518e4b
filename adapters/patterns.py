"""Looking into a decoded answer: dotted paths and glob patterns on text; all pure."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from adapters.message import Tree

Matcher = Callable[[str], bool]
Finder = Callable[[Tree], Any]


def text_matcher(patterns: Sequence[str]) -> Matcher:
    """True for a text that one of the patterns covers; `*` stands for any characters, also none."""
    exact = frozenset(each for each in patterns if "*" not in each)
    globs = [".*".join(map(re.escape, each.split("*"))) for each in patterns if "*" in each]
    if not globs:
        return exact.__contains__
    whole = re.compile("|".join(globs), re.DOTALL).fullmatch
    return lambda text: text in exact or whole(text) is not None


def value_matcher(patterns: Sequence[str]) -> Callable[[Any], bool]:
    """The same for any value of an answer; a bare `*` asks that something is there and not empty."""
    anything = "*" in patterns
    matches = text_matcher([each for each in patterns if each != "*"])

    def fits(value: Any) -> bool:
        text = as_text(value)
        if text is None:
            return anything and bool(value)
        return (anything and text != "") or matches(text)

    return fits


def as_text(value: Any) -> str | None:
    """How a scalar of an answer reads: JSON's true is `true`, 200 is `200`; None for null, maps and lists.

    Text of an element that also has attributes is its text.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        inner = value.get("#text")
        return inner if isinstance(inner, str) else None
    return None


def as_identifier(value: Any) -> str | None:
    """A number or name that must be exact, without blanks around it.

    A float is none: JSON integers beyond 64 bits arrive rounded. Nor is what Java writes for nothing.
    """
    text = None if isinstance(value, bool | float) else as_text(value)
    text = (text or "").strip()
    return None if text.lower() in ("", "null") else text


def finder(path: str) -> Finder:
    """Follows a dotted path; a number is a position where a list stands. None when it leads nowhere."""
    keys = path.split(".")
    if len(keys) == 1:
        return lambda tree: tree.get(path) if isinstance(tree, dict) else _at(tree, path)

    def find(tree: Tree) -> Any:
        for key in keys:
            tree = tree.get(key) if isinstance(tree, dict) else _at(tree, key)
            if tree is None:
                return None
        return tree

    return find


def _at(tree: Tree, key: str) -> Any:
    if isinstance(tree, list) and key.isascii() and key.isdigit() and int(key) < len(tree):
        return tree[int(key)]
    return None
