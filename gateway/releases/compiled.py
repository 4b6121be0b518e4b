"""Releases (发布): an immutable bundle of everything declared, compiled once and kept by its digest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from adapters.coherence import contradictions
from adapters.declared import Platform
from adapters.targets import unfit_targets
from gateway.settings.reading import declared
from mappings import bundle
from mappings.mapping import Mapping as Mapped
from mappings.problems import Finding, Unreadable
from mappings.questions import standing
from mappings.source import Source, read

DECLARATION = "platform.yaml"
# what a platform may call in for, and the vocabulary that its mapping writes; our answers have one of their own
CALLED_IN: Mapping[str, str] = {
    "case.notify": "canonical/notice@1",
    "case.result": "canonical/result@1",
    "case.parcel": "canonical/parcel.in@1",
    "case.receive": "canonical/case@1",
    "case.correct": "canonical/correction.in@1",
    "case.supplement": "canonical/supplement.in@1",
    "case.withdraw": "canonical/withdrawal.in@1",
    "visit.redeem": "canonical/redemption@1",
    "case.progress": "canonical/question@1",
}
ANSWER = "canonical/reply@1"
# the answer to these tells more than that it was taken
ANSWERS: Mapping[str, str] = {
    "visit.redeem": "canonical/redeemed@1", "case.progress": "canonical/answered@1"
}  # fmt: skip
KEPT = 64  # platforms that a process keeps compiled, so that a release in which one changes compiles that one


@dataclass(frozen=True, slots=True)
class PlatformRelease:
    """One platform as a release declares it: what it speaks, its compiled mappings, its contract files."""

    name: str
    declared: Platform
    mappings: Mapping[str, Mapped] = field(repr=False)  # by file stem: case.submit, case.progress.reply
    files: Mapping[str, str] = field(repr=False)  # path within its folder -> text


@dataclass(frozen=True, slots=True)
class Release:
    digest: str
    files: Mapping[str, str] = field(repr=False)
    platforms: Mapping[str, PlatformRelease] = field(default_factory=dict)


def gather(roots: Sequence[Path]) -> dict[str, str]:
    """All declared files below the roots, by path. Raises Unreadable for a root that is not there."""
    missing = [root for root in roots if not root.is_dir()]
    if missing:
        raise Unreadable([Finding(str(root), 1, 1, "no such folder", "create it") for root in missing])
    return bundle.gather(roots)


def compile_release(files: Mapping[str, str]) -> Release:
    """Compile and check everything. Raises Unreadable with every finding of every file."""
    findings: list[Finding] = []
    platforms: dict[str, PlatformRelease] = {}
    for folder in sorted({path.rsplit("/", 1)[0] for path in files if path.endswith(f"/{DECLARATION}")}):
        inside = tuple(
            (path.removeprefix(f"{folder}/"), text)
            for path, text in files.items()
            if path.startswith(f"{folder}/")
        )
        platform, found = _compiled(folder, inside)
        findings.extend(found)
        if platform is not None:
            platforms[platform.name] = platform
    if findings:
        raise Unreadable(findings)
    return Release(bundle.digest(files), dict(files), platforms)


@lru_cache(KEPT)
def _compiled(
    folder: str, files: tuple[tuple[str, str], ...]
) -> tuple[PlatformRelease | None, tuple[Finding, ...]]:
    """A platform, whatever release it stands in: nothing but its own texts decides what is made of them."""
    findings: list[Finding] = []
    return _platform(folder, dict(files), findings), tuple(findings)


@lru_cache(KEPT)
def _mapped(
    name: str, files: tuple[tuple[str, str], ...]
) -> tuple[dict[str, Mapped], tuple[Finding, ...], tuple[Finding, ...]]:
    """Its mappings, what is wrong with them, and with their examples. Nothing in platform.yaml decides them."""
    mappings, _, found = bundle.compile_platform(name, dict(files))
    failed = [finding for mapping in mappings.values() for finding in bundle.check_examples(mapping)]
    return mappings, tuple(found), tuple(failed)


def _platform(folder: str, files: Mapping[str, str], findings: list[Finding]) -> PlatformRelease | None:
    name = folder.rsplit("/", 1)[-1]
    mappings, found, failed = _mapped(name, tuple(each for each in files.items() if each[0] != DECLARATION))
    asked = list(_open_questions(folder, files))
    undecided = {(each.file, each.line) for each in asked}  # what follows from one is not told twice
    findings.extend(asked)
    findings.extend(each for each in found if (each.file, each.line) not in undecided)
    findings.extend(failed)
    try:
        source = read(f"{folder}/{DECLARATION}", files[DECLARATION])
        platform = declared(Platform, source)
    except Unreadable as error:
        findings.extend(error.findings)
        return None
    if platform.platform != name:
        findings.append(
            source.finding(("platform",), f"'{platform.platform}' is not the folder's name", f"write {name}")
        )
    findings += [source.finding(each.path, each.what, each.write) for each in contradictions(platform)]
    for operation in platform.operations:
        if operation in mappings:
            findings += _unfit(platform, operation, mappings[operation])
        elif f"{operation}.yaml" not in files:  # else it is there, and its own findings say what keeps it out
            path = ("operations", operation)
            findings.append(source.finding(path, "has no mapping", f"write {folder}/{operation}.yaml"))
    findings += _inward(folder, source, platform, mappings, files)
    return PlatformRelease(name, platform, mappings, dict(files))


def _inward(
    folder: str, source: Source, platform: Platform, mappings: Mapping[str, Mapped], files: Mapping[str, str]
) -> Iterator[Finding]:
    """Each call in has a mapping that reads it, into the vocabulary of its operation, and one that answers it."""
    for operation in platform.inward.calls if platform.inward else ():
        path = ("inward", "calls", operation)
        if operation not in CALLED_IN:
            yield source.finding(
                path, "no operation that is called in", f"write one of {', '.join(CALLED_IN)}"
            )
            continue
        answer = ANSWERS.get(operation, ANSWER)
        wanted = {f"{operation}.in": CALLED_IN[operation], f"{operation}.in.reply": answer}
        for stem, schema in wanted.items():
            found = mappings.get(stem)
            key = "from" if schema == answer else "to"
            if found is None and f"{stem}.yaml" not in files:  # else its own findings say what keeps it out
                yield source.finding(path, f"has no {stem}.yaml", f"write {folder}/{stem}.yaml")
            elif found is not None and (found.reads if key == "from" else found.writes) != schema:
                yield found.source.finding((key,), f"'{key}' is another vocabulary", f"write {key}: {schema}")


def _open_questions(folder: str, files: Mapping[str, str]) -> Iterator[Finding]:
    for path, text in files.items():
        if path.endswith(".yaml"):
            yield from standing(f"{folder}/{path}", text)


def _unfit(platform: Platform, operation: str, mapping: Mapped) -> Iterator[Finding]:
    """Where a mapping, or one of its overlays, and the columns that are declared for it do not fit together."""
    for each in (mapping, *(overlay.mapping for overlay in mapping.overlays)):
        targets = each.targets
        always = {target: is_always for target, (_, is_always) in targets.items()}
        for target, what, write in unfit_targets(platform, operation, always):
            site = targets[target][0] if target else None
            yield Finding(site.file if site else each.file, site.line if site else 1, 1, what, write)


def declarations(files: Mapping[str, str]) -> dict[str, str]:
    """platform -> digest of its declaration: everything in its folder, and nothing else of the release."""
    names = sorted(path.split("/", 1)[0] for path in files if path.endswith(f"/{DECLARATION}"))
    return {name: bundle.digest(declaration(files, name)) for name in names}


def declaration(files: Mapping[str, str], platform: str) -> dict[str, str]:
    """The files of one platform, by path with its name."""
    return {path: text for path, text in files.items() if path.startswith(f"{platform}/")}
