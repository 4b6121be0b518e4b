"""The examples of the mappings as the platform would get them: what it would not take is told at its line."""

import re
from collections.abc import Iterator, Mapping

from adapters.base import Adapter
from adapters.errors import Unencodable
from adapters.message import Message
from adapters.sections import under
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.inward_told import Expected, answers_in
from gateway.workbench.misfits import Misfit, told
from gateway.workbench.terms import SPOKEN, Terms
from mappings.canonical.schema import NAMES, structure_problems
from mappings.examples import as_of, given
from mappings.mapping import Mapping as Mapped
from mappings.problems import Finding, Unmappable
from mappings.source import Path

_NUMBERS = (("numbers_ours", ""), ("exchange", "0" * 26))  # what an example that has none goes out with
_PLACE = re.compile(r"\.\d+(?=\.|$)")


def examples(release: PlatformRelease, adapter: Adapter, terms: Terms) -> Iterator[Graded]:
    """Of every operation with its overlays, of every reply, and of our answers to calls in."""
    seen: set[tuple[str, str, str]] = set()
    answers = answers_in(release)
    for mapping in release.mappings.values():
        for path, misfit in _of_mapping(release, mapping, adapter, terms, answers):
            key = (mapping.name, _PLACE.sub("", misfit.path), misfit.what)
            if key not in seen:
                seen.add(key)
                yield Graded(Grade.BRONZE, _finding(mapping, path, misfit))


def _of_mapping(
    release: PlatformRelease, mapping: Mapped, adapter: Adapter, terms: Terms, answers: Mapping[str, Expected]
) -> Iterator[tuple[Path, Misfit]]:
    for path, document in given(mapping):
        try:
            made = as_of(mapping, path)(document)
        except Unmappable:
            continue  # as it may say itself: what is refused here is never sent
        if mapping.operation in release.declared.operations:
            ours, exchange = (str(document.get(name, otherwise)) for name, otherwise in _NUMBERS)
            message = Message(mapping.operation, made, ours=ours, exchange=exchange)
            found = sent(release, adapter, terms, message)
        elif mapping.operation in answers:
            found = answers[mapping.operation].misfits(made)
        elif mapping.writes in NAMES:
            found = [
                Misfit(each.path.strip("/").replace("/", "."), each.text())
                for each in structure_problems(mapping.writes, made)
            ]
        else:
            continue
        for misfit in found:
            yield path, misfit


def sent(release: PlatformRelease, adapter: Adapter, terms: Terms, message: Message) -> list[Misfit]:
    """What the platform would not take of a message, or what keeps it from being sent at all."""
    try:
        request = adapter.encode(message)
    except Unencodable as error:
        found = terms.unwritten(message.operation, message.document)
        fed = {under(path) for path in release.declared.operations[message.operation].header}
        # what platform.yaml feeds there is made up here: a check knows no secret
        return found or [Misfit(each.path, told(each)) for each in error.problems if each.path not in fed]
    if release.declared.speaks not in SPOKEN:
        return []  # their columns and files are looked at before anything is written
    return terms.misfits(message.operation, request, dressed=False)


def _finding(mapping: Mapped, path: Path, misfit: Misfit) -> Finding:
    """At the field that feeds it, or at the example where nothing does."""
    line, column = mapping.source.position(path)
    example = f"{mapping.file.rpartition('/')[2]}:{line}"
    feeds = mapping.targets.get(_PLACE.sub("", misfit.path))
    what = f"{misfit} in the example at {example}"
    if feeds is not None:
        site = feeds[0]
        return Finding(site.file, site.line, site.column, what, "mend the field, or the example")
    return Finding(mapping.file, line, column, what, "mend the example, or feed what is wanted")
