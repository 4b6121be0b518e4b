"""Runs the examples of a mapping file. They are its tests; at least one must refuse.

- given: {like: samples/case.json, set: {applicant.sex: "9"}, drop: [note]}
  refuse: ["xb: not in table sex"]
- given: {applicant: {name: 张三}}
  expect: {sqrxm: 张三}
- as_of: 2026-03-01                # when the case was received, for dated code tables of an answer or a call in
  given: {zt: "30"}
  expect: {state: accepted}
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from mappings.china_time import day
from mappings.mapping import Mapping as Mapped
from mappings.overlays import Overlay
from mappings.problems import Finding, Problem, Refused, Unmappable, nearest
from mappings.source import Path, Source

_KEYS = ("title", "as_of", "given", "expect", "refuse")
_MOST_DIFFERENCES = 5
Found = Iterator[Finding]


class Unusable(Exception):
    """What is written where a document is given cannot be one."""

    def __init__(self, path: Path, what: str, write: str) -> None:
        super().__init__(what)
        self.path, self.what, self.write = path, what, write


def check_examples(mapping: Mapped) -> list[Finding]:
    """A finding for every example that does not do what it says."""
    examples = mapping.source.at(("examples",))
    if not isinstance(examples, list) or not examples:
        return [
            mapping.source.finding(("examples",), "no examples", "write - given: … with expect: or refuse:")
        ]
    findings = [finding for index in range(len(examples)) for finding in _check(mapping, index)]
    if not any(isinstance(one, dict) and "refuse" in one for one in examples):
        write = "add one with refuse: such as a code that is not in its table"
        findings.append(mapping.source.finding(("examples",), "no example refuses", write))
    return findings


def documents(mapping: Mapped) -> Iterator[tuple[str, Any, str | None]]:
    """(FILE:LINE, the document given there, its `as_of`) of every example that can be read."""
    for path, document in given(mapping):
        line, _ = mapping.source.position(path)
        yield f"{mapping.source.file}:{line}", document, as_of(mapping, path).received_at


def given(mapping: Mapped) -> Iterator[tuple[Path, Any]]:
    """(where it stands in the file, the document given there) of every example that can be read."""
    examples = mapping.source.at(("examples",))
    for index in range(len(examples) if isinstance(examples, list) else 0):
        path: Path = ("examples", index)
        with suppress(Unusable):
            if mapping.source.at((*path, "given")) is not None:
                yield path, document_at(mapping.source, mapping.folder, (*path, "given"))


def as_of(mapping: Mapped, path: Path) -> Mapped:
    """The mapping on the day that the example there names, if it names one."""
    received_at = mapping.source.at((*path, "as_of"))
    return mapping if received_at is None else mapping.as_of(str(received_at))


def _check(mapping: Mapped, index: int) -> Found:
    path: Path = ("examples", index)
    example = mapping.source.at(path)
    if (
        not isinstance(example, dict)
        or "given" not in example
        or ("expect" in example) == ("refuse" in example)
    ):
        yield mapping.source.finding(
            path, "an example needs given and expect or refuse", "write given: and expect:"
        )
        return
    for key in example.keys() - set(_KEYS):
        yield mapping.source.finding(
            (*path, key), f"no key '{key}' in an example", nearest(key, _KEYS, "remove it")
        )
    if not _is_day(example.get("as_of")):
        what = "'as_of' is no day on which a case was received"
        yield mapping.source.finding((*path, "as_of"), what, "write it as 2026-01-31")
        return
    try:
        given = document_at(mapping.source, mapping.folder, (*path, "given"))
        expected = (
            document_at(mapping.source, mapping.folder, (*path, "expect")) if "expect" in example else None
        )
    except Unusable as error:
        yield mapping.source.finding(error.path, error.what, error.write)
        return
    if "items" in mapping.source.tree and not Overlay.of(mapping).fits(given):
        what = "the item of this example is none of the overlay's items"
        yield mapping.source.finding(
            (*path, "given"), what, "set item.there.implementation_code, or add its code"
        )
    try:
        result = as_of(mapping, path)(given)
    except Unmappable as error:
        yield from _check_refusal(mapping, path, error.problems)
        return
    if "refuse" in example:
        yield mapping.source.finding(
            (*path, "refuse"), "the example is not refused", "mend it, or write expect:"
        )
    else:
        differences = list(_differences(expected, result, ""))
        for what, write in differences[:_MOST_DIFFERENCES]:
            yield mapping.source.finding((*path, "expect"), what, write)


def _is_day(as_of: Any) -> bool:
    try:
        return as_of is None or bool(day(str(as_of)))
    except Refused:
        return False


def _check_refusal(mapping: Mapped, path: Path, problems: tuple[Problem, ...]) -> Found:
    refusals = mapping.source.at((*path, "refuse"))
    if refusals is None:
        for problem in problems:
            what = f"the example is refused ({problem.path}: {problem.text()})"
            yield mapping.source.finding((*path, "given"), what, "feed the field, or write refuse:")
        return
    lines = [str(line) for line in refusals] if isinstance(refusals, list) else [str(refusals)]
    for index, line in enumerate(lines):
        if not any(_says(line, problem) for problem in problems):
            place = (*path, "refuse", index) if isinstance(refusals, list) else (*path, "refuse")
            yield mapping.source.finding(place, f"nothing is refused as '{line}'", _refusal_lines(problems))
    for problem in problems:
        if not any(_says(line, problem) for line in lines):
            write = f"add {_refusal_lines((problem,))}"
            yield mapping.source.finding((*path, "refuse"), f"refused as well: {problem.path}", write)


def _says(line: str, problem: Problem) -> bool:
    """`target: text`, where text is the problem's code or a part of what it says in either language."""
    target, colon, text = line.partition(": ")
    said = text.strip()
    if not colon or target != problem.path or not said:
        return False
    return said == problem.code or said in problem.text("zh") or said in problem.text("en")


