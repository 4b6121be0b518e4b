"""A canonical document (canonical/guide@1) as a guide: checked whole, whoever it comes from."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gateway.guides.guide import Guide
from gateway.guides.texts import Finding
from gateway.items.codes import faults, normalise, parse
from gateway.items.item import short_division
from mappings.canonical.schema import structure_problems

GUIDE = "canonical/guide@1"
CODES = ("handling_code", "implementation_code", "local_code", "basic_code")  # the most exact first
_STRUCTURED = {"handling_code": "handling", "implementation_code": "implementation", "basic_code": "basic"}
_ASIDE = ("version", "valid_from", "valid_to")  # of the guide itself, not among its elements


class Unfit(Exception):
    """The document is no guide; `findings` say everything that is wrong with it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings[0].code)
        self.findings = findings


def guide_of(document: Mapping[str, Any], division: str, *, as_of_ms: int, source: str) -> Guide:
    """The guide that a canonical document is. Raises Unfit with every fault."""
    found = list(_faults(document))
    if found:
        raise Unfit(found)
    written = dict(document)
    for name in CODES:
        if name in written and name != "local_code":
            written[name] = normalise(written[name])
    return Guide(
        division=short_division(division),
        code=code_of(document),
        version=document.get("version", 0),
        as_of_ms=as_of_ms,
        source=source,
        elements={name: value for name, value in written.items() if name not in _ASIDE},
        valid_from=document.get("valid_from", ""),
        valid_to=document.get("valid_to", ""),
    )


def code_of(document: Mapping[str, Any]) -> str:
    """The most exact code of a document, normalised; "" if it has none."""
    return next((normalise(document[name]) for name in CODES if document.get(name)), "")


def codes_in(guide: Guide) -> frozenset[str]:
    """Every code that the guide itself names its item by, normalised."""
    return frozenset(
        {guide.code, *(normalise(guide.elements[name]) for name in CODES if name in guide.elements)}
    )


def _faults(document: Mapping[str, Any]) -> Iterator[Finding]:
    if not any(document.get(name) for name in CODES):
        yield Finding("code", "guide_no_code")
        return
    for problem in structure_problems(GUIDE, dict(document)):
        where = problem.path.lstrip("/").replace("/", ".")
        yield Finding(where, "guide_unfit", {"problem": f"{problem.text('zh')} / {problem.text('en')}"})
    for name, kind in _STRUCTURED.items():
        if isinstance(document.get(name), str):
            yield from _code_faults(name, kind, document[name])
    yield from _period_faults("", document)
    materials = document.get("materials")
    for place, each in enumerate(materials if isinstance(materials, list) else ()):
        if isinstance(each, dict):
            yield from _period_faults(f"materials.{place}.", each)


def _code_faults(name: str, kind: str, text: str) -> Iterator[Finding]:
    code = parse(text)
    if code.kind != kind:
        yield Finding(name, "row_kind", {"found": code.kind, "expected": kind})
    else:
        yield from (Finding(name, fault.code, fault.facts) for fault in faults(code))


def _period_faults(where: str, part: Mapping[str, Any]) -> Iterator[Finding]:
    days = [part.get(name, "") for name in ("valid_from", "valid_to")]
    wrong = [
        name
        for name, day in zip(("valid_from", "valid_to"), days, strict=True)
        if not isinstance(day, str) or (day and not _is_day(day))
    ]
    yield from (Finding(where + name, "guide_not_a_date") for name in wrong)
    if not wrong and days[1] and days[1] <= days[0]:
        yield Finding(f"{where}valid_to", "guide_period")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
