"""All declared files of platforms as texts: gathered, digested, compiled. A release is such a set of files."""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Files
from contextlib import contextmanager
from pathlib import Path

from mappings.examples import check_examples
from mappings.heads import kind_of
from mappings.mapping import Mapping, compile_mapping, with_overlays
from mappings.problems import Finding, Unreadable
from mappings.tables import Table, compile_table

__all__ = ["beside", "check_examples", "compile_platform", "digest", "gather"]
CANONICAL = Path(__file__).parent / "canonical"
_KINDS = ("*.yaml", "tables/*.yaml", "contract/**/*", "samples/**/*")


def gather(roots: Sequence[Path]) -> dict[str, str]:
    """PLATFORM/RELATIVE/PATH -> text for all platform folders in (or at) `roots`, and `canonical/NAME.json`.

    A platform folder is one that holds a platform.yaml. Raises Unreadable: a file that is not UTF-8 text, or
    two platform folders of one name.
    """
    files = {f"canonical/{path.name}": path.read_text("utf-8") for path in sorted(CANONICAL.glob("*.json"))}
    findings: list[Finding] = []
    for name, folder in _platform_folders(roots, findings).items():
        files |= {f"{name}/{path}": text for path, text in _texts(name, folder, findings).items()}
    if findings:
        raise Unreadable(findings)
    return dict(sorted(files.items()))


def beside(folder: Path) -> dict[str, str]:
    """The declared files of one platform's folder, by path within it. Raises Unreadable like `gather`."""
    findings: list[Finding] = []
    files = _texts(folder.resolve().name, folder, findings)
    if findings:
        raise Unreadable(findings)
    return files


def _texts(name: str, folder: Path, findings: list[Finding]) -> dict[str, str]:
    files: dict[str, str] = {}
    for path in _declared(folder):
        key = path.relative_to(folder).as_posix()
        try:
            files[key] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            what = f"not UTF-8 (byte {error.start + 1})"
            write = "save it as UTF-8, and let its XML declaration say so"
            findings.append(Finding(f"{name}/{key}", 1, 1, what, write))
    return files


def digest(files: Files[str, str]) -> str:
    """`sha256:…` over names and texts, independent of their order."""
    total = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            encoded = part.encode()
            total.update(len(encoded).to_bytes(8, "big") + encoded)
    return "sha256:" + total.hexdigest()


def compile_platform(
    name: str, files: Files[str, str]
) -> tuple[dict[str, Mapping], dict[str, Table], list[Finding]]:
    """(operation -> mapping, name -> code table, findings) of one platform; what has findings is left out.

    files: those of the platform's folder, by path within it; a whole bundle (`NAME/…`) does as well.
    """
    with _undisturbed():
        return _compiled(name, {file.removeprefix(f"{name}/"): text for file, text in files.items()})


def _compiled(
    name: str, inside: Files[str, str]
) -> tuple[dict[str, Mapping], dict[str, Table], list[Finding]]:
    findings: list[Finding] = []
    tables: dict[str, Table] = {}
    mappings: dict[str, Mapping] = {}
    for stem in _stems("tables/", inside):
        with _collected(findings):
            tables[stem] = compile_table(f"{name}/tables/{stem}.yaml", inside[f"tables/{stem}.yaml"])
    stems = _stems("", inside)
    for stem in stems:
        if kind_of(stem) != "part":
            with _collected(findings):
                text = inside[f"{stem}.yaml"]
                mappings[stem] = compile_mapping(f"{name}/{stem}.yaml", text, tables, inside)
    _lay_overlays(mappings, findings)
    findings = findings or list(_idle_parts(name, stems, mappings))
    return mappings, tables, list(dict.fromkeys(findings))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing made here is garbage: searching it for cycles again and again took 40 % of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _collected(findings: list[Finding]) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        findings += error.findings


def _lay_overlays(mappings: dict[str, Mapping], findings: list[Finding]) -> None:
    """Gives every mapping its overlays; they stay in the list too, to be checked by their own examples."""
    lying: dict[str, list[Mapping]] = {}
    for stem, mapping in mappings.items():
        if kind_of(stem) == "overlay":
            lying.setdefault(mapping.operation, []).append(mapping)
    for operation, upper in lying.items():
        if operation in mappings:
            with _collected(findings):
                mappings[operation] = with_overlays(mappings[operation], upper)


def _idle_parts(name: str, stems: list[str], mappings: Files[str, Mapping]) -> Iterator[Finding]:
    """Parts that nobody extends: what stands in them is never checked."""
    used = {file for mapping in mappings.values() for file in mapping.files}
    for stem in stems:
        if kind_of(stem) == "part" and f"{name}/{stem}.yaml" not in used:
            write = f"write 'extends: {stem}' in a mapping, or remove this file"
            yield Finding(f"{name}/{stem}.yaml", 1, 1, "no mapping extends this part", write)


def _platform_folders(roots: Sequence[Path], findings: list[Finding]) -> dict[str, Path]:
    folders: dict[str, Path] = {}
    for root in roots:
        for declared in sorted([*root.glob("platform.yaml"), *root.glob("*/platform.yaml")]):
            folder = declared.resolve().parent
            if folders.setdefault(folder.name, folder) != folder:
                what = "another platform folder has this name"
                findings.append(Finding(f"{folder.name}/platform.yaml", 1, 1, what, f"rename {folder}"))
    return folders


def _declared(folder: Path) -> list[Path]:
    found = {path for kind in _KINDS for path in folder.glob(kind)}
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _stems(folder: str, files: Files[str, str]) -> list[str]:
    names = (file[len(folder) :] for file in files if file.startswith(folder) and file.endswith(".yaml"))
    return sorted(name.removesuffix(".yaml") for name in names if "/" not in name and name != "platform.yaml")
