"""YAML read as text, with positions.

Every scalar stays the text that was written: `010` is "010" and `no` is "no". What YAML would do silently is
refused: repeated keys, anchors, aliases, merge keys, tags, several documents.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mappings.problems import Finding, Unreadable

Path = tuple[str | int, ...]
Tree = str | list["Tree"] | dict[str, "Tree"]
_DEEPEST = 30
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_NAMED = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a node stands: of its key (or itself in a list) and of its value; all counted from 1."""

    key: tuple[int, int]
    value: tuple[int, int]
    plain: bool = False
    verbatim: bool = False  # the text stands in the file as it reads, so offsets inside it are columns
    file: str = ""  # where it was written, if that is another file than the source's own (see `layers`)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A declared file: its tree of texts, and where each part of it stands."""

    file: str
    tree: Tree
    marks: dict[Path, Mark]

    def position(self, path: Path = ()) -> tuple[int, int]:
        """(line, column) of the key at `path`, or of the nearest part above it that exists."""
        return self._mark(path).key

    def file_of(self, path: Path) -> str:
        """The file in which the part at `path` was written."""
        return self._mark(path).file or self.file

    def _mark(self, path: Path) -> Mark:
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks[path]

    def finding(self, path: Path, what: str, write: str, offset: int | None = None) -> Finding:
        """A finding at the key of `path`; with `offset`, at that character of the value's text."""
        line, column = self.position(path)
        if offset is not None and path in self.marks:
            mark = self.marks[path]
            line, column = mark.value
            column += offset if mark.verbatim else 0
        return Finding(self.file_of(path), line, column, what, write)

    def at(self, path: Path) -> Any:
        """The part at `path`, or None."""
        node: Any = self.tree
        for step in path:
            inside = (
                step in node
                if isinstance(node, dict)
                else isinstance(node, list) and step in range(len(node))
            )
            if not inside:
                return None
            node = node[step]
        return node

    def json(self, path: Path) -> Any:
        """The part at `path` as a JSON document: unquoted 1, 1.5, true, false, null are not text."""
        node = self.at(path)
        if isinstance(node, dict):
            return {key: self.json((*path, key)) for key in node}
        if isinstance(node, list):
            return [self.json((*path, index)) for index in range(len(node))]
        return _typed(node) if self.marks[path].plain else node


def _typed(text: str) -> Any:
    if text in _NAMED:
        return _NAMED[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def read(file: str, text: str) -> Source:
    """Raises Unreadable with every finding that the YAML itself gives."""
    reader = _Reader(file, text)
    try:
        tree = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not YAML ({error.problem or error.context})"
        write = "check indentation, and quote texts that hold ': ' or ' #'"
        raise Unreadable([*reader.findings, Finding(file, line, column, what, write)]) from error
    except yaml.reader.ReaderError as error:
        raise Unreadable([_unallowed(file, text, error.character)]) from error
    if reader.findings:
        raise Unreadable(reader.findings)
    return Source(file, tree, reader.marks)


def _unallowed(file: str, text: str, character: Any) -> Finding:
    sign = chr(character) if isinstance(character, int) else str(character)
    above, _, _ = text.partition(sign)
    line, column = above.count("\n") + 1, len(above) - above.rfind("\n")
    return Finding(
        file, line, column, f"a character that YAML does not allow (U+{ord(sign):04X})", "remove it"
    )


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.findings: list[Finding] = []
        self.marks: dict[Path, Mark] = {}
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))

    def document(self) -> Tree:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise Unreadable([Finding(self.file, 1, 1, "the file is empty", "write its keys")])
        tree = self._node(next(self._events), (), None)
        next(self._events)  # the document ends
        beyond = next(self._events)
        if not isinstance(beyond, yaml.StreamEndEvent):
            self._refuse(beyond, "a second YAML document", "keep one document per file")
        return tree

    def _node(self, event: Any, path: Path, key: Any) -> Tree:
        self._refuse_magic(event)
        self.marks[path] = self._mark(event, key or event)
        if len(path) > _DEEPEST:
            finding = Finding(self.file, *_place(event), "nested too deeply", f"at most {_DEEPEST} levels")
            raise Unreadable([*self.findings, finding])
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return str(event.value) if isinstance(event, yaml.ScalarEvent) else ""

    def _mapping(self, path: Path) -> Tree:
        tree: dict[str, Tree] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            name = self._key(key, path)
            if name in tree:
                self._refuse(key, f"'{name}' is written twice", "keep one of them")
            tree[name] = self._node(next(self._events), (*path, name), key)
        return tree

    def _key(self, event: Any, path: Path) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_magic(event)
            if event.value == "<<" and not event.style:
                self._refuse(event, "a merge key", "write the keys out")
            return str(event.value)
        self._refuse(event, "a key that is not text", "write a name before the ':'")
        self._node(event, (*path, "?"), event)
        return "?"

    def _sequence(self, path: Path) -> Tree:
        tree: list[Tree] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            tree.append(self._node(event, (*path, len(tree)), None))
        return tree

    def _mark(self, event: Any, key: Any) -> Mark:
        line, column = _place(event)
        if not isinstance(event, yaml.ScalarEvent):
            return Mark(_place(key), (line, column))
        quoted = 1 if event.style in ("'", '"') else 0
        start = _index(event) + quoted
        verbatim = self.text[start : start + len(event.value)] == event.value and "\n" not in event.value
        return Mark(_place(key), (line, column + quoted), not event.style, verbatim)

    def _refuse_magic(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"an alias (*{event.anchor})", "write the content out")
        elif event.anchor is not None:
            self._refuse(event, f"an anchor (&{event.anchor})", "remove it")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, f"a tag ({event.tag})", "remove it; every value is text")

    def _refuse(self, event: Any, what: str, write: str) -> None:
        self.findings.append(Finding(self.file, *_place(event), what, write))


def _index(event: Any) -> int:
    return int(event.start_mark.index)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
