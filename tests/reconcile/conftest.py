"""One installation for all tests of this folder; every test works on a copy of it.

Here the platform 岭南 does not say that it deduplicates, and nobody is patient with 桂山: lost answers are held.
"""

from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.places import EXAMPLES, Place

_LINES = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8").splitlines(keepends=True)
_REPEATABLE = next(line for line in _LINES if line.lstrip().startswith("repeatable:"))
DECLARED = {
    "sim-gd": {_REPEATABLE: ""},
    "sim-gx": {"settled_after: 2s": "settled_after: 50ms", "patience: 24h": "patience: 500ms"},
}


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
