"""Everything that can be found out about a platform before it goes live, each finding with its grade."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.base import Adapter
from adapters.build import build
from adapters.contract import Contract, Offer, Part, read
from adapters.declared import Platform
from adapters.errors import Unbuildable
from adapters.message import Access
from adapters.notation import soap_call
from gateway.releases import DECLARATION, PlatformRelease
from gateway.workbench.answers import answers
from gateway.workbench.fit import Fit
from gateway.workbench.grades import DATABASE, Grade, Graded, answered, unused
from gateway.workbench.headers import header_findings, parted
from gateway.workbench.samples import samples
from gateway.workbench.targets import Target, targets
from gateway.workbench.texts import texts
from mappings.problems import Finding
from mappings.source import Source
from mappings.source import read as read_yaml

# a check sends nothing
_NOWHERE = {"table": "sqlite:////dev/null", "folder": "/nowhere"}
_NO_SERVER = "http://127.0.0.1:9"


class _Whatever(dict[str, str]):
    """Stands for the settings and secrets of an installation: a check knows none and needs none."""

    def get(self, key: str, default: Any = None) -> Any:
        return "checked" if default is None else default


def examine(release: PlatformRelease, there: Sequence[Graded] | None = None) -> list[Graded]:
    """All findings about a platform that compiles, without those that its `exempt` answers for.

    there: what its real database lacks; None where nobody looked.
    """
    source = read_yaml(f"{release.name}/{DECLARATION}", release.files[DECLARATION])
    try:
        adapter = built(release)
        messages = described(release)
    except Unbuildable as error:
        return [Graded(Grade.BRONZE, source.finding(tuple(error.path), error.what, error.write))]
    found = [*_all(release, source, adapter, messages), *(there or ())]
    exempt = release.declared.exempt
    for key in unused(found, exempt):
        if there is None and key.startswith(DATABASE):
            continue
        stale = source.finding(("exempt", key), f"nothing is exempt by '{key}'", "remove it")
        found.append(Graded(Grade.SILVER, stale))
    return answered(found, exempt)


def built(release: PlatformRelease) -> Adapter:
    """An adapter that encodes, decodes and judges, and reaches nobody. Raises Unbuildable."""
    address = _NOWHERE.get(release.declared.speaks, _NO_SERVER)
    access = Access(address, _Whatever(), _Whatever())
    unsent: Any = None
    return build(
        release.declared,
        access=access,
        transport=unsent,
        clock_ms=lambda: 0,
        random=bytes,
        contract=release.files,
    )


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of one operation's message and answer; None where no contract says anything."""

    message: Part | None
    answer: Part | None
    headers: tuple[Part, ...] = ()


def described(release: PlatformRelease) -> dict[str, Described]:
    """For each operation what its contract says, or the file that it names itself. Raises Unbuildable."""
    platform = release.declared
    contract = read(platform.contract, release.files) if platform.contract else None
    found = {}
    for name, operation in platform.operations.items():
        offer = offer_of(contract, platform, name)
        bare = meant(contract, platform, name)
        headers = bare.headers if bare else ()
        if operation.message:
            (own, *_) = read(operation.message, release.files).offers
            found[name] = Described(own.request, offer.answer if offer else own.answer, headers)
        else:
            request, answer = (offer.request, offer.answer) if offer else (None, None)
            found[name] = Described(request, answer, headers)
    return found


def offer_of(contract: Contract | None, platform: Platform, name: str) -> Offer | None:
    """What the contract says of an operation; None where it says nothing that a mapping could be held against."""
    if platform.operations[name].arguments:
        return None  # the message is a document inside an argument, of which a contract knows nothing
    return meant(contract, platform, name)


