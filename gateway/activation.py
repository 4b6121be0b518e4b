"""Activating a release (发布): check everything, store the bundle, record who did it; then it is in force."""

from collections.abc import Mapping

from adapters.errors import Unbuildable
from audit.entries import Entry
from gateway.boot import Gateway
from gateway.releases import Release, compile_release, gather
from gateway.settings import Settings
from gateway.store import releases
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


async def activate(gateway: Gateway, release: Release, *, actor: str, why: str) -> bool:
    """Put a checked release in force, with its entry in the same transaction. False if it is already."""
    if await gateway.store.read(releases.active) == release.digest:
        return False
    now_ms = gateway.clock_ms()

    def work(tx: Transaction) -> None:
        before = releases.active(tx.connection)
        releases.put(tx.connection, release.digest, release.files, now_ms)
        releases.activate(tx.connection, release.digest, actor=actor, why=why, at_ms=now_ms)
        facts = {
            "release": release.digest,
            "before": before,
            "actor": actor,
            "platforms": sorted(release.platforms),
        }
        tx.record(Entry("release.activated", now_ms, facts))

    await gateway.store.write(work)
    gateway.routes.put_in_force(release.digest)
    return True
