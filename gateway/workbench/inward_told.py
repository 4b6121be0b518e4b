"""Our answers to calls in (来函), held against what the platform says of them: a WSDL, or a file that it names."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from adapters.contract import Contract, Part, read
from adapters.errors import Unbuildable
from adapters.inward.coherence import speaks_soap
from adapters.inward.declared import Call, Inward
from adapters.notation import soap_call
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.described import by_schema
from gateway.workbench.fit import Fit
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.misfits import Against, Misfit
from gateway.workbench.targets import targets
from mappings.source import Source


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer has to be.

    xml: by an XML Schema.    typed: numbers, flags and lists are such in it (JSON).
    """

    part: Part
    xml: bool
    typed: bool

    def misfits(self, answer: Mapping[str, Any]) -> list[Misfit]:
        return Against(self.xml, self.typed).misfits(answer, self.part)


def misfitting(release: PlatformRelease, source: Source, inward: Inward) -> Iterator[Graded]:
    """Whatever stands in an answer that nobody over there knows, lacks, or has another form."""
    for operation, call in inward.calls.items():
        name = f"{operation}.in.reply"
        try:
            wanted = expected(release, inward, call)
        except Unbuildable as error:
            at = ("inward", "calls", operation, "answer", "message")
            yield Graded(Grade.BRONZE, source.finding(at, error.what, error.write))
            continue
        if wanted is None:
            yield _undescribed(source, operation, name)
        else:
            yield from Fit(name, wanted.typed, wanted.xml).findings(
                targets(release.mappings[name]), wanted.part
            )


def answers_in(release: PlatformRelease) -> dict[str, Expected]:
    """By the name of the mapping, where it is known; what cannot be read is told by `misfitting`."""
    inward, found = release.declared.inward, dict[str, Expected]()
    if inward is None:
        return found
    for operation, call in inward.calls.items():
        with suppress(Unbuildable):
            if wanted := expected(release, inward, call):
                found[f"{operation}.in.reply"] = wanted
    return found


def expected(release: PlatformRelease, inward: Inward, call: Call) -> Expected | None:
    """None where nothing says what an answer has to be. Raises Unbuildable."""
    told, soap = call.answer, speaks_soap(inward)
    typed = told.document == "json" or (told.document is None and not soap and call.takes != "xml")
    if told.message:
        own = read(told.message, release.files)
        return Expected(own.offers[0].request, by_schema(own), typed)
    if inward.contract is None or told.document is not None:
        return None
    part = _answer_of(read(inward.contract, release.files), call)
    return Expected(part, xml=True, typed=False) if part is not None else None


def _answer_of(contract: Contract, call: Call) -> Part | None:
    typed = (each for each in contract.offers if each.how == "typed" and soap_call(each.call)[2] == call.call)
    return next((each.answer for each in typed), None)


def _undescribed(source: Source, operation: str, name: str) -> Graded:
    key = f"{name}/message"
    write = f'write message: contract/FILE (a schema or a sample) under answer:, or exempt: {{"{key}": why}}'
    what = "no contract describes our answer, so nothing in its mapping could be held against one"
    return Graded(Grade.GOLD, source.finding(("inward", "calls", operation), what, write), key)
