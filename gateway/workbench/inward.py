"""Calls in (来函) as they would go: who is let in can be told, and every answer that there is can be given."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.auth.scheme import SecretMissing
from adapters.errors import Unbuildable, Unencodable
from adapters.inward.coherence import speaks_soap
from adapters.inward.declared import Call, Inward
from adapters.inward.door import Door
from adapters.inward.offered import wrapper_of, wsdl_of
from adapters.inward.writing import rest_answer, soap_answer
from gateway.inward.reasons import REASONS
from gateway.inward.replies import reply_of
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.inward_told import misfitting
from mappings.problems import Finding, Unmappable
from mappings.source import Source

_AT_MS = 1_800_000_000_000
_EXCHANGE = "0" * 26


def inward_findings(release: PlatformRelease, source: Source, secrets: Mapping[str, str]) -> Iterator[Graded]:
    """secrets: whatever the installation may name."""
    inward = release.declared.inward
    if inward is None:
        return
    try:
        Door(inward, secrets, secrets, soap=speaks_soap(inward))
        if speaks_soap(inward):
            wsdl_of(inward, release.files, release.name, "http://inward.invalid")
    except (SecretMissing, Unbuildable, KeyError) as error:
        found = source.finding(("inward",), f"cannot be set up ({error})", "mend auth or contract")
        yield Graded(Grade.BRONZE, found)
        return
    yield from misfitting(release, source, inward)
    for operation, call in inward.calls.items():
        yield from _answers(release, source, inward, operation, call)


def _answers(
    release: PlatformRelease, source: Source, inward: Inward, operation: str, call: Call
) -> Iterator[Graded]:
    """Every reason, as it would stand in their envelope: first and foremost in its charset."""
    mapping = release.mappings[f"{operation}.in.reply"]
    for reason in REASONS:
        reply = reply_of([reason], at_ms=_AT_MS, said={}, records=[{}], exchange=_EXCHANGE)
        try:
            _encoded(release, inward, call, reply["outcome"], mapping.as_of(reply["at"])(dict(reply)))
        except Unmappable as error:
            problem = error.problems[0]
            what = f"'{reason}' cannot be answered: {problem.path}: {problem.text()}"
            yield Graded(Grade.BRONZE, Finding(mapping.file, 1, 1, what, "mend the field, or its table"))
        except Unencodable as error:
            what = f"'{reason}' cannot be written: {error}"
            yield Graded(Grade.BRONZE, Finding(mapping.file, 1, 1, what, "give it their charset's words"))
        except Unbuildable as error:
            at = ("inward", "calls", operation, "call")
            yield Graded(Grade.BRONZE, source.finding(at, error.what, error.write))
            return


def _encoded(
    release: PlatformRelease, inward: Inward, call: Call, outcome: str, tree: Mapping[str, Any]
) -> None:
    if speaks_soap(inward):
        wrapper = wrapper_of(inward, call, release.files)
        soap_answer(call, outcome, tree, soap=11, wrapper=wrapper)
    else:
        rest_answer(call, outcome, tree)
