"""The agreed test cases: acceptance/*.yaml in the platform's folder, each one case and how it is to end.

case: 失业登记，正常受理
given: {like: samples/case.json, set: {applicant.sex: "2"}, drop: [note]}
expect: delivered            # or refused, held, deferred, or the code of a refusal here, such as unmappable
code: "5001"                 # theirs, if one was agreed
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mappings.examples import Unusable, document_at
from mappings.problems import Finding, Unreadable, nearest
from mappings.source import Source, read

FOLDER = "acceptance"
STATES = ("delivered", "refused", "held", "deferred", "abandoned")
_KEYS = ("case", "given", "expect", "code")


@dataclass(frozen=True, slots=True)
class AgreedCase:
    """expect: a state of an exchange, or the code of a refusal by the gateway itself. code: theirs; "" for any."""

    name: str
    title: str
    document: dict[str, Any] = field(repr=False)
    expect: str
    code: str = ""


def agreed_cases(folder: Path, files: Mapping[str, str], codes: frozenset[str]) -> list[AgreedCase]:
    """In the order of their names. codes: the gateway's own. Raises Unreadable with all findings."""
    findings: list[Finding] = []
    cases: list[AgreedCase] = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            source = read(f"{folder.name}/{FOLDER}/{path.name}", path.read_text("utf-8"))
            cases.append(_case(path.stem, source, files, codes))
        except Unreadable as error:
            findings += error.findings
    if not cases and not findings:
        write = f"write {FOLDER}/01-NAME.yaml: case:, given:, expect:"
        findings.append(Finding(f"{folder.name}/{FOLDER}", 1, 1, "no agreed test case", write))
    if findings:
        raise Unreadable(findings)
    return cases


def _case(name: str, source: Source, files: Mapping[str, str], codes: frozenset[str]) -> AgreedCase:
    findings = _findings(source, codes)
    document: Any = None
    try:
        document = document_at(source, files, ("given",)) if source.at(("given",)) is not None else None
    except Unusable as error:
        findings.append(source.finding(error.path, error.what, error.write))
    if not findings and not isinstance(document, dict):
        findings.append(source.finding(("given",), "no document", "write given: {like: samples/case.json}"))
    if findings:
        raise Unreadable(findings)
    return AgreedCase(
        name,
        str(source.at(("case",))),
        document,
        str(source.at(("expect",))),
        str(source.at(("code",)) or ""),
    )


def _findings(source: Source, codes: frozenset[str]) -> list[Finding]:
    if not isinstance(source.tree, dict):
        return [source.finding((), "a test case is a map", "write case:, given:, expect:")]
    found = [
        source.finding(
            (key,), f"no key '{key}' in a test case", nearest(key, _KEYS, f"one of {', '.join(_KEYS)}")
        )
        for key in source.tree
        if key not in _KEYS
    ]
    for key in ("case", "given", "expect"):
        if key not in source.tree:
            found.append(source.finding((), f"no '{key}'", f"write {key}:"))
    expected = source.at(("expect",))
    if expected is not None and expected not in STATES and expected not in codes:
        known = (*STATES, *sorted(codes))
        found.append(
            source.finding(
                ("expect",),
                f"nothing ends as '{expected}'",
                nearest(str(expected), known, f"one of {', '.join(STATES)}"),
            )
        )
    return found
