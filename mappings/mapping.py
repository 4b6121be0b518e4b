"""A compiled mapping (映射): a function of (document, release) alone."""

import hashlib
import re
from collections.abc import Mapping as Files
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mappings.canonical import shape
from mappings.canonical.schema import NAMES
from mappings.compiler import Run, compile_plan
from mappings.plan import Plan, leaves
from mappings.planner import Planner
from mappings.problems import Finding, Problem, Unmappable, Unreadable, nearest
from mappings.source import Path, Source, read
from mappings.tables import Table
from mappings.trace import Step, origins, trace

_KEYS = ("mapping", "title", "from", "to", "fields", "examples")
_OPERATION = re.compile(r"[a-z][a-z_]*\.[a-z_]+(\.reply)?")
_SHAPE = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z][a-z_.]*@[0-9][0-9.]*")
_ALONE: Files[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """`name` is PLATFORM/OPERATION, or PLATFORM/OPERATION.reply for what comes back.

    reads, writes: the names of the vocabularies. code: the source of the function. folder: the platform's files.
    """

    name: str
    reads: str
    writes: str
    file: str
    digest: str
    plan: Plan = field(repr=False)
    source: Source = field(repr=False)
    code: str = field(repr=False)
    folder: Files[str, str] = field(repr=False)
    _run: Run = field(repr=False)

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document in the other vocabulary. Raises Unmappable with every bad field."""
        problems: list[Problem] = []
        target = self._run(document, problems)
        if problems:
            raise Unmappable(tuple(problems))
        return target

    def trace(self, document: dict[str, Any]) -> list[Step]:
        """Where each value of the target came from; no values."""
        return trace(self.plan, document)

    def origins(self, document: dict[str, Any]) -> dict[str, str]:
        """Which concrete path of the document each target reads; asked to say what is wrong where."""
        return origins(self.plan, document)

    @property
    def operation(self) -> str:
        """Such as `case.submit`, or `case.submit.reply`."""
        return self.name.partition("/")[2]

    @property
    def sources(self) -> frozenset[str]:
        """The paths that it reads, without list indexes: `materials.files.name`."""
        return self.plan.sources

    @property
    def targets(self) -> dict[str, tuple[int, bool]]:
        """The paths that it writes, without list indexes: the line, and whether the value is always there."""
        return {
            site.target.replace("[{}]", ""): (site.line, always) for site, always in leaves(self.plan.nodes)
        }


def compile_mapping(
    file: str, text: str, tables: Files[str, Table], folder: Files[str, str] = _ALONE
) -> Mapping:
    """file: PLATFORM/OPERATION.yaml, folder: the texts beside it. Raises Unreadable with all findings."""
    source = read(file, text)
    findings = _header_findings(source)

    def wrong(path: Path, what: str, write: str, offset: int | None) -> None:
        findings.append(source.finding(path, what, write, offset))

    reads, writes = str(source.at(("from",))), str(source.at(("to",)))
    planner = Planner(source, tables, wrong)
    plan = (
        planner.plan(shape.read(reads), shape.written(writes)) if source.at(("fields",)) is not None else None
    )
    if findings or plan is None:
        raise Unreadable(sorted(findings, key=lambda one: (one.line, one.column)))
    name, digest = str(source.at(("mapping",))), _digest(text, plan, tables)
    run, code = compile_plan(plan, f"{name} {digest[:15]}")
    return Mapping(name, reads, writes, file, digest, plan, source, code, folder, run)


def _header_findings(source: Source) -> list[Finding]:
    if not isinstance(source.tree, dict):
        return [source.finding((), "a mapping is a map", "write mapping:, from:, to:, fields:, examples:")]
    found = [
        source.finding(
            (key,), f"no key '{key}' in a mapping", nearest(key, _KEYS, f"one of {', '.join(_KEYS)}")
        )
        for key in source.tree
        if key not in _KEYS
    ]
    for key in ("mapping", "from", "to", "fields", "examples"):
        if key not in source.tree:
            found.append(source.finding((), f"no '{key}'", f"write {key}:"))
    return found + _name_findings(source) + _vocabulary_findings(source)


def _name_findings(source: Source) -> list[Finding]:
    wanted = source.file.removesuffix(".yaml")
    if not _OPERATION.fullmatch(wanted.rpartition("/")[2]):
        return [source.finding((), "the file's name is no operation", "name it such as case.submit.yaml")]
    if source.at(("mapping",)) in (wanted, None):
        return []
    return [
        source.finding(("mapping",), "the mapping's name is not the file's name", f"write mapping: {wanted}")
    ]


def _vocabulary_findings(source: Source) -> list[Finding]:
    found = []
    for key in ("from", "to"):
        name = source.at((key,))
        if name is not None and not (isinstance(name, str) and _SHAPE.fullmatch(name)):
            found.append(
                source.finding(
                    (key,), f"'{key}' names no vocabulary", "write canonical/case@1 or PLATFORM/case@1"
                )
            )
        elif name is not None and name.startswith("canonical/") and name not in NAMES:
            write = nearest(name, NAMES, f"one of {', '.join(sorted(NAMES))}")
            found.append(source.finding((key,), f"no canonical schema '{name}'", write))
    return found


def _digest(text: str, plan: Plan, tables: Files[str, Table]) -> str:
    """Over the file and the code tables that it uses."""
    parts = [text, *(tables[name].digest for name in sorted(plan.tables))]
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
