"""Activating a release (发布): check everything, store the bundle, record who did it; then it is in force."""

from collections.abc import Callable, Mapping
from contextlib import suppress

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


class Overtaken(Exception):
    """Another process has activated a release meanwhile; nothing was changed."""


async def activate(gateway: Gateway, release: Release, *, actor: str, why: str, first: bool = False) -> bool:
    """Put a checked release in force, with its entry in the same transaction. False if that is not needed.

    first: it is only needed while no release at all is in force; of processes that start together one does it.
    """
    while True:
        with suppress(Overtaken):
            if not await gateway.store.write(
                _activation(gateway, release, actor=actor, why=why, first=first)
            ):
                return False
            gateway.routes.put_in_force(release.digest)
            return True


def _activation(
    gateway: Gateway, release: Release, *, actor: str, why: str, first: bool
) -> Callable[[Transaction], bool]:
    now_ms = gateway.clock_ms()

    def work(tx: Transaction) -> bool:
        place, before = releases.in_force(tx.connection)
        if before == release.digest or (first and before is not None):
            return False
        releases.put(tx.connection, release.digest, release.files, now_ms)
        if not releases.activate(
            tx.connection, release.digest, place=place + 1, actor=actor, why=why, at_ms=now_ms
        ):
            raise Overtaken
        facts = {
            "release": release.digest,
            "before": before,
            "actor": actor,
            "platforms": sorted(release.platforms),
        }
        tx.record(Entry("release.activated", now_ms, facts))
        return True

    return work