def meant(contract: Contract | None, platform: Platform, name: str) -> Offer | None:
    """The typed offer that an operation calls, whatever its message is."""
    if contract is None:
        return None
    call = platform.operations[name].call
    service, port, wanted = soap_call(call) if platform.speaks == "soap" else (None, None, call)
    for offer in contract.offers:
        at = soap_call(offer.call) if platform.speaks == "soap" else (None, None, offer.call)
        if at[2] == wanted and service in (None, at[0]) and port in (None, at[1]) and offer.how == "typed":
            return offer
    return None


def _all(
    release: PlatformRelease, source: Source, adapter: Adapter, messages: Mapping[str, Described]
) -> Iterator[Graded]:
    platform = release.declared
    for name, mapping in release.mappings.items():
        whole = targets(mapping)
        root, header = parted(whole)
        if name in platform.operations:
            yield from header_findings(source, platform, name, messages[name].headers, root, header)
            message = messages[name].message
            if message is not None:
                yield from Fit(name, typed=platform.speaks != "soap").findings(root, message)
            elif platform.speaks != "table":  # its declared columns are what a mapping is held against
                yield _undescribed(source, name)
            yield from _refusals(name, whole)
        yield from _codes(whole)
    for name in platform.operations:
        yield from answers(source, platform, name, messages[name].answer)
        yield from _unsettled(source, platform, name)
    yield from samples(source, platform, release.files, adapter)
    if platform.accepted is None:
        write = (
            "write accepted: {document: …, on: …} once the report of the joint test (联调测试报告) is signed"
        )
        yield Graded(Grade.PLATINUM, source.finding((), "not accepted by both sides", write))


def _undescribed(source: Source, name: str) -> Graded:
    key = f"{name}/message"
    write = f'write message: contract/FILE (a schema or a sample), or exempt: {{"{key}": why}}'
    what = "no contract describes its message, so nothing in its mapping could be held against one"
    return Graded(Grade.GOLD, source.finding(("operations", name), what, write), key)


def _unsettled(source: Source, platform: Platform, name: str) -> Iterator[Graded]:
    """A write whose outcome is unknown must be repeated, asked after, or left to a person on purpose."""
    operation = platform.operations[name]
    if operation.is_read(name) or operation.repeatable or operation.probe:
        return
    key = f"{name}/probe"
    if "probe" not in platform.exempt:
        what = "an outcome that is unknown could only be settled by a person"
        write = f'declare repeatable: or probe:, or write exempt: {{"{key}": why}}'
        yield Graded(Grade.BRONZE, source.finding(("operations", name), what, write), key)
    if "probe" in platform.exempt or key in platform.exempt:
        write = "declare repeatable: or probe: as soon as the platform offers one"
        finding = source.finding(("operations", name), "an unknown outcome waits for a person", write)
        yield Graded(Grade.GOLD, finding)


def _refusals(operation: str, root: Target) -> Iterator[Graded]:
    """Valid cases that this mapping refuses because something is absent."""
    for path, target in root.walk():
        if target.refused is None:
            continue
        key = f"{operation}/{path}"
        write = f"give a default after '?', guard it, or write exempt: {{\"{key}\": why}}"
        what = f"a case is refused here when {target.refused}"
        site = target.site
        yield Graded(Grade.SILVER, Finding(site.file, site.line, site.column, what, write), key)


def _codes(root: Target) -> Iterator[Graded]:
    """Codes of ours that a table has no row for: a case that holds one is refused."""
    told: set[str] = set()
    for _, target in root.walk():
        if target.field is None:
            continue
        known = texts(target.field, target.source)
        for table in known.tables:
            if not known.lost or table in told:
                continue
            told.add(table)
            key = f"table/{table}"
            what = f"table {table} has no row for {', '.join(known.lost[:12])}" + (
                f" … ({len(known.lost)} in all)" if len(known.lost) > 12 else ""
            )
            write = f'add rows, or write exempt: {{"{key}": why}}'
            site = target.site
            yield Graded(Grade.SILVER, Finding(site.file, site.line, site.column, what, write), key)
