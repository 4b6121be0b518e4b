"""A compiled mapping (映射): a function of (document, release) alone."""

import hashlib
from collections.abc import Mapping as Files
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mappings.canonical import shape
from mappings.compiler import Run, compile_plan
from mappings.heads import head_findings
from mappings.layers import laid, stack
from mappings.overlays import Overlay, chosen, clashes
from mappings.plan import Plan, Site, leaves
from mappings.planner import Planner
from mappings.problems import Finding, Problem, Unmappable, Unreadable
from mappings.sections import joined
from mappings.source import Path, Source, read
from mappings.tables import Table
from mappings.trace import Step, origins, trace, walk

_ALONE: Files[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """`name` is PLATFORM/OPERATION, or PLATFORM/OPERATION.reply for what comes back.

    reads, writes: the names of the vocabularies. code: the source of the function. folder: the platform's files.
    files: its own file, and those it stands upon.
    overlays: what it does otherwise for some items (PLATFORM/OPERATION@NAME, mappings of their own).
    received_at: as of when dated code tables are read; None: as of `received_at` of the document.
    """

    name: str
    reads: str
    writes: str
    files: tuple[str, ...]
    digest: str
    plan: Plan = field(repr=False)
    source: Source = field(repr=False)
    code: str = field(repr=False)
    folder: Files[str, str] = field(repr=False)
    _run: Run = field(repr=False)
    overlays: tuple[Overlay, ...] = field(default=(), repr=False)
    received_at: str | None = None

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document in the other vocabulary. Raises Unmappable with every bad field."""
        if self.overlays:
            return self.for_item(document)._made(document)
        return self._made(document)

    def _made(self, document: dict[str, Any]) -> dict[str, Any]:
        problems: list[Problem] = []
        target = self._run(document, problems, self.received_at)
        if problems:
            raise Unmappable(tuple(problems))
        return target

    def for_item(self, document: dict[str, Any]) -> "Mapping":
        """This mapping, or its overlay for the document's item. Raises Unmappable where several overlays fit."""
        overlay = chosen(self.overlays, document)
        return replace(overlay, received_at=self.received_at) if overlay else self

    def as_of(self, received_at: str) -> "Mapping":
        """This mapping for what is said of a case that was received then (RFC 3339, or a China date).

        What a platform says does not tell when the case was received (收件); a field of that name would be theirs.
        """
        return replace(self, received_at=received_at)

    def partly(self, document: dict[str, Any]) -> dict[str, Any]:
        """What can be made of a document, whatever else is wrong with it: only to find out what it is about."""
        return self.for_item(document)._run(document, [], self.received_at)

    @property
    def dated(self) -> bool:
        """Whether it reads a dated code table, and so matters as of when."""
        return self.plan.dated

    @property
    def file(self) -> str:
        return self.files[0]

    def trace(self, document: dict[str, Any]) -> list[Step]:
        """Where each value of the target came from; no values. Raises Unmappable like `for_item`."""
        return trace(self.for_item(document).plan, document, self.received_at)

    def steps(self, document: dict[str, Any]) -> list[tuple[Step, Any]]:
        """The trace with the values that were made: only for who may see them."""
        return list(walk(self.for_item(document).plan, document, self.received_at))

    def origins(self, document: dict[str, Any]) -> dict[str, str]:
        """Which concrete path of the document each target reads; asked to say what is wrong where."""
        return origins(self.for_item(document).plan, document)

    @property
    def operation(self) -> str:
        """Such as `case.submit`, or `case.submit.reply`; that of an overlay is what it lies upon."""
        return self.name.partition("/")[2].partition("@")[0]

    @property
    def sources(self) -> frozenset[str]:
        """The paths that it reads, without list indexes: `materials.files.name`."""
        return self.plan.sources

    @property
    def targets(self) -> dict[str, tuple[Site, bool]]:
        """The paths that it writes, without list indexes: from where, and whether the value is always there."""
        return {site.target.replace("[{}]", ""): (site, always) for site, always in leaves(self.plan.nodes)}


def compile_mapping(
    file: str, text: str, tables: Files[str, Table], folder: Files[str, str] = _ALONE
) -> Mapping:
    """file: PLATFORM/OPERATION.yaml, folder: the texts beside it, by name. Raises Unreadable with all findings."""
    own = read(file, text)
    findings = list(head_findings(own))
    layers = _layers(joined(own), folder, findings)
    source = laid(layers)

    def wrong(path: Path, what: str, write: str, offset: int | None) -> None:
        findings.append(source.finding(path, what, write, offset))

    if source.at(("fields",)) is None:
        raise Unreadable(findings)
    reads, writes = str(source.at(("from",))), str(source.at(("to",)))
    plan = Planner(source, tables, wrong).plan(shape.read(reads), shape.written(writes))
    if findings:
        raise Unreadable(sorted(findings, key=lambda one: (one.file != file, one.file, one.line, one.column)))
    below = [folder[one.file.rpartition("/")[2]] for one in layers[1:]]
    name, digest = str(source.at(("mapping",))), _digest([text, *below], plan, tables)
    run, code = compile_plan(plan, f"{name} {digest[:15]}")
    files = tuple(one.file for one in layers)
    return Mapping(name, reads, writes, files, digest, plan, source, code, folder, run)


def _layers(own: Source, folder: Files[str, str], findings: list[Finding]) -> list[Source]:
    """The file and what it stands upon. Raises Unreadable, with the findings so far, where that cannot be read."""
    try:
        if isinstance(own.tree, dict):
            return stack(own, folder)
    except Unreadable as error:
        raise Unreadable([*findings, *error.findings]) from error
    raise Unreadable(findings)


def with_overlays(mapping: Mapping, upper: Sequence[Mapping]) -> Mapping:
    """The mapping that chooses among these overlays of it; its digest covers them. Raises Unreadable."""
    overlays = tuple(map(Overlay.of, upper))
    reads = shape.written(mapping.reads)  # without what is added to every document: a day has no item
    if reads is None or "item" not in reads.names:
        what = f"'{mapping.reads}' names no item to choose an overlay by"
        raise Unreadable([each.source.finding((), what, "remove this overlay") for each in upper])
    findings = list(clashes(overlays))
    if findings:
        raise Unreadable(findings)
    digest = (
        "sha256:"
        + hashlib.sha256("\0".join((mapping.digest, *(one.digest for one in upper))).encode()).hexdigest()
    )
    return replace(mapping, digest=digest, overlays=overlays)


def _digest(texts: Sequence[str], plan: Plan, tables: Files[str, Table]) -> str:
    """Over the file, those it stands upon, and the code tables that it uses."""
    parts = [*texts, *(tables[name].digest for name in sorted(plan.tables))]
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
