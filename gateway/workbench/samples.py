"""Samples of answers (样例): samples/OPERATION.VERDICT.json or …VERDICT-NAME.json; each must be what it is called.

{"operation": "case.submit", "response": {"status": 200, "headers": {…}, "body": "…"}, "probes": "case.submit"?}
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import Adapter
from adapters.declared import Operation, Platform
from adapters.desk_coherence import DESK
from adapters.message import Response
from gateway.replay.answered import answered
from gateway.workbench.grades import Grade, Graded
from mappings.problems import Finding
from mappings.source import Source

FOLDER = "samples/"
_DECLARED = ("already", "later")  # wanted only where the platform says that it answers so
_ALWAYS = ("taken", "refused", "barred", "unknown")
VERDICTS = frozenset({*_ALWAYS, *_DECLARED, "landed", "absent"})
_OPERATION = re.compile(r"[a-z]+\.[a-z]+")
_FORM = '{"operation": …, "response": {"status": 200, "headers": {}, "body": "…"}}'


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer as it came. probes: the operation that a probe settled with it."""

    file: str
    operation: str
    verdict: str
    response: Response
    probes: str | None = None


class Odd(Exception):
    """A sample that cannot be read; the text says why."""


def named(file: str) -> tuple[str, str] | None:
    """(operation, verdict) by the name of a sample's file; None for other files."""
    stem = file.removeprefix(FOLDER).removesuffix(".json")
    parts = stem.split(".")
    is_sample = len(parts) == 3 and _OPERATION.fullmatch(".".join(parts[:2]))
    if not file.startswith(FOLDER) or not file.endswith(".json") or not is_sample:
        return None
    return ".".join(parts[:2]), parts[2].split("-")[0]


def read(file: str, text: str) -> Sample:
    """Raises Odd."""
    name = named(file)
    if name is None or name[1] not in VERDICTS:
        raise Odd(f"its name is not OPERATION.VERDICT.json (one of {', '.join(sorted(VERDICTS))})")
    try:
        written: Any = json.loads(text)
        response, operation = answered(written["response"]), str(written["operation"])
        probes = written.get("probes")
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Odd(f"it is not of the form {_FORM} ({type(error).__name__})") from error
    if operation != name[0]:
        raise Odd(f"it says operation {operation}, and its name says {name[0]}")
    return Sample(file, operation, name[1], response, str(probes) if probes else None)


def samples(
    source: Source, platform: Platform, files: Mapping[str, str], adapter: Adapter
) -> Iterator[Graded]:
    """Every sample is judged as its name says, and every answer that may come has one."""
    shown: dict[str, set[str]] = {}
    for file in sorted(files):
        name = named(file)
        if name is None:
            continue
        where = f"{platform.platform}/{file}"
        try:
            sample = read(file, files[file])
        except Odd as error:
            yield Graded(Grade.BRONZE, Finding(where, 1, 1, f"no sample: {error}", "mend or rename it"))
            continue
        fault = _judged_otherwise(sample, platform, adapter)
        if fault:
            yield Graded(Grade.BRONZE, Finding(where, 1, 1, *fault))
        shown.setdefault(sample.probes or sample.operation, set()).add(sample.verdict)
    if platform.speaks == DESK:
        return  # its answers are our own
    for operation, declared in platform.operations.items():
        yield from _missing(source, operation, declared, shown.get(operation, set()))


def _judged_otherwise(sample: Sample, platform: Platform, adapter: Adapter) -> tuple[str, str] | None:
    operation = platform.operations.get(sample.operation)
    probed = platform.operations.get(sample.probes) if sample.probes else None
    if operation is None or (sample.probes and (probed is None or probed.probe is None)):
        return f"the platform has no operation {sample.operation}, or no such probe", "remove the sample"
    reply = adapter.judged(sample.response, sample.operation, sample.probes)
    if reply.verdict == sample.verdict:
        return None
    what = f"this answer is {reply.verdict} ({reply.cause}), and its name says {sample.verdict}"
    return what, f"describe it under {sample.operation} in platform.yaml, or rename the sample"


def _missing(source: Source, name: str, operation: Operation, shown: set[str]) -> Iterator[Graded]:
    for verdict in wanted(operation, read=operation.is_read(name)):
        key = f"{name}/sample.{verdict}"
        if verdict not in shown:
            write = f'write {FOLDER}{name}.{verdict}.json, or exempt: {{"{key}": why}}'
            finding = source.finding(("operations", name), f"no sample of an answer that is {verdict}", write)
            yield Graded(Grade.SILVER, finding, key)


def wanted(operation: Operation, *, read: bool) -> list[str]:
    """The verdicts of which an operation needs a sample."""
    found = [verdict for verdict in _ALWAYS if verdict in ("taken", "unknown") or not read]
    found += [verdict for verdict in ("refused", "barred") if read and getattr(operation, verdict)]
    found += [verdict for verdict in _DECLARED if getattr(operation, verdict)]
    if operation.probe:
        found += ["landed", *(["absent"] if operation.probe.absent else [])]
    return found
