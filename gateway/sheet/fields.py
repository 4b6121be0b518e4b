"""What a mapping says, field by field, for people who never saw YAML. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mappings.canonical.shape import Shape, read, written
from mappings.language import Call, Guard, Literal, Path
from mappings.mapping import Mapping
from mappings.plan import Block, Field, Node
from mappings.words import REGISTER
from mappings.words.chinese import WORDS

ALWAYS, CONDITIONAL, OPTIONAL = "必填 / always", "有条件 / conditional", "可无 / may be absent"
_SENTENCE = re.compile(r"(?<=\.)\s|\n")
_NAMED = re.compile(r"`(\w+)`")


@dataclass(frozen=True, slots=True)
class Line:
    """One target field. Paths are absolute, `[]` for each list: `clxx[].fj[].xh`.

    title: of the canonical field that feeds it, or that it feeds, in Chinese; empty where no schema knows it.
    words: one line for each, what is written and what it does.    at: FILE:LINE.
    """

    target: str
    presence: str
    source: str
    title: str
    condition: str
    words: tuple[str, ...]
    table: str
    constant: str
    at: str


@dataclass(frozen=True, slots=True)
class _Place:
    """The lists that are gone through, innermost last, and what must hold for this to be written at all."""

    holders: tuple[str, ...] = ("",)
    conditions: tuple[str, ...] = ()

    def absolute(self, path: Path) -> str:
        base = self.holders[-path.up] if path.up else self.holders[0]
        if path.is_position:
            return f"{base} 的序号 / position"
        return ".".join((base, *path.steps) if base else path.steps) or base

    def inside(self, each: Path) -> "_Place":
        found, base = self.holders, self.holders[-each.up] if each.up else self.holders[0]
        for step in each.steps:
            base = f"{base}.{step}[]" if base else f"{step}[]"
            found = (*found, base)
        return replace(self, holders=found)

    def where(self, guard: Guard | None) -> "_Place":
        if guard is None:
            return self
        return replace(self, conditions=(*self.conditions, _said(self.absolute(guard.path), guard)))


def lines(mapping: Mapping) -> list[Line]:
    """In the order of the file."""
    return list(_nodes(mapping, mapping.plan.nodes, _Place()))


def _nodes(mapping: Mapping, nodes: tuple[Node, ...], place: _Place) -> Iterator[Line]:
    for node in nodes:
        if isinstance(node, Block):
            inside = (place.inside(node.each) if node.each else place).where(node.guard)
            yield from _nodes(mapping, (node.take,) if node.take else node.body, inside)
        else:
            yield _line(mapping, node, place.where(node.guard))


def _line(mapping: Mapping, field: Field, place: _Place) -> Line:
    expression = field.expression
    literal = expression.source.text if isinstance(expression.source, Literal) else None
    source = place.absolute(expression.source) if isinstance(expression.source, Path) else ""
    target = field.site.target.format(*("",) * 8)
    return Line(
        target=target,
        presence=OPTIONAL if expression.optional else CONDITIONAL if place.conditions else ALWAYS,
        source=source,
        title=_title(read(mapping.reads), source) or _title(written(mapping.writes), target),
        condition=" 且 / and ".join(place.conditions),
        words=tuple(map(_explained, expression.calls)),
        table=", ".join(bound.table.name for bound in field.words if bound.table),
        constant=next((each for each in (literal, expression.default) if each is not None), ""),
        at=f"{field.site.file}:{field.site.line}",
    )


def _said(path: str, guard: Guard) -> str:
    if guard.among is None:
        return f"{path} 无值 / is absent" if guard.negated else f"{path} 有值 / is present"
    among = ", ".join(guard.among)
    return f"{path} 不是 / is none of {among}" if guard.negated else f"{path} 是 / is {among}"


def _explained(call: Call) -> str:
    """What is written, and the first sentence of its manual in both languages."""
    word = REGISTER[call.word]
    given = dict(zip((each.name for each in word.parameters), map(str, call.arguments), strict=False))
    first = _SENTENCE.split(word.manual, maxsplit=1)[0]
    return f"{call}: {WORDS[call.word]}。 " + _NAMED.sub(lambda found: given.get(found[1], found[0]), first)


def _title(shape: Shape | None, path: str) -> str:
    """申请人 › 姓名或名称"""
    titles: list[str] = []
    for step in path.split(".") if path else ():
        shape = shape.field(step.removesuffix("[]")) if shape else None
        if shape is None:
            return ""
        titles.append(str(shape.part.get("title", step)))
        shape = shape.element() if step.endswith("[]") else shape
    return " › ".join(titles)
