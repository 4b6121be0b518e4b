"""The described answers of an operation against each other, and against the contract: none in vain, none twice."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

from adapters.contract import Part
from adapters.declared import Operation, Platform, Predicate
from adapters.patterns import Matcher, text_matcher
from gateway.workbench.grades import Grade, Graded
from mappings.problems import nearest
from mappings.source import Path, Source

_VERDICTS = ("taken", "already", "refused", "later", "barred")
_STATUSES = tuple(map(str, range(100, 600)))
Described = tuple[str, Path, Predicate]
Told = Sequence[tuple[str, Part | None]]  # (status or pattern, what the contract says comes with it)


def answers(source: Source, platform: Platform, name: str, told: Told) -> Iterator[Graded]:
    """Of one operation. told: what the contract says comes back; a part is None where it says nothing of it."""
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
        yield from _possible(source, path, predicate)
        if verdict not in ("later", "barred"):
            # those come from a gateway in front as often as not, and the contract says nothing of it
            yield from _against(source, path, predicate, of_statuses(told, predicate.status))


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


def _possible(source: Source, path: Path, predicate: Predicate) -> Iterator[Graded]:
    if not any(map(text_matcher(predicate.status), _STATUSES)):
        yield Graded(
            Grade.BRONZE,
            source.finding((*path, "status"), "no such status", "write three digits, or a pattern like 4*"),
        )


def of_statuses(told: Told, wanted: Sequence[str]) -> list[Part]:
    """What comes with the wanted statuses; those that the contract does not name decide nothing."""
    matches, is_named = text_matcher(wanted), text_matcher([each for each, _ in told if each != "*"])
    expected = [each for each in _STATUSES if matches(each)]
    return [
        part
        for pattern, part in told
        if part is not None and any(_is_of(pattern, each, is_named) for each in expected)
    ]


def _is_of(pattern: str, status: str, is_named: Matcher) -> bool:
    return not is_named(status) if pattern == "*" else text_matcher([pattern])(status)


def _against(source: Source, path: Path, predicate: Predicate, parts: Sequence[Part]) -> Iterator[Graded]:
    """Paths and codes that stand in none of the answers that it may be."""
    for dotted, at in _read(predicate):
        if not parts or dotted.split(".")[0] == "fault":
            continue
        key = "/".join((str(path[1]), ".".join(map(str, path[2:])), dotted))
        ends = [_follow(each, dotted) for each in parts]
        if all(missing for _, missing, _ in ends):
            _, missing, known = ends[0]
            write = nearest(missing, known, f"one of {', '.join(sorted(known)[:12]) or 'nothing'}")
            what = f"the contract's answer has no '{dotted}', so this never fits"
            yield _never(source, (*path, *at), what, write, key)
        elif at[0] == "body" and all(part is not None and part.among for part, _, _ in ends):
            among = [text for part, _, _ in ends if part is not None for text in part.among]
            if not any(meet(pattern, text) for pattern in predicate.body[dotted] for text in among):
                shown = ", ".join(among[:12])
                what = f"'{dotted}' is one of {shown} in the contract, so this never fits"
                yield _never(source, (*path, *at), what, "write one of these", key)


def _never(source: Source, path: Path, what: str, write: str, key: str) -> Graded:
    """A contract may be older than the platform: an exemption says that it answers otherwise."""
    finding = source.finding(path, what, f'{write}, or exempt: {{"{key}": why}}')
    return Graded(Grade.BRONZE, finding, key)


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
