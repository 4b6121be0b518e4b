"""The described answers of an operation against each other, and against the contract: none in vain, none twice."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations

from adapters.contract import Part
from adapters.declared import Operation, Platform, Predicate
from adapters.patterns import text_matcher
from gateway.workbench.grades import Grade, Graded
from mappings.problems import nearest
from mappings.source import Path, Source

_VERDICTS = ("taken", "already", "refused", "later", "barred")
_STATUSES = tuple(map(str, range(100, 600)))
Described = tuple[str, Path, Predicate]


def answers(source: Source, platform: Platform, name: str, answer: Part | None) -> Iterator[Graded]:
    """Of one operation. answer: what the contract says comes back; None if it says nothing that is read."""
    operation = platform.operations[name]
    at: Path = ("operations", name)
    own = _described(operation, at)
    for (one, _, first), (other, path, second) in combinations(own, 2):
        if may_both_fit(first, second):
            yield _both(source, path, one, other)
    if operation.probe is not None:
        settling = [
            (verdict, (*at, "probe", verdict), predicate)
            for verdict in ("landed", "absent")
            if (predicate := getattr(operation.probe, verdict)) is not None
        ]
        for (one, _, first), (other, path, second) in combinations(settling, 2):
            if may_both_fit(first, second):
                yield _both(source, path, one, other)
    for verdict, path, predicate in own:
        yield from _possible(source, path, verdict, predicate, answer)


def _described(operation: Operation, at: Path) -> list[Described]:
    return [
        (verdict, (*at, verdict), predicate)
        for verdict in _VERDICTS
        if (predicate := getattr(operation, verdict)) is not None
    ]


def _both(source: Source, path: Path, one: str, other: str) -> Graded:
    what = f"one answer may be both {one} and {other}, which would be unknown"
    write = "describe one of them by a status or a code that the other has not"
    return Graded(Grade.BRONZE, source.finding(path, what, write))


def may_both_fit(one: Predicate, other: Predicate) -> bool:
    """Whether one answer could fit both descriptions, as far as these say; False only where that is sure."""
    if not any(map(text_matcher(one.status), filter(text_matcher(other.status), _STATUSES))):
        return False
    if _apart(one.body, other.body):
        return False
    mine, theirs = one.records, other.records
    if mine is None or theirs is None or mine.at != theirs.at:
        return True
    if _apart(mine.all or {}, theirs.all or {}):
        return False
    return not (_apart(mine.all or {}, theirs.any or {}) or _apart(mine.any or {}, theirs.all or {}))


def _apart(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> bool:
    """A path that both look at, with no text that would suit both."""
    return any(
        not any(meet(first, second) for first in one[path] for second in other[path])
        for path in one.keys() & other.keys()
    )


@cache
def meet(one: str, other: str) -> bool:
    """Whether some text fits both patterns, in which `*` stands for any characters, also none."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(other, one)
    return one[0] == other[0] and meet(one[1:], other[1:])


def _possible(
    source: Source, path: Path, verdict: str, predicate: Predicate, answer: Part | None
) -> Iterator[Graded]:
    if not any(map(text_matcher(predicate.status), _STATUSES)):
        yield Graded(
            Grade.BRONZE,
            source.finding((*path, "status"), "no such status", "write three digits, or a pattern like 4*"),
        )
    if answer is None or verdict in ("later", "barred"):
        return  # those come from a gateway in front as often as not, and the contract says nothing of it
    for dotted, at in _read(predicate):
        if dotted.split(".")[0] == "fault":
            continue
        part, missing, known = _follow(answer, dotted)
        if missing:
            write = nearest(missing, known, f"one of {', '.join(sorted(known)[:12]) or 'nothing'}")
            what = f"the contract's answer has no '{dotted}', so this never fits"
            yield Graded(Grade.BRONZE, source.finding((*path, *at), what, write))
        elif part is not None and part.among and at[0] == "body":
            patterns = predicate.body[dotted]
            if not any(meet(pattern, text) for pattern in patterns for text in part.among):
                what = (
                    f"'{dotted}' is one of {', '.join(part.among[:12])} in the contract, so this never fits"
                )
                yield Graded(Grade.BRONZE, source.finding((*path, *at), what, "write one of these"))


def _read(predicate: Predicate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The paths that a description looks at, and where in it they are written."""
    for dotted in predicate.body:
        yield dotted, ("body", dotted)
    for key in ("reference", "code", "reason"):
        if dotted := getattr(predicate, key):
            yield dotted, (key,)


def _follow(part: Part, dotted: str) -> tuple[Part | None, str, tuple[str, ...]]:
    """(the part, "", …), or (None, the step that is not there, what is); a number is a place in a list."""
    for step in dotted.split("."):
        if part.open or part.recursive or part.kind == "any":
            return None, "", ()
        if step.isdigit():
            continue
        found = next((each for each in part.parts if each.name == step), None)
        if found is None:
            return None, step, tuple(each.name for each in part.parts)
        part = found
    return part, "", ()
