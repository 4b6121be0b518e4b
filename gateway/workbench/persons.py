"""The values of persons that the workbench knows of one exchange: what was given, and what the answer says."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.message import Tree
from gateway.releases.compiled import PlatformRelease
from mappings.canonical import GIVEN, NAMES, personal_fields
from mappings.canonical.shape import ADDED, CASE
from mappings.mapping import Mapping as Mapped

_INDEX = re.compile(r"\[[0-9]*\]")
_STEP = re.compile(r"[^.\[\]]+")
_LEAST_DIGITS = 4  # a shorter number is a count or a code


def given_persons(operation: str, document: Mapping[str, Any]) -> Iterator[str]:
    """By the schema of the operation, and by those of what may stand beside it: the case itself."""
    for schema in {GIVEN.get(operation, CASE), CASE, ADDED}:
        yield from _personal(dict(document), schema)
    if isinstance(case := document.get("case"), dict):
        yield from _personal(case, CASE)


def answered_persons(release: PlatformRelease, operation: str, answer: Tree) -> Iterator[str]:
    """What the mapping of the reply makes personal fields of: as it stands in the answer, and as it is mapped.

    Nothing where the operation has no such mapping.
    """
    mapping = release.mappings.get(f"{operation}.reply")
    if mapping is None or mapping.writes not in NAMES or not isinstance(answer, dict):
        return
    personal = _personal_targets(mapping, answer)
    for target, source in mapping.origins(answer).items():
        if _is_below(target, personal):
            yield from _values(_at(answer, source))
    for step, value in mapping.steps(answer):
        if _is_below(step.target, personal):
            yield from _values(value)


def _personal_targets(mapping: Mapped, answer: dict[str, Any]) -> frozenset[str]:
    """Of the targets that this answer feeds, also of those that the mapping refuses."""
    skeleton: dict[str, Any] = {}
    fed = {*mapping.origins(answer), *(step.target for step, _ in mapping.steps(answer))}
    for target in fed:
        *above, last = _INDEX.sub("", target).split(".")
        part = skeleton
        for step in above:
            part = part.setdefault(step, {})
        part.setdefault(last, {})
    return frozenset(personal_fields(skeleton, mapping.writes))


def _is_below(target: str, personal: frozenset[str]) -> bool:
    plain = _INDEX.sub("", target)
    return any(plain == each or plain.startswith(f"{each}.") for each in personal)


def _at(tree: Any, path: str) -> Any:
    """What stands at a concrete path such as `list[0].name`; None if it is no longer there."""
    for step in _STEP.findall(path):
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        elif step != "0":  # a single element stands for a list of one
            return None
    return tree


def _personal(document: dict[str, Any], schema: str) -> Iterator[str]:
    for path in personal_fields(document, schema):
        yield from _below(document, path.split("."))


def _below(node: Any, steps: list[str]) -> Iterator[str]:
    if not steps:
        yield from _values(node)
    elif isinstance(node, list):
        for each in node:
            yield from _below(each, steps)
    elif isinstance(node, dict) and steps[0] in node:
        yield from _below(node[steps[0]], steps[1:])


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and len(str(value)) >= _LEAST_DIGITS and not isinstance(value, bool):
        yield str(value)
