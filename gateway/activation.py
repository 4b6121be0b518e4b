"""Activating a release (发布): check everything, store the bundle, record who did it; then it is in force.

So are approvals (审批), on which an installation that is production insists, and releases for a later moment.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from adapters.errors import Unbuildable
from audit.entries import Entry
from gateway.boot import Gateway
from gateway.releases.changeover import Mandate, Overtaken, wanted
from gateway.releases.changeover import activate as change_over
from gateway.releases.changeover import schedule as plan
from gateway.releases.compiled import (
    PlatformRelease,
    Release,
    compile_release,
    declaration,
    declarations,
    gather,
)
from gateway.settings.conf import Settings
from gateway.store import approvals, releases
from gateway.store.approvals import Approval
from gateway.store.connection import Connection
from gateway.store.store import Transaction
from mappings.problems import Finding, Unreadable


def sources(settings: Settings) -> dict[str, str]:
    """The declared files that this installation names. Raises Unreadable."""
    return gather([settings.path(folder) for folder in settings.installation.platforms])


def checked(gateway: Gateway, files: Mapping[str, str]) -> Release:
    """Compile the files and build every adapter. Raises Unreadable with all findings; nothing is changed."""
    release = compile_release(files)
    try:
        gateway.routes.load(release)
    except Unbuildable as error:
        where = "/".join(("platform.yaml", *error.path))
        raise Unreadable([Finding(where, 1, 1, error.what, error.write)]) from error
    return release


async def activate(
    gateway: Gateway, release: Release, *, actor: str, why: str, first: bool = False, due_ms: int = 0
) -> bool:
    """Put a checked release in force, with its entry in the same transaction. False if that is not needed.

    first: only while no release at all is in force; of processes that start together one does it.
    due_ms: an emergency, see Mandate. Raises Unreadable where production lacks an approval.
    """
    order = Mandate(actor, why, gateway.settings.installation.production, due_ms)
    release_wanted = wanted(release.digest, release.files)
    while True:
        with suppress(Overtaken):
            if not await gateway.store.write(lambda tx: change_over(tx, release_wanted, order, first=first)):
                return False
            gateway.routes.put_in_force(release.digest)
            return True


async def schedule(gateway: Gateway, release: Release, *, actor: str, why: str, from_ms: int) -> bool:
    """Have a checked release come in force later. False if it was scheduled before.

    Raises Unreadable as `activate`, changeover.Past, changeover.Taken.
    """
    order = Mandate(actor, why, gateway.settings.installation.production)
    release_wanted = wanted(release.digest, release.files)
    while True:
        with suppress(Overtaken):
            return await gateway.store.write(lambda tx: plan(tx, release_wanted, order, from_ms=from_ms))


class NotSecond(Exception):
    """The approval is refused: it takes a person who neither wrote nor activated the declaration."""


class OtherDocument(Exception):
    """platform.yaml names another document under `accepted`."""


async def approve(
    gateway: Gateway, files: Mapping[str, str], platform: str, *, actor: str, document: str
) -> tuple[Approval, bool]:
    """Record that a second person has approved a platform as the files declare it; False if that was known before.

    Raises Unreadable for what does not compile, NotSecond, OtherDocument; nothing is changed then.
    """
    own = declaration(files, platform)
    digest = declarations(own)[platform]
    compiled = compile_release({**_canonical(files), **own}).platforms[platform]
    _require_document(compiled, document)
    if actor in compiled.declared.authors or await _has_activated(gateway, actor, platform, digest):
        raise NotSecond
    return await gateway.store.write(_approval(Approval(platform, digest, actor, document, 0), own))


def _canonical(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.startswith("canonical/")}


def _require_document(compiled: PlatformRelease, document: str) -> None:
    accepted = compiled.declared.accepted
    if accepted is not None and accepted.document != document:
        raise OtherDocument(accepted.document)


async def _has_activated(gateway: Gateway, actor: str, platform: str, digest: str) -> bool:
    """Whether somebody ever put exactly this declaration in force."""
    for each in await gateway.store.read(lambda connection: releases.activated_by(connection, actor)):
        files = await gateway.store.read(partial(_files, each))
        if declarations(declaration(files or {}, platform)).get(platform) == digest:
            return True
    return False


def _files(digest: str, connection: Connection) -> dict[str, str] | None:
    return releases.files_of(connection, digest)


def _approval(approval: Approval, files: Mapping[str, str]) -> Callable[[Transaction], tuple[Approval, bool]]:
    def work(tx: Transaction) -> tuple[Approval, bool]:
        made = approval._replace(at_ms=tx.now_ms)
        if not approvals.add(tx.connection, made, files):
            return made, False
        facts = {
            "platform": made.platform,
            "declaration": made.declaration,
            "document": made.document,
            "actor": made.actor,
        }
        tx.record(Entry("platform.approved", tx.now_ms, facts))
        return made, True

    return work
