"""What a mapping file says, resolved and checked: fields and blocks, their sites, their words bound."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mappings.language import Expression, Guard, Path
from mappings.tables import Table

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A word of a pipe, ready to be called with the value; `dated` ones want `received_at` too."""

    word: str
    function: Function
    takes: str
    gives: str
    table: Table | None = None
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """Where a target is written. `target` has `{}` for each list index; `source` is as written."""

    target: str
    source: str
    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True)
class Field:
    """One value: `steps` name it inside the object it belongs to. `takes`: text, list or object."""

    steps: tuple[str, ...]
    site: Site
    expression: Expression
    words: tuple[Bound, ...]
    guard: Guard | None = None

    @property
    def takes(self) -> str:
        return self.words[0].takes if self.words else "text"

    @property
    def may_be_left_out(self) -> bool:
        return self.expression.optional or self.guard is not None


@dataclass(frozen=True, slots=True)
class Block:
    """An object, or with `each` a list: of objects (`body`), or of values (`take`)."""

    steps: tuple[str, ...]
    site: Site
    each: Path | None
    guard: Guard | None
    body: tuple["Node", ...] = ()
    take: Field | None = None

    @property
    def may_be_left_out(self) -> bool:
        return self.each is None


Node = Field | Block


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole mapping; `sources` are the paths it reads, without list indexes, `tables` the code tables it uses."""

    nodes: tuple[Node, ...]
    sources: frozenset[str]
    tables: frozenset[str]

    @property
    def dated(self) -> bool:
        """Whether a code table is read as of the receipt (收件) of the case."""
        return any(bound.dated for node in self.nodes for field in fields(node) for bound in field.words)


def fields(node: Node) -> Iterator[Field]:
    """All values of a node, its own or those inside it."""
    if isinstance(node, Field):
        yield node
        return
    for inner in (node.take,) if node.take else node.body:
        yield from fields(inner)


def leaves(nodes: Iterable[Node], *, always: bool = True) -> Iterator[tuple[Site, bool]]:
    """Every value that is written: where, and whether it is in every document in which its list has an element."""
    for node in nodes:
        if isinstance(node, Field):
            yield node.site, always and not node.may_be_left_out
        elif node.take:
            yield node.take.site, always and not node.take.may_be_left_out
        else:
            yield from leaves(node.body, always=always and node.guard is None)
