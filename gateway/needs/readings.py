"""Which places of a case a mapping reads, for which target, and when: the mapping turned round."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.needs.there import Message, There
from mappings.language import Guard, Literal, Path
from mappings.plan import Block, Field, Node

Steps = tuple[str, ...]
# what the gateway puts beside the case is made of these places of it
MADE_OF: Mapping[Steps, Steps] = {
    ("received_at",): ("receiving", "received_at"),
    ("sender", "unit"): ("receiving", "unit"),
    ("sender", "division"): ("receiving", "division"),
    ("sender", "name"): ("receiving", "unit_name"),
}
ADDED = frozenset(
    {"numbers_ours", "numbers_theirs", "exchange", "admitted_at", "sender", "received_at", "test"}
)
THERE = ("item", "there")


@dataclass(frozen=True, slots=True)
class Condition:
    """A guard, and the place that it asks about, without positions."""

    place: Steps
    guard: Guard

    def is_implied_by(self, place: Steps) -> bool:
        """Whether who reads this place has that of the condition, too."""
        return not self.guard.negated and self.guard.among is None and place[: len(self.place)] == self.place


@dataclass(frozen=True, slots=True)
class Reading:
    """One place that is read. field: None where only a list or a guard looks at it.

    needed: without it the case is refused, wherever the conditions hold.
    is_list: its elements are read one by one; at_least: so many have to be there.
    """

    place: Steps
    target: str
    there: There
    conditions: tuple[Condition, ...] = ()
    field: Field | None = None
    needed: bool = False
    is_list: bool = False
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class _Scope:
    holders: tuple[Steps, ...] = ((),)
    conditions: tuple[Condition, ...] = ()

    def place(self, path: Path) -> Steps:
        return (*(self.holders[-path.up] if path.up else ()), *path.steps)

    def inside(self, each: Path) -> "_Scope":
        base = self.holders[-each.up] if each.up else ()
        below = ((*base, *each.steps[:length]) for length in range(1, len(each.steps) + 1))
        return replace(self, holders=(*self.holders, *below))

    def given(self, guard: Guard | None) -> "_Scope":
        if guard is None:
            return self
        return replace(self, conditions=(*self.conditions, Condition(self.place(guard.path), guard)))


def readings(nodes: Iterable[Node], message: Message) -> list[Reading]:
    """Everything that a plan reads of a case, what the gateway adds to it left out."""
    found = (_own(each) for each in _nodes(nodes, _Scope(), message))
    return [each for each in found if each is not None]


def of_item_there(nodes: Iterable[Node], message: Message) -> list[Reading]:
    """What a plan reads of the item over there, as the catalogue has it."""
    return [each for each in _nodes(nodes, _Scope(), message) if each.place[:2] == THERE]


def _nodes(nodes: Iterable[Node], scope: _Scope, message: Message) -> Iterator[Reading]:
    for node in nodes:
        if isinstance(node, Field):
            yield from _field(node, scope, message)
        else:
            yield from _block(node, scope, message)


def _block(node: Block, scope: _Scope, message: Message) -> Iterator[Reading]:
    target = _target(node)
    if node.each is None:
        inner = scope.given(node.guard)
    else:
        inside = scope.inside(node.each)
        inner = inside.given(node.guard)
        there = message.at(target)
        least = 1 if there.required and there.many and node.guard is None else 0
        yield Reading(scope.place(node.each), target, there, scope.conditions, is_list=True, at_least=least)
    yield from _asked(inner.conditions[len(scope.conditions) :], inner, target)
    if node.take is not None:
        yield from _field(node.take, inner, message)
    yield from _nodes(node.body, inner, message)


def _asked(conditions: tuple[Condition, ...], scope: _Scope, target: str) -> Iterator[Reading]:
    """A guard reads, too: who is never asked for it could never make it hold."""
    for each in conditions:
        yield Reading(each.place, target, There(), scope.conditions[:-1])


def _field(node: Field, scope: _Scope, message: Message) -> Iterator[Reading]:
    source = node.expression.source
    inner = scope.given(node.guard)
    target = _target(node)
    if node.guard is not None:
        yield from _asked(inner.conditions[-1:], inner, target)
    if isinstance(source, Literal) or source.is_position:
        return
    there = message.at(target)
    absent_is_fine = node.expression.default is not None or (node.expression.optional and not there.required)
    yield Reading(inner.place(source), target, there, inner.conditions, node, not absent_is_fine)


def _target(node: Node) -> str:
    return node.site.target.replace("[{}]", "")


def _own(reading: Reading) -> Reading | None:
    """The same about the place of the caller's case that the value comes from; None for what is ours alone."""
    own = replace(reading, place=_of_case(reading.place), conditions=_of_conditions(reading))
    if own.place[:2] == THERE or own.place[0] in ADDED:
        return None
    return own


def _of_conditions(reading: Reading) -> tuple[Condition, ...]:
    return tuple(replace(each, place=_of_case(each.place)) for each in reading.conditions)


def _of_case(place: Steps) -> Steps:
    return MADE_OF.get(place, place)
