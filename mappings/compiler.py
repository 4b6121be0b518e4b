"""Turns a plan into one straight-line Python function.

Names, texts, words and sites are *bound* as globals of the function, never written into its source, so nothing
in a mapping file can become code. The source is kept in linecache: tracebacks show it, with the YAML line.
"""

import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mappings import values
from mappings.faults import fault
from mappings.language import Guard, Literal, Path
from mappings.plan import Block, Field, Node, Plan
from mappings.problems import Problem, Refused

Run = Callable[[Any, list[Problem], str | None], dict[str, Any]]
Put = Callable[[str], str]
_NAMES: dict[str, Any] = {
    "Refused": Refused,
    "part": values.part,
    "shaped": values.shaped,
    "elements": values.elements,
    "text": values.text,
    "an_object": values.an_object,
    "a_list": values.a_list,
    "is_present": values.is_present,
    "is_among": values.is_among,
}
# what a value is read as -> the test that it is not so already, and the function that makes it so or refuses
_READERS = {
    "text": ("type(v) is not str or not v", "text"),
    "object": ("type(v) is not dict", "an_object"),
    "list": ("type(v) is not list", "a_list"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What `.`, `..` … mean at one place: variables and their positions, innermost last; lists being filled."""

    holders: tuple[str, ...] = ("d",)
    positions: tuple[str, ...] = ("0",)
    lists: tuple[str, ...] = ()

    def variable(self, up: int) -> str:
        return self.holders[-up] if up else self.holders[0]

    def inside(self, holder: str, position: str) -> "Scope":
        return replace(self, holders=(*self.holders, holder), positions=(*self.positions, position))

    @property
    def indexes(self) -> str:
        """The tuple of 0-based places in the lists being filled."""
        return "(" + "".join(f"len({name}), " for name in self.lists) + ")"


def compile_plan(plan: Plan, label: str) -> tuple[Run, str]:
    """The function (document, problems, received_at) -> target, and its source. `label` names it in tracebacks."""
    writer = _Writer()
    writer.write_object(plan.nodes, "t", Scope(), 1)
    head = ["def mapping(d, problems, received_at):", "    d = shaped(d)"]
    head += ['    received_at = received_at or dict.get(d, "received_at")'] if plan.dated else []
    lines = [
        *head,
        *writer.hoisted(("d",), 1),
        "    v = None",
        "    t = {}",
        *writer.lines,
        "    return t",
        "",
    ]
    source = "\n".join(lines)
    namespace: dict[str, Any] = {**_NAMES, "fault": fault, **writer.bound}
    file = f"<mapping {label}>"
    exec(compile(source, file, "exec"), namespace)  # noqa: S102 - the source holds no text of the mapping file
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    run: Run = namespace["mapping"]
    return run, source


class _Writer:
    """Writes lines; `bound` are the globals they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {}
        self._keys: dict[str, str] = {}
        self._parts: dict[str, dict[tuple[str, ...], str]] = {}
        self._shaped: set[str] = set()
        self._count = 0

    def write_object(self, nodes: tuple[Node, ...], target: str, scope: Scope, depth: int) -> None:
        """Writes all nodes into the dict `target`; dotted steps become nested dicts in order of first use."""
        made: dict[tuple[str, ...], str] = {(): target}
        for node in nodes:
            above = node.steps[:-1]
            for steps in (above[: length + 1] for length in range(len(above))):
                if steps not in made:
                    made[steps] = self._fresh("t")
                    self._line(depth, f"{made[steps]} = {made[steps[:-1]]}[{self._key(steps[-1])}] = {{}}")
            place = f"{made[above]}[{self._key(node.steps[-1])}]"
            if isinstance(node, Field):
                self._field(node, lambda value, place=place: f"{place} = {value}", scope, depth)  # type: ignore[misc]
            else:
                self._block(node, place, scope, depth)
        for steps in sorted(made, key=len, reverse=True)[:-1]:
            self._line(depth, f"if not {made[steps]}: del {made[steps[:-1]]}[{self._key(steps[-1])}]")

    def hoisted(self, variables: tuple[str, ...], depth: int) -> list[str]:
        """The lines that fetch, once, the objects on the way to what is read from these variables."""
        lines = []
        for variable in variables:
            parts = self._parts.pop(variable, {})
            for steps, name in parts.items():
                lines.append(f"{name} = part({parts.get(steps[:-1], variable)}, {self._key(steps[-1])})")
        return ["    " * depth + line for line in lines]

    def _field(self, node: Field, put: Put, scope: Scope, depth: int, otherwise: str = "pass") -> None:
        name = self._bind("S", node)
        self._line(depth, f"try:  # line {node.site.line}")
        inner = depth + 1
        if node.guard:
            self._line(inner, f"if {self._guard(node.guard, scope)}:")
            inner += 1
        self._value(node, put, scope, inner)
        self._line(depth, "except Refused as e:")
        self._line(depth + 1, f"fault(problems, {name}, e, {scope.indexes}, v)")
        if otherwise != "pass":
            self._line(depth + 1, otherwise)

    def _value(self, node: Field, put: Put, scope: Scope, depth: int) -> None:
        source = node.expression.source
        if isinstance(source, Literal):
            self._line(depth, f"v = {self._bind('K', source.text)}")
            self._line(depth, put(self._piped(node)))
            return
        self._line(depth, f"v = {self._read(source, scope)}")
        if source.is_position:
            self._line(depth, put(self._piped(node)))
            return
        test, reader = _READERS[node.takes]
        if not (node.expression.optional or node.expression.default is not None):
            self._line(depth, f"if {test}: v = {reader}(v)")
            self._line(depth, put(self._piped(node)))
            return
        self._line(depth, 'if v is not None and v != "":')
        self._line(depth + 1, f"if {test}: v = {reader}(v)")
        self._line(depth + 1, put(self._piped(node)))
        if node.expression.default is not None:
            self._line(depth, "else:")
            self._line(depth + 1, f"v = {self._bind('K', node.expression.default)}")
            self._line(depth + 1, put(self._piped(node)))

    def _piped(self, node: Field) -> str:
        value = "v"
        for bound in node.words:
            more = ", received_at" if bound.dated else ""
            value = f"{self._bind('W', bound.function)}({value}{more})"
        return value

    def _block(self, node: Block, place: str, scope: Scope, depth: int) -> None:
        name = self._bind("S", node)
        if node.each is not None:
            self._list(node, node.each, place, scope, depth)
            return
        self._line(depth, f"try:  # line {node.site.line}")
        self._line(depth + 1, f"g = {self._guard(node.guard, scope) if node.guard else True}")
        self._line(depth, "except Refused as e:")
        self._line(depth + 1, f"g = fault(problems, {name}, e, {scope.indexes})")
        self._line(depth, "if g:")
        child = self._fresh("t")
        self._line(depth + 1, f"{child} = {place} = {{}}")
        self.write_object(node.body, child, scope, depth + 1)
        self._line(depth + 1, f"if not {child}: del {place}")

    def _list(self, node: Block, each: Path, place: str, scope: Scope, depth: int) -> None:
        name, out = self._bind("S", node), self._fresh("o")
        self._line(depth, f"{out} = {place} = []")
        self._line(depth, f"try:  # line {node.site.line}")
        inner, inside = self._loops(each, scope, depth + 1)
        element, position = self._fresh("e"), f"len({out}) + 1"
        holder = inside.holders[-1] if len(each.steps) > 1 else scope.variable(each.up)
        self._shaped.add(scope.variable(each.up))
        self._line(inner, f"for {element} in elements({holder}, {self._key(each.steps[-1])}):")
        within = replace(inside.inside(element, position), lists=(*scope.lists, out))
        self._body(node, out, within, inner + 1, inside.holders[len(scope.holders) :])
        self._line(depth, "except Refused as e:")
        self._line(depth + 1, f"fault(problems, {name}, e, {scope.indexes})")

    def _loops(self, each: Path, scope: Scope, depth: int) -> tuple[int, Scope]:
        """The outer loops of a path through several lists."""
        holder = scope.variable(each.up)
        for step in each.steps[:-1]:
            index, inner = self._fresh("i"), self._fresh("e")
            self._line(depth, f"for {index}, {inner} in enumerate(elements({holder}, {self._key(step)}), 1):")
            self._line(depth + 1, f"if type({inner}) is not dict: {inner} = shaped({inner})")
            holder, scope, depth = inner, scope.inside(inner, index), depth + 1
        return depth, scope

    def _body(self, node: Block, out: str, scope: Scope, depth: int, outer: tuple[str, ...]) -> None:
        """What is done with one element; its parts and those of the `outer` loops are fetched first, once known."""
        start, element = len(self.lines), scope.holders[-1]
        inner = depth
        if node.guard:
            self._line(depth, f"if {self._guard(node.guard, scope)}:")
            inner += 1
        if node.take:
            self._field(
                node.take, lambda value: f"{out}.append({value})", scope, inner, f"{out}.append(None)"
            )
        else:
            child = self._fresh("t")
            self._line(inner, f"{child} = {{}}")
            self.write_object(node.body, child, scope, inner)
            self._line(inner, f"{out}.append({child})")
        made_object = (
            ["    " * depth + f"if type({element}) is not dict: {element} = shaped({element})"]
            if element in self._shaped
            else []
        )
        self.lines[start:start] = [*made_object, *self.hoisted((*outer, element), depth)]

    def _guard(self, guard: Guard, scope: Scope) -> str:
        value = self._read(guard.path, scope)
        among = guard.among
        test = (
            f"is_present({value})"
            if among is None
            else f"is_among({value}, {self._bind('G', frozenset(among))})"
        )
        return f"not {test}" if guard.negated else test

    def _read(self, path: Path, scope: Scope) -> str:
        if path.is_position:
            return f"str({scope.positions[-path.up]})"
        variable = scope.variable(path.up)
        if not path.steps:
            return variable
        self._shaped.add(variable)
        return f"{self._part(variable, path.steps[:-1])}.get({self._key(path.steps[-1])})"

    def _part(self, variable: str, steps: tuple[str, ...]) -> str:
        if not steps:
            return variable
        self._part(variable, steps[:-1])
        parts = self._parts.setdefault(variable, {})
        return parts.get(steps) or parts.setdefault(steps, self._fresh("p"))

    def _key(self, text: str) -> str:
        if text not in self._keys:
            self._keys[text] = self._bind("K", text)
        return self._keys[text]

    def _bind(self, letter: str, value: Any) -> str:
        name = self._fresh(letter)
        self.bound[name] = value
        return name

    def _fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)
