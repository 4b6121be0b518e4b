"""What two mappings make of one document, held against each other. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from gateway.replay.made import Made, Problems, made, run
from gateway.replay.trees import flat, pattern, targets
from mappings.mapping import Mapping as Mapped

Kind = Literal["changed", "added", "gone", "refused", "accepted"]
KINDS: dict[Kind, tuple[str, str]] = {
    "changed": ("值不同", "another value"),
    "added": ("新增", "only the new one makes it"),
    "gone": ("不再有", "only the old one makes it"),
    "refused": ("新拒绝", "only the new one refuses it"),
    "accepted": ("不再拒绝", "only the old one refuses it"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One target of one document. path: its pattern, `clxx[].clbm`; code: of the problem, where one refuses.

    old, new: the values with where they came from, where that was wanted.
    """

    kind: Kind
    path: str
    code: str = ""
    target: str = ""
    old: Made | None = None
    new: Made | None = None


Wanted = Callable[[Difference], bool]


def _nothing(document: Any, tree: Any) -> Problems:
    return ()


@dataclass(frozen=True, slots=True)
class Side:
    """A mapping, and what of that which it made of a document could not be put on the wire."""

    mapping: Mapped
    unwritable: Callable[[Any, Any], Problems] = _nothing


def compare(
    old: Side, new: Side, document: Any, *, same_wire: bool = True, wanted: Wanted = lambda difference: True
) -> list[Difference]:
    """Everything that differs; empty if both make, or refuse, the same.

    Where only one of them refuses, its problems are told, and not all values that the other one makes.
    same_wire: what both make alike, both can put on the wire, or neither can.
    wanted: whether anybody asks where a value came from, which costs ten times what it took to make it.
    """
    if (
        old.mapping.digest == new.mapping.digest and same_wire
    ):  # the same text and tables: the same of everything
        return []
    was, was_refused = run(old.mapping, document)
    now, now_refused = run(new.mapping, document)
    same = not was_refused and not now_refused and _written(was) == _written(now)
    if same and same_wire:
        return []
    was_refused = was_refused or old.unwritable(document, was)
    now_refused = now_refused or new.unwritable(document, now)
    if was_refused or now_refused:
        return list(_refusals(_said(was_refused), _said(now_refused)))
    if same:
        return []
    ends = [targets(side.mapping.for_item(document)) for side in (old, new)]
    differences = list(_values(flat(was, ends[0]), flat(now, ends[1])))
    if not any(map(wanted, differences)):
        return differences
    before, after = made(old.mapping, document, was), made(new.mapping, document, now)
    return [replace(each, old=before.get(each.target), new=after.get(each.target)) for each in differences]


def _written(value: Any) -> bytes:
    """As it would be written: 1, 1.0 and true are equal to Python, and not to a platform."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def _said(problems: Problems) -> set[tuple[str, str]]:
    return {(pattern(problem.path), problem.code) for problem in problems}


def _refusals(was: set[tuple[str, str]], now: set[tuple[str, str]]) -> Iterator[Difference]:
    yield from (Difference("refused", *each) for each in sorted(now - was))
    yield from (Difference("accepted", *each) for each in sorted(was - now))


def _values(was: dict[str, Any], now: dict[str, Any]) -> Iterator[Difference]:
    for target in [*was, *(each for each in now if each not in was)]:
        if target not in now:
            yield Difference("gone", pattern(target), target=target)
        elif target not in was:
            yield Difference("added", pattern(target), target=target)
        elif _written(was[target]) != _written(now[target]):
            yield Difference("changed", pattern(target), target=target)
