"""JSON and YAML files of a contract, and what a `$ref` in them points to: in the folder or nowhere."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson
import yaml

from adapters.errors import Unbuildable

_MOST_CHARACTERS = 32 << 20
_DEEPEST = 200
_CHAIN = 64  # references to references


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 as OpenAPI means it: `NO` and `on` are texts, days are texts; anchors may repeat, not nest."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), [*_first, ""])


class Documents:
    """The trees of a folder's JSON and YAML files, each read once when it is asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {posixpath.normpath(path.replace("\\", "/")): text for path, text in files.items()}
        self._read: dict[str, Any] = {}
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def tree(self, path: str) -> Any:
        """Raises Unbuildable when it is not there or neither JSON nor YAML."""
        path = posixpath.normpath(path)
        if path not in self._files:
            what = f"the contract needs {path}, which is not in the folder"
            raise Unbuildable(("contract",), what, "save that file beside the contract")
        if path not in self._read:
            self._read[path] = parsed(path, self._files[path])
        return self._read[path]

    def referred(self, reference: Any, base: str) -> tuple[Any, str] | None:
        """What a reference written in the file `base` means, and the file it stands in; None when nothing.

        References to references are followed; one that comes back to itself means nothing.
        """
        for _ in range(_CHAIN):
            if not isinstance(reference, str):
                return None
            found = self._once(reference, base)
            if found is None:
                self.note(f"{base}: $ref {reference} leads nowhere: it is taken for anything")
                return None
            node, base = found
            if not (isinstance(node, dict) and isinstance(node.get("$ref"), str) and len(node) == 1):
                return found
            reference = node["$ref"]
        self.note(f"{base}: $ref {reference} comes back to itself: it is taken for anything")
        return None

    def _once(self, reference: str, base: str) -> tuple[Any, str] | None:
        place, _, fragment = reference.partition("#")
        path = self._path(place, base) if place else base
        if path is None:
            return None
        try:
            tree = self.tree(path)
        except Unbuildable:
            return None
        if fragment and not fragment.startswith("/"):
            return _anchored(tree, fragment, path)
        for step in fragment.split("/")[1:]:
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(tree, dict) and step in tree:
                tree = tree[step]
            elif isinstance(tree, list) and step.isascii() and step.isdigit() and int(step) < len(tree):
                tree = tree[int(step)]
            else:
                return None
        return tree, path

    def _path(self, place: str, base: str) -> str | None:
        """In the folder, where it says; else the one file of that name."""
        place = unquote(place).replace("\\", "/").removeprefix("file:///")
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), place))
        if joined in self._files:
            return joined
        name = posixpath.basename(place)
        named = [each for each in self._files if name and each != base and posixpath.basename(each) == name]
        if len(named) == 1:
            self.note(f"{base}: {place} is not in the folder: {named[0]} is taken for it")
            return named[0]
        return None


def _anchored(tree: Any, name: str, path: str) -> tuple[Any, str] | None:
    """A definition that calls itself `$anchor: NAME`, or has that name."""
    for group in ("$defs", "definitions"):
        found = tree.get(group) if isinstance(tree, dict) else None
        for key, each in found.items() if isinstance(found, dict) else ():
            if isinstance(each, dict) and (each.get("$anchor") == name or key == name):
                return each, path
    return None


def _refuse_depth(text: str) -> None:
    """Raises RecursionError: libyaml's composer recurses in C, and ends the process where a list nests too deep."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def parsed(path: str, text: str) -> Any:
    """Raises Unbuildable for what is neither JSON nor YAML."""
    text = text.removeprefix("\ufeff")
    if len(text) > _MOST_CHARACTERS:
        raise Unbuildable(("contract",), f"{path} is too large", "leave out what is not needed")
    try:
        if text.lstrip()[:1] in ("{", "["):
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                pass  # YAML in braces
        _refuse_depth(text)
        return yaml.load(text, _Loader)  # noqa: S506  a safe loader, with fewer guesses
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError, MemoryError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f"{path}:{line + 1}" if line is not None else path
        what = f"{where} is neither JSON nor YAML"
        raise Unbuildable(("contract",), what, "save the contract again") from None
