"""A mapping's `header:` against the SOAP headers that the contract declares."""

from collections.abc import Iterator
from dataclasses import replace

from adapters.auth.schemes import SCHEMES
from adapters.contract import Part
from adapters.declared import Operation, Platform
from adapters.http_headers import fields_in
from adapters.sections import HEADER
from gateway.workbench.fit import Fit
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.targets import Target
from mappings.problems import Finding
from mappings.source import Source


def parted(root: Target) -> tuple[Target, Target | None]:
    """What goes into the body, and what into the header."""
    if HEADER not in root.below:
        return root, None
    body = {name: target for name, target in root.below.items() if name != HEADER}
    return replace(root, below=body), root.below[HEADER]


def in_message(root: Target, operation: Operation) -> Target:
    """Without the fields that stand in headers of HTTP, of which no contract of SOAP knows."""
    fields = fields_in(operation.http_header)
    return (
        replace(root, below={name: each for name, each in root.below.items() if name not in fields})
        if fields
        else root
    )


def header_findings(
    source: Source,
    platform: Platform,
    name: str,
    headers: tuple[Part, ...],
    root: Target,
    given: Target | None,
) -> Iterator[Graded]:
    """headers: as the contract declares them.    given: what the mapping writes there; None for nothing."""
    if platform.speaks != "soap" or platform.operations[name].envelope:
        yield from _nowhere(platform, given)
        return
    below = {HEADER: given} if given is not None else {}
    message = asked(platform.operations[name], headers)
    yield from Fit(name, typed=False).findings(replace(root, below=below), message)
    if not SCHEMES[platform.auth].soap:
        fed = {path.partition(".")[0] for path in platform.operations[name].header}
        yield from _left_out(source, name, headers, fed | set(given.below if given else ()))


def asked(operation: Operation, headers: tuple[Part, ...]) -> Part:
    """What a document is to hold under HEADER: what the contract declares, less what platform.yaml feeds."""
    fed = [tuple(path.split(".")) for path in operation.header]
    declared = tuple(_fed(each, [steps[1:] for steps in fed if steps[0] == each.name]) for each in headers)
    needed = any(each.required for each in declared)
    return Part("", "object").holding((Part(HEADER, "object", required=needed).holding(declared),))


def _nowhere(platform: Platform, given: Target | None) -> Iterator[Graded]:
    if given is None:
        return
    what = (
        "this operation has an envelope of its own" if platform.speaks == "soap" else "only SOAP has a header"
    )
    site = given.site
    yield Graded(Grade.BRONZE, Finding(site.file, site.line, site.column, what, "leave 'header' out"))


def _fed(header: Part, fed: list[tuple[str, ...]]) -> Part:
    """With what platform.yaml feeds no longer required; the rest of a header that it begins is."""
    if not fed:
        return replace(header, required=False)
    parts = tuple(
        replace(_fed(each, inner), required=each.required and _lacks(each, inner))
        if (inner := [steps[1:] for steps in fed if steps[:1] == (each.name,)])
        else each
        for each in header.parts
    )
    made = replace(header, parts=parts)
    return replace(made, required=_lacks(made, fed))


def _lacks(part: Part, fed: list[tuple[str, ...]]) -> bool:
    """Whether something that must be there is not fed yet."""
    return () not in fed and any(each.required for each in part.parts)


def _left_out(source: Source, name: str, headers: tuple[Part, ...], fed: set[str]) -> Iterator[Graded]:
    for each in headers:
        if each.name in fed:
            continue
        key = f"{name}/{HEADER}.{each.name}"
        what = f"the contract declares the SOAP header '{each.name}', and nothing feeds it"
        write = f'write header: in its mapping or in platform.yaml, or exempt: {{"{key}": why}}'
        yield Graded(Grade.GOLD, source.finding(("operations", name), what, write), key)
