"""One installation is made once, with its catalogue and its release; every test works on a copy of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.places import Place

DECLARED = {"sim-gx": {"settled_after: 2s": "settled_after: 50ms"}}


@pytest_asyncio.fixture(scope="session")
async def ready(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("ready") / "place")
    place.folder.mkdir()
    place.write(DECLARED)
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest.fixture
def place(ready: Place, tmp_path: Path) -> Place:
    return ready.copied(tmp_path / "place")


@pytest.fixture
def places(ready: Place, tmp_path: Path) -> Callable[[str], Place]:
    """As many installations as a test needs, by name."""
    return lambda name: ready.copied(tmp_path / name)
