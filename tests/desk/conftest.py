"""A whole gateway in this process with a desk, on either kind of database."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.boot import Gateway
from gateway.cases.life import Life
from gateway.cli.desk.work import today
from gateway.desk import lines, records
from gateway.desk.lines import Line
from gateway.desk.records import Record, Said
from gateway.model import Exchange
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted

DIVISION, UNIT, OTHER = "440283", "11440283007341131X", "11440282007341120B"
STAFF = "W0007"


@dataclass(slots=True)
class Window:
    """A gateway, and what a person at the window of the desk does with it."""

    gateway: Gateway
    _minutes: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    async def submitted(self, name: str = "gd-person", key: str = "key-0001") -> Exchange:
        return await submitted(self.gateway, {**case(name), "division": DIVISION}, key)

    async def standing(self, unit: str = UNIT) -> list[Line]:
        return await lines.standing(self.gateway.store, today(self.gateway), unit)

    async def line(self, number: str) -> Line:
        found = await lines.named(self.gateway.store, today(self.gateway), number)
        return found[0]

    async def record(
        self, number: str, kind: str, *, unit: str = UNIT, undoes: str = "", at_ms: int = 0, **said: Any
    ) -> Life:
        """One act, now, or at another time."""
        work = (await self.line(number)).work
        what = Record(kind, at_ms or self.gateway.clock_ms(), STAFF, unit, Said(**said), undoes)
        return await records.record(self.gateway.store, self.gateway.papers, work, what)


@pytest_asyncio.fixture(scope="session", params=("sqlite", "postgresql"))
async def ready(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An installation with its catalogue and its release, to be copied."""
    server = request.getfixturevalue("server") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("desk") / "place"
    folder.mkdir()
    place = Place(folder, server)
    place.write(names=("sim-desk",))
    (place.conf / "platforms" / "sim-desk.yaml").unlink()  # nothing is to be configured
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest_asyncio.fixture
async def place(ready: Place, tmp_path: Path) -> Place:
    return ready.copied(tmp_path / "place")


@pytest_asyncio.fixture
async def window(place: Place) -> AsyncIterator[Window]:
    async with place.gateway() as gateway:
        yield Window(gateway)
