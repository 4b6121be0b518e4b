"""One installation is made once for each kind of database; every test works on a copy of it."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.nursery import Nursery, nursery
from tests.faults.places import Place
from tests.faults.stores import LONG
from tests.postgres import Server

DECLARED = {"sim-gx": {"settled_after: 2s": "settled_after: 50ms"}}
BRISK = {
    "sim-gd": {"first: 50ms": "first: 5ms"},
    "sim-gx": {"settled_after: 2s": "settled_after: 10ms", "every: 50ms": "every: 5ms"},
    "sim-table": {"first: 50ms": "first: 5ms"},
    "sim-desk": {"because: 工作清单上每次交换只有一行}": "because: 唯一}\n    retry: {first: 5ms}"},
    "sim-folder": {"settled_after: 2s": "settled_after: 10ms", "every: 50ms": "every: 5ms"},
}
NewPlace = Callable[[Path], Place]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """When long, what kills at every boundary is dealt among the rest: the one works, the other waits."""
    if not LONG:
        return
    parts = {item: (_store_of(item), "any_boundary" in item.name) for item in items}
    stores = list(dict.fromkeys(store for store, _ in parts.values()))
    counts, seen, places = Counter(parts.values()), Counter[tuple[str, bool]](), {}
    for item, part in parts.items():
        places[item] = stores.index(part[0]), seen[part] / counts[part]
        seen[part] += 1
    items.sort(key=lambda item: places[item])


def _store_of(item: pytest.Item) -> str:
    return str(item.callspec.params.get("store", "")) if hasattr(item, "callspec") else ""


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


@dataclass(frozen=True, slots=True)
class Origin:
    """An installation that has its catalogue and its release, to be copied for every run; its gateways' nursery."""

    place: Place
    children: Nursery


OriginOf = Callable[[str], Awaitable[Origin]]


@pytest_asyncio.fixture(scope="module")
async def origin_of(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> AsyncIterator[OriginOf]:
    """For one platform, and with that alone: a gateway looks after each that it has, again and again."""
    made: dict[str, Origin] = {}
    async with AsyncExitStack() as stack:

        async def of(platform: str) -> Origin:
            if platform not in made:
                place = new_place(tmp_path_factory.mktemp("origin") / "place")
                place.write(BRISK, names=(platform,))
                async with place.gateway() as gateway:
                    (place.folder / "log_key").write_text(gateway.signer.vkey)
                place.forget_sources()
                made[platform] = Origin(place, await stack.enter_async_context(nursery(place.folder)))
            return made[platform]

        yield of
