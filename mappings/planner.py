"""Reads the `fields` of a mapping file into a plan, and finds everything in them that cannot work."""

from collections.abc import Mapping as Files
from dataclasses import dataclass, replace
from typing import Any

from mappings.canonical.shape import Shape
from mappings.language import BadSyntax, Guard, parse_expression, parse_guard, parse_path
from mappings.language import Path as Route
from mappings.pipes import Pipes
from mappings.plan import Block, Bound, Field, Node, Plan, Site
from mappings.problems import nearest
from mappings.reach import Holder, Reach, Wrong
from mappings.source import Path, Source
from mappings.tables import Table
from mappings.words.materials import CONTENTS

_BLOCK_KEYS = ("fields", "each", "when", "take")
_BLOCK_USAGE = "write an expression, or a block with 'fields' or 'take'"
_MOST_LISTS = 6
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: in the file, in the target (`{}` per list), and below which elements."""

    path: Path
    holders: tuple[Holder, ...]
    target: str = ""
    shape: Shape | None = None  # of the target, if its schema is known


class Planner:
    """Plans one file. `wrong` is told of every mistake: (path in the file, what, write, offset in its text)."""

    def __init__(self, source: Source, tables: Files[str, Table], wrong: Wrong) -> None:
        self._source = source
        self._wrong = wrong
        self._pipes = Pipes(tables, wrong)
        self._reach = Reach(wrong)

    def plan(self, reads: Shape | None, writes: Shape | None) -> Plan:
        """reads, writes: the canonical shapes of source and target; None where no schema is known."""
        nodes = self._object(Place(("fields",), (Holder((), reads),), "", writes))
        return Plan(nodes, frozenset(self._reach.sources), frozenset(self._pipes.tables))

    def _object(self, place: Place) -> tuple[Node, ...]:
        tree = self._source.at(place.path)
        if not isinstance(tree, dict) or (not tree and place.target):
            self._wrong(place.path, "no fields", "write TARGET: SOURCE below it", None)
            return ()
        nodes: list[Node] = []
        taken: dict[Steps, bool] = {}
        for key in tree:
            steps, path = tuple(key.split(".")), (*place.path, key)
            if "" in steps or any(step.split() != [step] for step in steps):
                self._wrong(path, f"'{key}' is no target path", "write names with one dot between them", None)
            elif not _is_free(steps, taken):
                self._wrong(path, f"target '{key}' is written twice", "keep one of them", None)
            else:
                shape = self._reach.target(steps, place.shape, path)
                inner = replace(place, path=path, target=_below(place.target, key), shape=shape)
                node = self._node(steps, inner)
                nodes += [node] if node else []
        self._reach.required(place.shape, (), taken, nodes, place.path)
        return tuple(nodes)

    def _node(self, steps: Steps, place: Place) -> Node | None:
        value = self._source.at(place.path)
        if isinstance(value, str):
            return self._field(steps, place, None)
        if not isinstance(value, dict):
            self._wrong(place.path, "a list is no source", _BLOCK_USAGE, None)
            return None
        unknown = [key for key in value if key not in _BLOCK_KEYS]
        for key in unknown:
            write = nearest(
                key, _BLOCK_KEYS, f"a block has {', '.join(_BLOCK_KEYS)}; targets stand below 'fields'"
            )
            self._wrong((*place.path, key), f"no key '{key}' in a block", write, None)
        if unknown:
            return None
        if ("fields" in value) == ("take" in value):
            self._wrong(place.path, "a block has either 'fields' or 'take'", _BLOCK_USAGE, None)
            return None
        return self._block(steps, place, value)

    def _block(self, steps: Steps, place: Place, value: dict[str, Any]) -> Node | None:
        each = self._each(place) if "each" in value else None
        if "each" in value and each is None:
            return None
        inner = self._inside(place, each) if each else place
        guard = self._guard(inner) if "when" in value else None
        if "fields" in value:
            self._reach.is_block(place.shape, each is not None, place.path)
            body = self._object(replace(inner, path=(*place.path, "fields")))
            return Block(steps, self._site(place, f"each {each}" if each else ""), each, guard, body)
        if "each" not in value and "when" not in value:
            self._wrong(
                (*place.path, "take"), "'take' without 'when' or 'each'", "write the expression alone", None
            )
        if each is not None:
            self._reach.is_block(place.shape, True, place.path)
        taken = self._field(steps, replace(inner, path=(*place.path, "take")), None if each else guard)
        if each is None or taken is None:
            return taken
        return Block(steps, self._site(place, f"each {each}"), each, guard, (), taken)

    def _each(self, place: Place) -> Route | None:
        path = (*place.path, "each")
        try:
            each = parse_path(self._text(path))
        except BadSyntax as error:
            self._wrong(path, error.what, error.write, error.offset)
            return None
        if not each.steps:
            self._wrong(path, "'each' needs the name of a list", "write each: materials, or each: .files", 0)
            return None
        if len(place.holders) + len(each.steps) > _MOST_LISTS + 1:
            self._wrong(
                path, f"more than {_MOST_LISTS} lists inside each other", "let a word of Python do this", 0
            )
            return None
        return each if self._reach.depth(each, place.holders, path) else None

    def _inside(self, place: Place, each: Route) -> Place:
        below = self._reach.elements(each, place.holders, (*place.path, "each"))
        shape = place.shape.element() if place.shape and place.shape.kind == "list" else place.shape
        return replace(place, target=place.target + "[{}]", holders=(*place.holders, *below), shape=shape)

    def _guard(self, place: Place) -> Guard | None:
        path = (*place.path, "when")
        try:
            guard = parse_guard(self._text(path))
        except BadSyntax as error:
            self._wrong(path, error.what, error.write, error.offset)
            return None
        self._reach.value(guard.path, place.holders, path, None)
        return guard

    def _field(self, steps: Steps, place: Place, guard: Guard | None) -> Field | None:
        try:
            expression = parse_expression(self._text(place.path))
        except BadSyntax as error:
            self._wrong(place.path, error.what, error.write, error.offset)
            return None
        words = self._pipes.bound(expression, place.path)
        source = expression.source
        if isinstance(source, Route):
            takes = None if words is None else words[0].takes if words else "text"
            self._reach.value(source, place.holders, place.path, takes)
        if words is None:
            return None
        self._reach.is_value(place.shape, _gives(words), place.path)
        return Field(steps, self._site(place, str(source)), expression, words, guard)

    def _text(self, path: Path) -> str:
        value = self._source.at(path)
        if not isinstance(value, str):
            raise BadSyntax(0, "a text is expected", "write it on one line")
        return value

    def _site(self, place: Place, source: str) -> Site:
        file, (line, column) = self._source.file_of(place.path), self._source.position(place.path)
        return Site(place.target, source, file, line, column)


def _is_free(steps: Steps, taken: dict[Steps, bool]) -> bool:
    """Notes the target; True unless it, a part above it or something below it already holds a value."""
    above = [steps[:length] for length in range(1, len(steps))]
    if steps in taken or any(taken.get(one, False) for one in above):
        return False
    taken.update(dict.fromkeys(above, False))
    taken[steps] = True
    return True


def _below(target: str, key: str) -> str:
    escaped = key.replace("{", "{{").replace("}", "}}")
    return f"{target}.{escaped}" if target else escaped


def _gives(words: tuple[Bound, ...]) -> str:
    """The kind of value that arrives: for a file's content the adapter puts in the text while sending."""
    return "text" if not words or words[-1].word in CONTENTS else words[-1].gives
