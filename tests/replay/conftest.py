"""An installation for each kind of database, with cases that were really delivered, and a way to run commands."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from gateway.activation import activate, checked, sources
from gateway.boot import Gateway
from gateway.cli.opened import opened
from gateway.exchange.asked import Asked
from gateway.exchange.reads import ask
from gateway.replay.documents import Span
from gateway.replay.machine import Order, Over, travel
from gateway.replay.report import document, lines, summary
from gateway.settings.conf import load
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.tables import body_keys
from tests.fakes.fixtures import case
from tests.faults.conftest import NewPlace, new_place, store
from tests.faults.places import Place, submitted
from tests.forked import python
from tests.installation import CHECKOUT

__all__ = ["new_place", "store"]
DELIVERED = ("canary-gd", "gd-agent", "gd-organization", "gx-person")


async def command(place: Place, *arguments: object) -> tuple[int, str, str]:
    """(exit code, results, talk)"""
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", *map(str, arguments), "--conf", str(place.conf),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=CHECKOUT,
    )  # fmt: skip
    results, talk = await child.communicate()
    return await child.wait(), results.decode(), talk.decode()


async def travelled(
    place: Place, old: str, new: str, over: Over = "exchanges", **span: Any
) -> tuple[list[str], str, dict[str, Any]]:
    """What the command would tell, without a process of its own: (results, talk, the document for machines)."""
    async with opened(load(place.conf)) as gateway:
        compared = await travel(gateway, Order(old, new, over, Span(**span)), lambda done, total: None)
    values = over == "samples"
    return (
        list(lines(compared, values=values)),
        "\n".join(summary(compared)),
        document(compared, values=values),
    )


def rewrite(place: Place, file: str, old: str, new: str) -> None:
    """Change a declared file."""
    path = place.folder / "platforms" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


async def put_in_force(gateway: Gateway, actor: str = "li.w") -> str:
    """Activate the files as they are now; the digest."""
    release = checked(gateway, sources(gateway.settings))
    await activate(gateway, release, actor=actor, why="a change")
    return release.digest


def _begin(connection: Connection) -> None:
    """A file is one writer's at a time, and a gateway beside writes by its clock."""
    for _ in range(200):
        with suppress(sqlite3.OperationalError):
            connection.begin()
            return
        time.sleep(0.01)
    connection.begin()


def erase(place: Place, exchange: str) -> None:
    with closing(open_connection(place.database)) as connection:
        _begin(connection)
        connection.run(sa.delete(body_keys).where(body_keys.c.exchange_id == exchange))
        connection.commit()


@pytest_asyncio.fixture(scope="session")
async def delivered(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> Place:
    """Four cases that the simulated platforms took, and a question about the first that they answered."""
    place = new_place(tmp_path_factory.mktemp("delivered") / "place")
    place.write()
    shutil.rmtree(place.folder / "platforms" / "sim-bare")  # it serves what the canary asks for
    async with place.platforms("sim-gd", "sim-gx"), place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
        for name in DELIVERED:
            found = await submitted(gateway, case(name), f"key-{name}")
            assert found.state == "delivered"
            if name == DELIVERED[0]:
                caller = gateway.settings.callers[found.caller]
                await ask(gateway.exchanges, Asked("case.progress", caller, "k1/", {}), found)
    return place


@pytest.fixture
def place(delivered: Place, tmp_path: Path) -> Place:
    """Its declared files are copied, too."""
    copy = delivered.copied(tmp_path / "place")
    shutil.copytree(delivered.folder / "platforms", copy.folder / "platforms", dirs_exist_ok=True)
    return copy
