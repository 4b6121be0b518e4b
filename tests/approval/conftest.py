"""Installations that are production, on each kind of database, with one platform and a clock that a test turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.activation import checked, sources
from gateway.boot import Gateway, boot
from gateway.releases.compiled import Release
from gateway.settings.conf import load
from gateway.world import World
from tests.faults.conftest import NewPlace, new_place, store
from tests.faults.places import Place

__all__ = ["new_place", "store"]
START_MS = 1_790_000_000_000
PLATFORM = "sim-gd"


@dataclass(slots=True)
class Turned:
    """The time of the database, as a test turns it."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass(slots=True)
class Production:
    """One installation; any number of gateways on its database."""

    place: Place
    clock: Turned = field(default_factory=Turned)

    def edit(self, old: str = "at_most(500)", new: str = "at_most(400)") -> None:
        """Another mapping."""
        path = self.place.folder / "platforms" / PLATFORM / "case.submit.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[Gateway]:
        """One whose store is open and whose worker rests: its `tend` is the test's to call."""
        gateway = boot(load(self.place.conf), World(clock_ms=self.clock))
        gateway.open()
        try:
            yield gateway
        finally:
            await gateway.close()


def release_of(gateway: Gateway) -> Release:
    return checked(gateway, sources(gateway.settings))


@pytest.fixture
def production(tmp_path: Path, new_place: NewPlace) -> Production:
    place = new_place(tmp_path / "place")
    place.write(names=(PLATFORM,))
    conf = place.conf / "gateway.yaml"
    conf.write_text(conf.read_text() + "production: true\n")
    return Production(place)
