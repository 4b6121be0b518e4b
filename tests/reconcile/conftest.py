"""One installation for each kind of database; every test works on a copy of it.

Here the platform 岭南 does not say that it deduplicates, and nobody is patient with 桂山: lost answers are held.
"""

import pytest
import pytest_asyncio

from tests.faults.conftest import NewPlace, new_place, place, store
from tests.faults.places import EXAMPLES, Place

__all__ = ["new_place", "place", "store"]
_LINES = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8").splitlines(keepends=True)
_REPEATABLE = next(line for line in _LINES if line.lstrip().startswith("repeatable:"))
DECLARED = {
    "sim-gd": {_REPEATABLE: ""},
    "sim-gx": {"settled_after: 2s": "settled_after: 50ms", "patience: 24h": "patience: 500ms"},
}


@pytest_asyncio.fixture(scope="session")
async def ready(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> Place:
    place = new_place(tmp_path_factory.mktemp("ready") / "place")
    place.write(DECLARED)
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place
