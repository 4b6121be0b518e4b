"""All declared files of platforms as texts: gathered, digested, compiled. A release is such a set of files."""

import hashlib
from collections.abc import Mapping as Files
from collections.abc import Sequence
from pathlib import Path

from mappings.examples import check_examples
from mappings.mapping import Mapping, compile_mapping
from mappings.problems import Finding, Unreadable
from mappings.tables import Table, compile_table

__all__ = ["check_examples", "compile_platform", "digest", "gather"]
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
        for path in _declared(folder):
            key = f"{name}/{path.relative_to(folder).as_posix()}"
            try:
                files[key] = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError as error:
                what = f"not UTF-8 (byte {error.start + 1})"
                findings.append(
                    Finding(key, 1, 1, what, "save it as UTF-8, and let its XML declaration say so")
                )
    if findings:
        raise Unreadable(findings)
    return dict(sorted(files.items()))


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
    inside = {file.removeprefix(f"{name}/"): text for file, text in files.items()}
    findings: list[Finding] = []
    tables: dict[str, Table] = {}
    mappings: dict[str, Mapping] = {}
    for stem in _stems("tables/", inside):
        try:
            tables[stem] = compile_table(f"{name}/tables/{stem}.yaml", inside[f"tables/{stem}.yaml"])
        except Unreadable as error:
            findings += error.findings
    for stem in _stems("", inside):
        try:
            mappings[stem] = compile_mapping(f"{name}/{stem}.yaml", inside[f"{stem}.yaml"], tables, inside)
        except Unreadable as error:
            findings += error.findings
    return mappings, tables, findings


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
