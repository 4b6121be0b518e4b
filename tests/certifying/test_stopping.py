"""Whoever stops comes to an end, whatever became of the database meanwhile."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from gateway.boot import boot
from gateway.settings.conf import load
from gateway.store.database import connect
from gateway.world import World
from tests.faults.places import Place
from tests.waiting import LONGEST_S


class Losing:
    """A connection whose disk is gone from some moment on."""

    def __init__(self, driver: Any, lost: asyncio.Event) -> None:
        self._driver, self._lost = driver, lost

    def execute(self, *asked: Any) -> Any:
        if self._lost.is_set():
            raise sqlite3.OperationalError("disk I/O error")
        return self._driver.execute(*asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


async def test_a_process_that_certifies_stops_though_its_database_is_gone(tmp_path: Path) -> None:
    place, lost = Place(tmp_path / "place"), asyncio.Event()
    place.folder.mkdir()
    place.write()
    gateway = boot(load(place.conf), World(connect=lambda address: Losing(connect(address), lost)))
    gateway.open()
    lost.set()
    gateway.certificates.stop()
    async with asyncio.timeout(LONGEST_S):
        await gateway.certificates.run()
    lost.clear()
    await gateway.close()
