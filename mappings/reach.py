"""Whether the paths of a mapping lead anywhere: in the canonical schemas, and to the elements of `each`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mappings.canonical.shape import Shape
from mappings.language import Path as Route
from mappings.plan import Node
from mappings.problems import nearest
from mappings.source import Path

Steps = tuple[str, ...]


class Wrong(Protocol):
    """Is told of a mistake: where in the file, what, what to write, and at which character of the text."""

    def __call__(self, path: Path, what: str, write: str, offset: int | None, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Holder:
    """The document or an element of `each`: its path without indexes, and its shape if that is known."""

    path: Steps
    shape: Shape | None


Holders = tuple[Holder, ...]


class Reach:
    """Follows the paths of one file; `sources` are those that it reads."""

    def __init__(self, wrong: Wrong) -> None:
        self.sources: set[str] = set()
        self._wrong = wrong

    def depth(self, route: Route, holders: Holders, path: Path) -> bool:
        """True if `.`, `..` … of the route have an element to mean."""
        depth = len(holders)
        if route.up and (depth == 1 or route.up > depth or (route.is_position and route.up >= depth)):
            write = "write it inside a block with 'each', or name it from the document's root"
            self._wrong(path, f"'{route}': there is no element here", write, 0)
            return False
        return True

    def value(self, route: Route, holders: Holders, path: Path, takes: str | None) -> None:
        """Follows a path to one value. takes: the kind that is wanted; None if any will do."""
        if not self.depth(route, holders, path) or route.is_position:
            return
        base = holders[-route.up] if route.up else holders[0]
        self.sources.add(".".join((*base.path, *route.steps)))
        shape = self._follow(route, base.shape, route.steps, path)
        kinds = {"text": "plain", "object": "object", "list": "list"}
        if shape and takes and shape.kind not in ("open", kinds[takes]):
            hint = {"list": "read it with each:, or with a word that takes a list"}.get(
                shape.kind,
                f"name {a_kind(takes)}" + (f": {', '.join(sorted(shape.names))}" if shape.names else ""),
            )
            self._wrong(path, f"'{route}' is {a_kind(shape.kind)} and {a_kind(takes)} is wanted", hint, 0)

    def elements(self, each: Route, holders: Holders, path: Path) -> Holders:
        """The elements of all lists on the way, innermost last."""
        holder = holders[-each.up] if each.up else holders[0]
        found: list[Holder] = []
        for step in each.steps:
            shape = self._follow(each, holder.shape, (step,), path)
            if shape and shape.kind not in ("list", "open"):
                self._wrong(path, f"'{each}': '{step}' is no list", "leave 'each' out, or name a list", 0)
                shape = None
            holder = Holder((*holder.path, step), shape.element() if shape and shape.kind == "list" else None)
            found.append(holder)
        self.sources.add(".".join(holder.path))
        return tuple(found)

    def _follow(self, route: Route, shape: Shape | None, steps: Steps, path: Path) -> Shape | None:
        for step in steps:
            if shape is None:
                return None
            if shape.kind == "list":
                write = f"read '{step}' as '.{step}' inside a block with each:"
                self._wrong(path, f"'{route}' runs through a list", write, 0)
                return None
            below = shape.field(step)
            if below is None:
                write = nearest(step, shape.names, f"one of {', '.join(sorted(shape.names)) or 'nothing'}")
                self._wrong(path, f"'{route}': there is no '{step}'", write, 0)
            shape = below
        return shape

    def target(self, steps: Steps, shape: Shape | None, path: Path) -> Shape | None:
        """The shape of a target; tells of a field that its schema does not know."""
        for step in steps:
            below = shape.field(step) if shape else None
            if shape and below is None:
                write = nearest(step, shape.names, f"one of {', '.join(sorted(shape.names)) or 'nothing'}")
                self._wrong(path, f"the target has no '{step}'", write, None)
            shape = below
        return shape

    def required(
        self,
        shape: Shape | None,
        above: Steps,
        taken: Mapping[Steps, bool],
        nodes: Sequence[Node],
        path: Path,
    ) -> None:
        """Tells of required fields of the target that nothing feeds, or that may be left out."""
        if shape is None:
            return
        loose = {node.steps for node in nodes if node.may_be_left_out}
        for name in shape.required:
            steps = (*above, name)
            if steps not in taken:
                self._wrong(
                    path, f"the required '{'.'.join(steps)}' is not fed", f"write {'.'.join(steps)}: …", None
                )
            elif steps in loose:
                where = (*path, ".".join(steps))
                self._wrong(
                    where, f"the required '{'.'.join(steps)}' may be left out", "feed it always", None
                )
        for name in shape.names:
            below = shape.field(name)
            if taken.get((*above, name)) is False and below:
                self.required(below, (*above, name), taken, nodes, path)

    def is_block(self, shape: Shape | None, is_list: bool, path: Path) -> None:
        """Tells of a block where the target's schema has no such thing."""
        wanted = "list" if is_list else "object"
        if shape and shape.kind not in ("open", wanted):
            hint = {"list": "add each:", "object": "leave 'each' out", "plain": "write an expression"}[
                shape.kind
            ]
            self._wrong(
                path, f"the target is {a_kind(shape.kind)}, and this makes {a_kind(wanted)}", hint, None
            )

    def is_value(self, shape: Shape | None, gives: str, path: Path) -> None:
        """Tells of a value of another kind than the target's schema has."""
        if shape is None or shape.kind == "open":
            return
        wanted = shape.part.get("type", "string") if shape.kind == "plain" else shape.kind
        if wanted != {"text": "string", "list": "list"}.get(gives, gives):
            what = f"the target is {a_kind(str(wanted))}, and this gives {a_kind(gives)}"
            self._wrong(
                path, what, "end the pipe with a word that makes it so, or leave the last word out", None
            )


def a_kind(kind: str) -> str:
    """`an object`, `a list`, `text`."""
    return {
        "text": "text",
        "string": "text",
        "plain": "one value",
        "integer": "an integer",
        "object": "an object",
    }.get(kind, f"a {kind}")
