"""Where each value of a target came from (溯源): target <- source <- words <- line, file, table row. No values.

It walks the plan step by step, apart from the compiled function, and so is a second reading of the same rules:
tests hold the two against each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings import values
from mappings.language import Call, Guard, Literal, Path
from mappings.pipes import TABLES_BACK
from mappings.plan import Block, Bound, Field, Node, Plan
from mappings.problems import Refused


@dataclass(frozen=True, slots=True)
class Step:
    """One value of the target. `source`: a concrete path such as `materials[0].name`, or the literal.

    table_row: `NAME/tables/TABLE.yaml:LINE` of the row that a code went through, with `, ` between several.
    """

    target: str
    source: str
    words: tuple[str, ...]
    line: int
    file: str
    table_row: str | None


@dataclass(frozen=True, slots=True)
class _Holder:
    """The document or an element: its value, its concrete path, its position from 1.

    received_at: of the document, as of which dated code tables are read.
    """

    value: Any
    path: str
    position: int = 0
    received_at: str | None = None


Holders = tuple[_Holder, ...]


def trace(plan: Plan, document: Any, received_at: str | None = None) -> list[Step]:
    """The steps for all values that the mapping makes; fields that it would refuse are left out."""
    return [step for step, _ in walk(plan, document, received_at)]


def origins(plan: Plan, document: Any) -> dict[str, str]:
    """target: the concrete path that it reads, such as `materials[0].name`; also of what the mapping refuses."""
    return dict(_origins(plan.nodes, (_Holder(values.shaped(document), ""),), ()))


def _origins(
    nodes: tuple[Node, ...], holders: Holders, indexes: tuple[int, ...]
) -> Iterator[tuple[str, str]]:
    for node in nodes:
        try:
            if isinstance(node, Field):
                if isinstance(node.expression.source, Path):
                    yield node.site.target.format(*indexes), _read(node.expression.source, holders)[1]
            elif node.each is None:
                yield from _origins(node.body, holders, indexes)
            else:
                below: tuple[Node, ...] = (node.take,) if node.take else node.body
                for made, inner in enumerate(
                    each for each in _elements(node.each, holders) if _passes(node, each)
                ):
                    yield from _origins(below, inner, (*indexes, made))
        except Refused:
            continue


def _passes(node: Block, holders: Holders) -> bool:
    return node.guard is None or _holds(node.guard, holders)


def walk(plan: Plan, document: Any, received_at: str | None = None) -> Iterator[tuple[Step, Any]]:
    """The steps with the values that they make. received_at: instead of what the document says."""
    root = values.shaped(document)
    holder = _Holder(root, "", received_at=received_at or dict.get(root, "received_at"))
    return _nodes(plan.nodes, (holder,), ())


def _nodes(nodes: tuple[Node, ...], holders: Holders, indexes: tuple[int, ...]) -> Iterator[tuple[Step, Any]]:
    for node in nodes:
        try:
            if isinstance(node, Field):
                yield from _field(node, holders, indexes)
            else:
                yield from _block(node, holders, indexes)
        except Refused:
            continue


def _block(node: Block, holders: Holders, indexes: tuple[int, ...]) -> Iterator[tuple[Step, Any]]:
    if node.each is None:
        if node.guard is None or _holds(node.guard, holders):
            yield from _nodes(node.body, holders, indexes)
        return
    made = 0
    for inner in _elements(node.each, holders):
        inside = (*inner[:-1], _Holder(inner[-1].value, inner[-1].path, made + 1))
        if node.guard is None or _holds(node.guard, inside):
            below: tuple[Node, ...] = (node.take,) if node.take else node.body
            steps = list(_nodes(below, inside, (*indexes, made)))
            made += 0 if node.take and not steps else 1  # an absent optional value takes no place
            yield from steps


def _elements(each: Path, holders: Holders) -> Iterator[Holders]:
    base = holders[-each.up] if each.up else holders[0]
    rows: list[Holders] = [(*holders, base)]
    for depth, step in enumerate(each.steps):
        rows = [
            (
                *(row if depth else row[:-1]),
                _Holder(value, f"{_joined(row[-1].path, step)}[{index}]", index + 1),
            )
            for row in rows
            for index, value in enumerate(values.elements(values.shaped(row[-1].value), step))
        ]
    yield from rows


def _field(node: Field, holders: Holders, indexes: tuple[int, ...]) -> Iterator[tuple[Step, Any]]:
    if node.guard and not _holds(node.guard, holders):
        return
    value, source = _source(node, holders)
    if value is None:
        return
    rows: list[str] = []
    received_at = holders[0].received_at
    for bound, call in zip(node.words, node.expression.calls, strict=True):
        rows += _rows(bound, call, value, received_at)
        value = bound.function(value, received_at) if bound.dated else bound.function(value)
    words = tuple(map(str, node.expression.calls))
    site, row = node.site, ", ".join(dict.fromkeys(rows)) or None
    yield Step(site.target.format(*indexes), source, words, site.line, site.file, row), value


def _rows(bound: Bound, call: Call, value: Any, received_at: str | None) -> list[str]:
    """Where the rows stand that the codes (or the private-use signs) of the value go through. Raises Refused."""
    table = bound.table
    if table is None:
        return []
    back = bound.word in TABLES_BACK
    if bound.word in ("private_use", "from_private_use"):
        known = {row.theirs if back else row.ours for row in table.rows}
        codes = [sign for sign in value if sign in known]
    else:
        codes = value.split(str(call.arguments[1])) if len(call.arguments) > 1 else [value]
    return [f"{table.file}:{table.row_of(code, received_at, back=back).line}" for code in codes]


def _source(node: Field, holders: Holders) -> tuple[Any, str]:
    """The value that the words get, and where it was read; None if the target is left out. Raises Refused."""
    source = node.expression.source
    if isinstance(source, Literal):
        return source.text, str(source)
    value, path = _read(source, holders)
    if not values.is_present(value) and node.expression.default is not None:
        return node.expression.default, f"{path} ?"
    if not values.is_present(value) and node.expression.optional:
        return None, path
    return values.READERS[node.takes](value), path


def _read(path: Path, holders: Holders) -> tuple[Any, str]:
    holder = holders[-path.up] if path.up else holders[0]
    if path.is_position:
        return str(holder.position), f"position of {holder.path}"
    value: Any = holder.value
    for step in path.steps:
        value = values.shaped(value).get(step)
    return value, _joined(holder.path, *path.steps)


def _holds(guard: Guard, holders: Holders) -> bool:
    value, _ = _read(guard.path, holders)
    found = (
        values.is_present(value) if guard.among is None else values.is_among(value, frozenset(guard.among))
    )
    return found != guard.negated


def _joined(path: str, *steps: str) -> str:
    return ".".join((path, *steps) if path else steps)
