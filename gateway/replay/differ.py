"""What two mappings make of one document, held against each other. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from gateway.replay.made import Made, made, run
from gateway.replay.trees import pattern
from mappings.mapping import Mapping as Mapped
from mappings.problems import Problem

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
    """One target of one document. path: its pattern, `clxx[].clbm`; code: of the problem, where one refuses."""

    kind: Kind
    path: str
    code: str = ""
    old: Made | None = None
    new: Made | None = None


def compare(old: Mapped, new: Mapped, document: Any) -> list[Difference]:
    """Everything that differs; empty if both make, or refuse, the same.

    Where only one of them refuses, its problems are told, and not all values that the other one makes.
    """
    if old.digest == new.digest:  # the same text and tables make the same of every document
        return []
    was, was_refused = run(old, document)
    now, now_refused = run(new, document)
    if was_refused or now_refused:
        return list(_refusals(_said(was_refused), _said(now_refused)))
    if _written(was) == _written(now):
        return []
    return list(_values(made(old, document, was), made(new, document, now)))


def _written(value: Any) -> bytes:
    """As it would be written: 1, 1.0 and true are equal to Python, and not to a platform."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def _said(problems: Any) -> set[tuple[str, str]]:
    found: tuple[Problem, ...] = tuple(problems)
    return {(pattern(problem.path), problem.code) for problem in found}


def _refusals(was: set[tuple[str, str]], now: set[tuple[str, str]]) -> Iterator[Difference]:
    yield from (Difference("refused", *each) for each in sorted(now - was))
    yield from (Difference("accepted", *each) for each in sorted(was - now))


def _values(was: dict[str, Made], now: dict[str, Made]) -> Iterator[Difference]:
    for target in [*was, *(each for each in now if each not in was)]:
        before, after = was.get(target), now.get(target)
        if before is None or after is None:
            yield Difference("gone" if after is None else "added", pattern(target), "", before, after)
        elif _written(before.value) != _written(after.value):
            yield Difference("changed", pattern(target), "", before, after)
