"""The head of a mapping file: what it is named, what it reads and writes, what it stands on.

Calls that a platform makes to us are read by `case.notify.in.yaml`, and answered by `case.notify.in.reply.yaml`.
Three kinds: a mapping (`case.submit.yaml`), an overlay for some items (`case.submit@NAME.yaml`), and a part that
others extend and that is no mapping by itself (`_NAME.yaml`).
"""

import re
from collections.abc import Iterator

from mappings.canonical.schema import NAMES
from mappings.problems import Finding, nearest
from mappings.source import Source

_KEYS = {
    "mapping": ("mapping", "title", "from", "to", "extends", "header", "fields", "examples"),
    "overlay": ("mapping", "title", "items", "header", "fields", "examples"),
    "part": ("mapping", "title", "extends", "header", "fields"),
}
_NEEDED = {
    "mapping": ("mapping", "from", "to", "examples"),
    "overlay": ("mapping", "items", "fields", "examples"),
    "part": ("mapping", "fields"),
}
_NAME = re.compile(r"_[a-z][a-z0-9_]*|[a-z][a-z_]*\.[a-z_]+(\.reply|\.in(\.reply)?|@[a-z0-9][a-z0-9-]*)?")
_SHAPE = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z][a-z_.]*@[0-9][0-9.]*")
_CODES = re.compile(r"[0-9A-Za-z._-]+\*?")


def kind_of(stem: str) -> str:
    """mapping | overlay | part, by the file's name."""
    return "part" if stem.startswith("_") else "overlay" if "@" in stem else "mapping"


def head_findings(source: Source) -> Iterator[Finding]:
    """What is wrong above the fields."""
    if not isinstance(source.tree, dict):
        yield source.finding((), "a mapping is a map", "write mapping:, from:, to:, fields:, examples:")
        return
    wanted = source.file.removesuffix(".yaml")
    kind = kind_of(wanted.rpartition("/")[2])
    for key in source.tree:
        if key not in _KEYS[kind]:
            write = nearest(key, _KEYS[kind], f"one of {', '.join(_KEYS[kind])}")
            yield source.finding((key,), f"no key '{key}' in {_a(kind)}", write)
    for key in _NEEDED[kind]:
        if key not in source.tree and not (key == "fields" and "header" in source.tree):
            yield source.finding((), f"no '{key}'", f"write {key}:")
    if kind == "mapping" and not {"fields", "header", "extends"} & source.tree.keys():
        yield source.finding((), "no 'fields'", "write fields:")
    if (kind != "mapping" or "extends" in source.tree) and not isinstance(
        source.tree.get("fields", {}), dict
    ):
        yield source.finding(("fields",), "no fields", "write TARGET: SOURCE below it, or leave 'fields' out")
    if not isinstance(source.tree.get("header", {}), dict):
        yield source.finding(("header",), "no fields", "write TARGET: SOURCE below it, or leave 'header' out")
    yield from _name_findings(source, wanted)
    for key in ("from", "to"):
        yield from _vocabulary_findings(source, key)
    if kind == "overlay":
        yield from _item_findings(source)


def _a(kind: str) -> str:
    return {"overlay": "an overlay", "part": "a part that others extend"}.get(kind, "a mapping")


def _name_findings(source: Source, wanted: str) -> Iterator[Finding]:
    if not _NAME.fullmatch(wanted.rpartition("/")[2]):
        yield source.finding((), "the file's name is no operation", "name it such as case.submit.yaml")
    elif source.at(("mapping",)) not in (wanted, None):
        what = "the mapping's name is not the file's name"
        yield source.finding(("mapping",), what, f"write mapping: {wanted}")


def _vocabulary_findings(source: Source, key: str) -> Iterator[Finding]:
    name = source.at((key,))
    if name is not None and not (isinstance(name, str) and _SHAPE.fullmatch(name)):
        write = "write canonical/case@1 or PLATFORM/case@1"
        yield source.finding((key,), f"'{key}' names no vocabulary", write)
    elif name is not None and name.startswith("canonical/") and name not in NAMES:
        write = nearest(name, NAMES, f"one of {', '.join(sorted(NAMES))}")
        yield source.finding((key,), f"no canonical schema '{name}'", write)


def _item_findings(source: Source) -> Iterator[Finding]:
    items = source.at(("items",))
    if not isinstance(items, list) or not items:
        yield source.finding(("items",), "no items", 'write items: ["11440100007483172Q*"]')
        return
    for index, code in enumerate(items):
        if not (isinstance(code, str) and _CODES.fullmatch(code)):
            write = "write a whole code, or its beginning and one '*' at the end"
            yield source.finding(("items", index), "no code of an item", write)
