"""What a mapping writes, as a tree of targets that can be held against a contract: no lists' places, no values."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from mappings.canonical import shape
from mappings.canonical.schema import schema
from mappings.canonical.shape import Shape
from mappings.language import Guard, Literal, Path
from mappings.mapping import Mapping
from mappings.plan import Field, Node, Site

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something is left out: a source is absent, or a guard does not hold. Printed as it is said to people."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True)
class Target:
    """One place that is written. field: what feeds it, where it is a value. many: it is a list.

    left_out: the conditions under which it is not there, though what holds it is.
    implied:  it is made only because something stands in it.
    refused:  the condition under which the whole document is refused for want of it.
    """

    name: str
    site: Site
    many: bool = False
    field: Field | None = None
    source: Shape | None = None
    personal: bool = False
    left_out: tuple[Condition, ...] = ()
    implied: bool = False
    refused: Condition | None = None
    below: dict[str, "Target"] = dataclasses.field(default_factory=dict)

    def walk(self, above: str = "") -> Iterator[tuple[str, "Target"]]:
        """Every place below, with its dotted path."""
        for name, target in self.below.items():
            path = f"{above}.{name}" if above else name
            yield path, target
            yield from target.walk(path)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where sources are read: the holders of `.`, `..`; what is surely there because a guard asked for it."""

    root: Shape | None
    holders: tuple[Steps, ...] = ((),)
    there: frozenset[Steps] = frozenset()

    def absolute(self, path: Path) -> Steps:
        base = self.holders[-path.up] if path.up else self.holders[0]
        return (*base, *path.steps)

    def shape(self, steps: Steps) -> Shape | None:
        found = self.root
        for step in steps:
            if found is not None and found.kind == "list":
                found = found.element()
            found = found.field(step) if found is not None else None
        return found

    def may_be_absent(self, steps: Steps) -> bool:
        """Whether a valid document may lack it. What an element of a list holds counts from the element on."""
        found, inside = (
            self.root,
            max((len(each) for each in self.holders if steps[: len(each)] == each), default=0),
        )
        for length, step in enumerate(steps, 1):
            if found is None or found.kind == "open":
                return steps not in self.there
            if found.kind == "list":
                found = found.element()
            surely = step in found.required or steps[:length] in self.there
            if length > inside and not surely:
                return True
            found = found.field(step)
        return False

    def is_personal(self, steps: Steps) -> bool:
        return any(
            found is not None and bool(found.part.get("x-personal"))
            for found in (self.shape(steps[:length]) for length in range(1, len(steps) + 1))
        )

    def inside(self, each: Path) -> "_Reading":
        base = self.holders[-each.up] if each.up else self.holders[0]
        below = tuple((*base, *each.steps[:length]) for length in range(1, len(each.steps) + 1))
        return replace(self, holders=(*self.holders, *below))

    def given(self, guard: Guard | None) -> "_Reading":
        """A guard that holds shows that what it asks for is there."""
        if guard is None or guard.negated:
            return self
        steps = self.absolute(guard.path)
        return replace(self, there=self.there | {steps[:length] for length in range(1, len(steps) + 1)})


def targets(mapping: Mapping) -> Target:
    """The tree of everything that a mapping may write; the root has no name."""
    line, column = mapping.source.position(("fields",))
    root = Target("", Site("", "", mapping.file, line, column))
    _nodes(mapping.plan.nodes, root, _Reading(shape.read(mapping.reads)))
    _implied(root)
    return root


def _nodes(nodes: Iterable[Node], holder: Target, reading: _Reading) -> None:
    for node in nodes:
        target = _place(holder, node)
        if isinstance(node, Field):
            _fed(target, node, reading)
            continue
        target.many = node.each is not None
        inner = (reading.inside(node.each) if node.each else reading).given(node.guard)
        if node.each is None and node.guard is not None:
            target.left_out = (
                Condition(f"not {said(node.guard)}" if not node.guard.negated else said(node.guard)),
            )
        if node.each is not None:
            target.left_out = _empty_list(node.each, node.guard, reading)
        if node.take is not None:
            _fed(target, node.take, inner)
        else:
            _nodes(node.body, target, inner)


def _place(holder: Target, node: Node) -> Target:
    """The target of a node, with what stands above it in the same dotted name."""
    for step in node.steps:
        holder = holder.below.setdefault(step, Target(step, node.site))
    return holder


def _fed(target: Target, node: Field, reading: _Reading) -> None:
    target.field = node
    source = node.expression.source
    reading = reading.given(node.guard)
    if node.guard is not None:
        target.left_out += (
            Condition(f"not {said(node.guard)}" if not node.guard.negated else said(node.guard)),
        )
    if isinstance(source, Literal) or source.is_position:
        return
    steps = reading.absolute(source)
    target.source, target.personal = reading.shape(steps), reading.is_personal(steps)
    if not reading.may_be_absent(steps):
        return
    absent = Condition(f"{'.'.join(steps)} is absent")
    if node.expression.optional:
        target.left_out += (absent,)
    elif node.expression.default is None and reading.root is not None and not _is_added(steps):
        target.refused = absent


def _is_added(steps: Steps) -> bool:
    """What the gateway puts in itself: whether it is there depends on the catalogue, not on the document.

    But `test` is there for test cases only, and a real case must not be refused for want of it.
    """
    if steps == ("test",):
        return False
    found: Any = schema(shape.ADDED)
    for step in steps:
        found = found.get("properties", {}).get(step)
        if found is None:
            return False
    return True


def _empty_list(each: Path, guard: Guard | None, reading: _Reading) -> tuple[Condition, ...]:
    steps = reading.absolute(each)
    found = reading.shape(steps)
    least = found.part.get("minItems", 0) if found is not None else 0
    if least and guard is None and not reading.may_be_absent(steps):
        return ()
    none_has = f", or none has {said(guard)}" if guard else ""
    return (Condition(f"{'.'.join(steps)} is empty{none_has}"),)


def _implied(target: Target) -> None:
    """An object that is made only because something stands in it is left out with the last of it."""
    for below in target.below.values():
        _implied(below)
        if below.below and not below.many and not below.left_out and below.field is None:
            conditions = [each.left_out for each in below.below.values()]
            if all(conditions):
                below.implied = True
                below.left_out = (Condition(" and ".join(str(each[0]) for each in conditions)),)


def said(guard: Guard) -> str:
    """A guard as it is written."""
    text = str(guard.path)
    if guard.among is not None and len(guard.among) == 1:
        text += f' = "{guard.among[0]}"'
    elif guard.among is not None:
        text += " in (" + ", ".join(f'"{one}"' for one in guard.among) + ")"
    return text
