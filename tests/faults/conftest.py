"""One installation is made once for each kind of database; every test works on a copy of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.places import Place
from tests.postgres import Server

DECLARED = {"sim-gx": {"settled_after: 2s": "settled_after: 50ms"}}
NewPlace = Callable[[Path], Place]


@pytest.fixture(scope="session", params=("sqlite", "postgresql"))
def store(request: pytest.FixtureRequest) -> Server | None:
    """Where databases are: on a server, or in files."""
    return request.getfixturevalue("server") if request.param == "postgresql" else None


@pytest.fixture(scope="session")
def new_place(store: Server | None) -> NewPlace:
    """An installation that is still to be written, in a new folder and a new database."""

    def made(folder: Path) -> Place:
        folder.mkdir()
        return Place(folder, store)

    return made


@pytest_asyncio.fixture(scope="session")
async def ready(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> Place:
    place = new_place(tmp_path_factory.mktemp("ready") / "place")
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
