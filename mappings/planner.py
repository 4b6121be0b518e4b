"""Reads the `fields` of a mapping file into a plan, and finds everything in them that cannot work."""

import json
from collections.abc import Mapping as Files
from dataclasses import dataclass, replace
from typing import Any

from mappings.language import (
    BadSyntax,
    Call,
    Expression,
    Guard,
    Literal,
    parse_expression,
    parse_guard,
    parse_path,
)
from mappings.language import Path as Route
from mappings.plan import Block, Bound, Field, Node, Plan, Site
from mappings.problems import Finding, Refused, nearest
from mappings.source import Path, Source
from mappings.tables import Table
from mappings.words import REGISTER, BadArgument

_BLOCK_KEYS = ("fields", "each", "when", "take")
_BLOCK_USAGE = "write an expression, or a block with 'fields' or 'take'"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: in the file, in the target (`{}` per list), and below which elements."""

    path: Path
    target: str = ""
    holders: tuple[tuple[str, ...], ...] = ((),)  # absolute source paths of the document and the elements


class Planner:
    """Collects nodes and findings of one file; `tables` are those of the platform."""

    def __init__(self, source: Source, tables: Files[str, Table]) -> None:
        self.findings: list[Finding] = []
        self.sources: set[str] = set()
        self.used_tables: set[str] = set()
        self._source = source
        self._tables = tables

    def plan(self) -> Plan:
        nodes = self._object(Place(("fields",)))
        return Plan(nodes, frozenset(self.sources))

    def _object(self, place: Place) -> tuple[Node, ...]:
        tree = self._source.at(place.path)
        if not isinstance(tree, dict) or not tree:
            self._wrong(place.path, "no fields", "write TARGET: SOURCE below it")
            return ()
        nodes: list[Node] = []
        taken: dict[tuple[str, ...], bool] = {}
        for key in tree:
            steps = tuple(key.split("."))
            if "" in steps or any(step.split() != [step] for step in steps):
                self._wrong((*place.path, key), f"'{key}' is no target path", "write names with one dot between them")
            elif not self._is_free(steps, taken):
                self._wrong((*place.path, key), f"target '{key}' is written twice", "keep one of them")
            else:
                node = self._node(steps, replace(place, path=(*place.path, key), target=_below(place.target, key)))
                nodes += [node] if node else []
        return tuple(nodes)

    @staticmethod
    def _is_free(steps: tuple[str, ...], taken: dict[tuple[str, ...], bool]) -> bool:
        """Notes the target; True unless it, a part above it or something below it already holds a value."""
        above = [steps[:length] for length in range(1, len(steps))]
        if steps in taken or any(taken.get(one, False) for one in above):
            return False
        taken.update(dict.fromkeys(above, False))
        taken[steps] = True
        return True

    def _node(self, steps: tuple[str, ...], place: Place) -> Node | None:
        value = self._source.at(place.path)
        if isinstance(value, str):
            return self._field(steps, place, None)
        if not isinstance(value, dict):
            self._wrong(place.path, "a list is no source", _BLOCK_USAGE)
            return None
        unknown = [key for key in value if key not in _BLOCK_KEYS]
        for key in unknown:
            write = nearest(key, _BLOCK_KEYS, f"a block has {', '.join(_BLOCK_KEYS)}; put targets below 'fields'")
            self._wrong((*place.path, key), f"no key '{key}' in a block", write)
        if ("fields" in value) == ("take" in value):
            self._wrong(place.path, "a block has either 'fields' or 'take'", _BLOCK_USAGE)
            return None
        return None if unknown else self._block(steps, place, value)

    def _block(self, steps: tuple[str, ...], place: Place, value: dict[str, Any]) -> Node | None:
        each = self._each(place) if "each" in value else None
        if "each" in value and each is None:
            return None
        inner = self._inside(place, each) if each else place
        guard = self._guard(inner) if "when" in value else None
        site = self._site(place, "each " + str(each) if each else "")
        if "take" not in value:
            body = self._object(replace(inner, path=(*place.path, "fields")))
            return Block(steps, site, each, guard, body)
        if each is None and guard is None:
            self._wrong((*place.path, "take"), "'take' without 'when' or 'each'", "write the expression alone")
        taken = self._field(steps, replace(inner, path=(*place.path, "take")), None if each else guard)
        if each is None or taken is None:
            return taken
        return Block(steps, site, each, guard, (), taken)

    def _each(self, place: Place) -> Route | None:
        path = (*place.path, "each")
        try:
            each = parse_path(self._text(path))
        except BadSyntax as error:
            self._wrong(path, error.what, error.write, error.offset)
            return None
        if not each.steps:
            self._wrong(path, "'each' needs the name of a list", "write each: materials, or each: .files")
            return None
        return each if self._reaches(each, place, path, 0) else None

    def _inside(self, place: Place, each: Route) -> Place:
        base = place.holders[-each.up] if each.up else ()
        below = tuple((*base, *each.steps[:length]) for length in range(1, len(each.steps) + 1))
        self.sources.add(".".join(below[-1]))
        return replace(place, target=place.target + "[{}]", holders=(*place.holders, *below))

    def _guard(self, place: Place) -> Guard | None:
        path = (*place.path, "when")
        try:
            guard = parse_guard(self._text(path))
        except BadSyntax as error:
            self._wrong(path, error.what, error.write, error.offset)
            return None
        self._reads(guard.path, place, path, 0)
        return guard

    def _field(self, steps: tuple[str, ...], place: Place, guard: Guard | None) -> Field | None:
        text = self._text(place.path)
        try:
            expression = parse_expression(text)
        except BadSyntax as error:
            self._wrong(place.path, error.what, error.write, error.offset)
            return None
        if isinstance(expression.source, Route):
            self._reads(expression.source, place, place.path, len(text) - len(text.lstrip()))
        words = tuple(bound for call in expression.calls if (bound := self._bound(call, place)))
        if len(words) != len(expression.calls):
            return None
        self._check_kinds(words, expression, place)
        return Field(steps, self._site(place, str(expression.source)), expression, words, guard)

    def _bound(self, call: Call, place: Place) -> Bound | None:
        known = REGISTER.get(call.word)
        if known is None:
            write = nearest(call.word, REGISTER, "see docs/words.md for the words there are")
            self._wrong(place.path, f"no word '{call.word}'", write, call.offset)
            return None
        arguments: tuple[Any, ...] = call.arguments
        table: Table | None = None
        try:
            known.check(call.arguments)
            if known.parameters and known.parameters[0].kind == "table":
                table = self._table(str(arguments[0]), call, place)
                if table is None:
                    return None
                arguments = (table,)
            function = known.bind(arguments)
        except BadArgument as error:
            self._wrong(place.path, error.what, error.write, call.offset)
            return None
        dated = table is not None and table.dated
        return Bound(call.word, function, known.takes, known.gives, table.name if table else None, dated)

    def _table(self, name: str, call: Call, place: Place) -> Table | None:
        table = self._tables.get(name)
        if table is None:
            write = nearest(name, self._tables, f"write tables/{name}.yaml")
            self._wrong(place.path, f"no code table '{name}'", write, call.offset)
            return None
        if call.word == "table_back" and table.ambiguous_back:
            what = f"table '{name}' has several of ours for '{table.ambiguous_back[0]}'"
            self._wrong(place.path, what, "keep one row per code of theirs in a table read backwards", call.offset)
        self.used_tables.add(name)
        return table

    def _check_kinds(self, words: tuple[Bound, ...], expression: Expression, place: Place) -> None:
        fed = "text" if isinstance(expression.source, Literal) or expression.default is not None else None
        for bound, call in zip(words, expression.calls, strict=True):
            if fed is not None and fed != bound.takes:
                what = f"'{bound.word}' takes {_a(bound.takes)} and gets {_a(fed)}"
                self._wrong(place.path, what, "put it elsewhere in the pipe, or leave it out", call.offset)
            fed = bound.gives
        if expression.default is not None or isinstance(expression.source, Literal):
            self._try_constant(words, expression, place)

    def _try_constant(self, words: tuple[Bound, ...], expression: Expression, place: Place) -> None:
        """A default or a literal must pass through its own words."""
        source = expression.source
        value: Any = source.text if isinstance(source, Literal) else expression.default
        for bound, call in zip(words, expression.calls, strict=True):
            if bound.dated or bound.takes != "text":
                return
            try:
                value = bound.function(value)
            except Refused as error:
                self._wrong(
                    place.path, f"'{bound.word}' refuses the text written here", error.code, call.offset
                )
                return

    def _reads(self, route: Route, place: Place, path: Path, offset: int) -> None:
        if self._reaches(route, place, path, offset) and not route.is_position:
            base = place.holders[-route.up] if route.up else ()
            self.sources.add(".".join((*base, *route.steps)))

    def _reaches(self, route: Route, place: Place, path: Path, offset: int) -> bool:
        depth = len(place.holders)
        if route.up and (depth == 1 or route.up > depth or (route.is_position and route.up >= depth)):
            write = "write it inside a block with 'each', or name it from the document's root"
            self._wrong(path, f"'{route}': there is no element here", write, offset)
            return False
        return True

    def _text(self, path: Path) -> str:
        value = self._source.at(path)
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def _site(self, place: Place, source: str) -> Site:
        return Site(place.target, source, self._source.file, self._source.position(place.path)[0])

    def _wrong(self, path: Path, what: str, write: str, offset: int | None = None) -> None:
        self.findings.append(self._source.finding(path, what, write, offset))


def _below(target: str, key: str) -> str:
    escaped = key.replace("{", "{{").replace("}", "}}")
    return f"{target}.{escaped}" if target else escaped


def _a(kind: str) -> str:
    return {"text": "text", "integer": "an integer", "object": "an object"}.get(kind, f"a {kind}")