def _refusal_lines(problems: tuple[Problem, ...]) -> str:
    return "; ".join(f'"{problem.path}: {problem.text()}"' for problem in problems)


def document_at(source: Source, folder: Mapping[str, str], path: Path) -> Any:
    """The document written there, or the sample of the folder that it is like. Raises Unusable."""
    node = source.at(path)
    if not isinstance(node, dict) or "like" not in node or node.keys() - {"like", "set", "drop"}:
        return source.json(path)
    document = _sample(source, folder, (*path, "like"))
    for steps in node.get("drop") or ():
        _drop(document, str(steps), (*path, "drop"))
    changes = node.get("set")
    for steps in changes if isinstance(changes, dict) else ():
        _set(document, steps, source.json((*path, "set", steps)), (*path, "set", steps))
    return document


def _sample(source: Source, folder: Mapping[str, str], path: Path) -> Any:
    name = str(source.at(path))
    text = folder.get(name)
    if text is None:
        raise Unusable(path, f"no file '{name}' in the platform's folder", _write(source, folder, path, name))
    try:
        return copy.deepcopy(json.loads(text))
    except ValueError as error:
        raise Unusable(path, f"'{name}' is not JSON ({error})", "mend the sample") from error


def _write(source: Source, folder: Mapping[str, str], path: Path, name: str) -> str:
    """What is expected is made by a command; what is given, by a person."""
    given = source.at((*path[:2], "given", "like"))
    if "expect" in path and given is not None:
        return f"write it by: tongban mapping run {source.file.rpartition('/')[2]} --given {given} > {name}"
    return nearest(name, [file for file in folder if file.endswith(".json")], "write samples/NAME.json")


def _set(document: Any, steps: str, value: Any, path: Path) -> None:
    *above, last = steps.split(".")
    holder = document
    for step in above:
        if isinstance(holder, dict):
            holder.setdefault(step, {})
        holder = _child(holder, step, path)
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list) and last.isdigit() and int(last) <= len(holder):
        holder[int(last) : int(last) + 1] = [value]
    else:
        raise Unusable(
            path, f"nothing can be set at '{steps}'", "write a path into the sample, with 0 for the first"
        )


def _drop(document: Any, steps: str, path: Path) -> None:
    *above, last = steps.split(".")
    holder = document
    for step in above:
        holder = _child(holder, step, path)
    _child(holder, last, path)
    del holder[int(last) if isinstance(holder, list) else last]


def _child(holder: Any, step: str, path: Path) -> Any:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if isinstance(holder, list) and step.isdigit() and int(step) < len(holder):
        return holder[int(step)]
    raise Unusable(
        path, f"the sample has no '{step}' there", "write a path into the sample, with 0 for the first"
    )


def _differences(expected: Any, result: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(expected, dict) and isinstance(result, dict):
        for key in [*expected, *(key for key in result if key not in expected)]:
            below = f"{at}.{key}" if at else key
            if key not in result:
                yield f"'{below}' is expected and not there", "remove it, or feed it"
            elif key not in expected:
                yield f"'{below}' is there and not expected", f"add {key}: {_shown(result[key])}"
            else:
                yield from _differences(expected[key], result[key], below)
    elif isinstance(expected, list) and isinstance(result, list):
        if len(expected) != len(result):
            yield f"'{at}' has {len(result)} elements, expected {len(expected)}", f"write {_shown(result)}"
        for index, (one, other) in enumerate(zip(expected, result, strict=False)):
            yield from _differences(one, other, f"{at}[{index}]")
    elif expected != result or type(expected) is not type(result):
        yield f"'{at}' is {_shown(result)}, expected {_shown(expected)}", f"write {_shown(result)}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
