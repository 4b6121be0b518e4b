"""Which release (发布) a person means: by its digest or the beginning of it, `active`, or `files` as they are now.

Only mappings and tables are compiled, so what a release is asked about is answered also where something else of it
could not be put in force today.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.releases.compiled import DECLARATION, gather
from gateway.store import releases
from gateway.store.releases import Activation
from gateway.store.store import Store
from mappings import bundle
from mappings.mapping import Mapping as Mapped
from mappings.problems import Finding, Unreadable

ACTIVE, FILES = "active", "files"
ALGORITHM = "sha256:"
LEAST_DIGITS = 4


class NotMeant(Exception):
    """No release, or several, can be meant; the text says so in both languages."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A release by its digest, with the mappings of its platforms by file stem: `case.submit`.

    activated: who put it in force last; None for files that never were.
    """

    digest: str
    activated: Activation | None
    files: Mapping[str, str] = field(repr=False)
    platforms: Mapping[str, Mapping[str, Mapped]] = field(repr=False)

    def mapping(self, platform: str, stem: str) -> Mapped | None:
        return self.platforms.get(platform, {}).get(stem)


async def meant(store: Store, roots: Sequence[Path], name: str, *, platform: str = "") -> Meant:
    """The release of that name. platform: the only one whose mappings are wanted; empty for all.

    Raises NotMeant; Unreadable with all findings of files that do not compile.
    """
    if name == FILES:
        files = gather(roots)
        digest = bundle.digest(files)
    else:
        digest = await _digest(store, name)
        stored = await store.read(lambda connection: releases.files_of(connection, digest))
        files = stored or {}
    activated = await store.read(lambda connection: releases.activation_of(connection, digest))
    platforms = await asyncio.to_thread(compiled, files, platform)
    return Meant(digest, activated, files, platforms)


def compiled(files: Mapping[str, str], platform: str = "") -> dict[str, dict[str, Mapped]]:
    """platform -> stem -> mapping, of one platform or of all. Raises Unreadable."""
    found: dict[str, dict[str, Mapped]] = {}
    findings: list[Finding] = []
    for name in sorted(path.split("/")[0] for path in files if path.endswith(f"/{DECLARATION}")):
        if platform in ("", name):
            inside = {path: text for path, text in files.items() if path.startswith(f"{name}/")}
            found[name], _, wrong = bundle.compile_platform(name, inside)
            findings += wrong
    if findings:
        raise Unreadable(findings)
    return found


async def _digest(store: Store, name: str) -> str:
    """Of a stored release. Raises NotMeant."""
    if name == ACTIVE:
        active = await store.read(releases.active)
        if active is None:
            raise NotMeant("尚未发布 / no release is in force")
        return active
    beginning = ALGORITHM + name.removeprefix(ALGORITHM)
    stored = await store.read(releases.stored)
    found = sorted(each for each in stored if each.startswith(beginning))
    if len(beginning) < len(ALGORITHM) + LEAST_DIGITS or not found:
        raise NotMeant(
            f"{name}: 没有此发布；写摘要（至少 {LEAST_DIGITS} 位）、active 或 files / "
            f"no such release: write its digest (at least {LEAST_DIGITS} digits), active, or files"
        )
    if len(found) > 1:
        raise NotMeant(f"{name}: 不唯一 / several begin so: {', '.join(found)}")
    return found[0]
