"""A compiled mapping (映射): a function of (document, release) alone."""

import hashlib
import re
from collections.abc import Mapping as Files
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mappings.compiler import Run, compile_plan
from mappings.plan import Plan
from mappings.planner import Planner
from mappings.problems import Finding, Problem, Unmappable, Unreadable, nearest
from mappings.source import Source, read
from mappings.tables import Table

_KEYS = ("mapping", "title", "from", "to", "fields", "examples")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z][a-z_]*\.[a-z_]+(\.reply)?")
_SHAPE = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z_.]+@[0-9][0-9.]*")


@dataclass(frozen=True, slots=True)
class Mapping:
    """`name` is PLATFORM/OPERATION; `sources` are the paths it reads, without list indexes (`materials.files.name`)."""

    name: str
    reads: str
    writes: str
    file: str
    plan: Plan = field(repr=False)
    source: Source = field(repr=False)
    digest: str
    code: str = field(repr=False)
    _run: Run = field(repr=False)

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """Raises Unmappable with every bad field."""
        problems: list[Problem] = []
        target = self._run(document, problems)
        if problems:
            raise Unmappable(tuple(problems))
        return target

    @property
    def operation(self) -> str:
        """Such as `case.submit`, or `case.submit.reply`."""
        return self.name.partition("/")[2]

    @property
    def sources(self) -> frozenset[str]:
        return self.plan.sources


def compile_mapping(
    file: str, text: str, tables: Files[str, Table], folder: Files[str, str] = MappingProxyType({})
) -> Mapping:
    """Raises Unreadable with all findings."""
    source = read(file, text)
    findings = header_findings(source)
    planner = Planner(source, tables)
    plan = planner.plan() if isinstance(source.tree, dict) and "fields" in source.tree else None
    findings += planner.findings
    if findings or plan is None:
        raise Unreadable(findings)
    name, digest = str(source.at(("mapping",))), _digest(text, planner, tables)
    run, code = compile_plan(plan, f"{name} {digest[:15]}")
    reads, writes = str(source.at(("from",))), str(source.at(("to",)))
    return Mapping(name, reads, writes, file, plan, source, digest, code, run)


def header_findings(source: Source) -> list[Finding]:
    if not isinstance(source.tree, dict):
        return [source.finding((), "a mapping is a map", "write mapping:, from:, to:, fields:, examples:")]
    found = [
        source.finding((key,), f"no key '{key}' in a mapping", nearest(key, _KEYS, f"one of {', '.join(_KEYS)}"))
        for key in source.tree
        if key not in _KEYS
    ]
    for key in ("mapping", "from", "to", "fields", "examples"):
        if key not in source.tree:
            found.append(source.finding((), f"no '{key}'", f"write {key}:"))
    for key, form, sample in (
        ("mapping", _NAME, "PLATFORM/case.submit or PLATFORM/case.submit.reply"),
        ("from", _SHAPE, "canonical/case@1"),
        ("to", _SHAPE, "PLATFORM/case@1"),
    ):
        value = source.tree.get(key)
        if value is not None and not (isinstance(value, str) and form.fullmatch(value)):
            found.append(source.finding((key,), f"'{key}' has not the required form", f"write {sample}"))
    return found


def _digest(text: str, planner: Planner, tables: dict[str, Table]) -> str:
    """Over the file and the code tables it uses."""
    parts = [text, *(tables[name].digest for name in sorted(planner.used_tables))]
    total = hashlib.sha256("\0".join(parts).encode())
    return "sha256:" + total.hexdigest()
