"""Everything that can be found out about a platform before it goes live, each finding with its grade."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.auth.schemes import MUTUAL_TLS
from adapters.base import Adapter
from adapters.build import build
from adapters.declared import Platform
from adapters.desk_coherence import DESK
from adapters.errors import Unbuildable
from adapters.message import Access
from gateway.releases.compiled import DECLARATION, PlatformRelease
from gateway.workbench.answers import answers
from gateway.workbench.codes import codes
from gateway.workbench.described import Described, described
from gateway.workbench.examples import examples
from gateway.workbench.fit import Fit
from gateway.workbench.grades import DATABASE, Grade, Graded, answered, unused
from gateway.workbench.headers import header_findings, in_message, parted
from gateway.workbench.inward import inward_findings
from gateway.workbench.named import called, misspelt, repeated
from gateway.workbench.samples import samples
from gateway.workbench.targets import Target, targets
from gateway.workbench.terms import terms_of
from mappings.problems import Finding
from mappings.source import Source
from mappings.source import read as read_yaml

# a check sends nothing
_NOWHERE = {"table": "sqlite:////dev/null", "folder": "/nowhere"}
_NO_SERVER = "http://127.0.0.1:9"
# a mapping is held against the declared columns of a table; at a desk it says itself what people see
_UNDESCRIBED = ("table", DESK)


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
        terms = terms_of(release.declared, release.files, messages, adapter)
    except Unbuildable as error:
        return [Graded(Grade.BRONZE, source.finding(tuple(error.path), error.what, error.write))]
    found = list(_all(release, source, messages))
    found += samples(source, release.declared, release.files, adapter)
    found += examples(release, adapter, terms)
    found += inward_findings(release, source, _Whatever())
    found += there or ()
    exempt = release.declared.exempt
    for key in unused(found, exempt):
        if there is None and key.startswith(DATABASE):
            continue
        stale = source.finding(("exempt", key), f"nothing is exempt by '{key}'", "remove it")
        found.append(Graded(Grade.SILVER, stale))
    return answered(found, exempt)


def built(release: PlatformRelease, address: str = "") -> Adapter:
    """An adapter that encodes, decodes and judges, and reaches nobody. Raises Unbuildable.

    address: what its requests are to name; nobody where left out.
    """
    platform = release.declared
    address = address or _NOWHERE.get(platform.speaks, _NO_SERVER)
    if platform.auth == MUTUAL_TLS:  # of the connection, and there is none: no certificate is needed to write
        platform = platform.model_copy(update={"auth": "none"})
    access = Access(address, _Whatever(), _Whatever())
    unsent: Any = object()
    return build(
        platform,
        access=access,
        transport=unsent,
        desk=unsent,
        clock_ms=lambda: 0,
        random=bytes,
        contract=release.files,
    )


def _all(release: PlatformRelease, source: Source, messages: Mapping[str, Described]) -> Iterator[Graded]:
    platform = release.declared
    for name, mapping in release.mappings.items():
        whole = targets(mapping)
        root, header = parted(whole)
        if name in platform.operations:
            root = in_message(root, platform.operations[name])
            known = messages[name]
            yield from called(source, platform, name, known)
            yield from repeated(source, platform, name, root)
            yield from header_findings(source, platform, name, known.headers, root, header)
            if known.message is not None:
                yield from Fit(name, typed=platform.speaks != "soap", xml=known.xml).findings(
                    root, known.message
                )
            elif platform.speaks not in _UNDESCRIBED:
                yield _undescribed(source, name)
            yield from _refusals(name, whole)
    yield from codes(release.mappings.values())
    for name in platform.operations:
        yield from answers(source, platform, name, messages[name].answers)
        yield from _unsettled(source, platform, name)
        yield from misspelt(source, platform, name)
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
