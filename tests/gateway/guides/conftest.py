"""A real store, on each of the two databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.migrate import upgrade
from tests.postgres import Server, running


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started


@pytest.fixture(params=("sqlite", "postgresql"))
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/guides.db"
    else:
        address = request.getfixturevalue("server").database()
    upgrade(address)
    with closing(open_connection(address)) as opened:
        yield opened
