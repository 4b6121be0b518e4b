"""An empty database of each kind, with its schema: a file, and one of a server that a package's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.migrate import upgrade
from tests.postgres import Server, running

__all__ = ["address", "server"]


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started


@pytest.fixture(params=("file", "server"))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    on_server = request.param == "server"
    found = request.getfixturevalue("server").database() if on_server else f"sqlite:///{tmp_path}/tongban.db"
    upgrade(found)
    return str(found)
