"""An empty database of each kind, under this program's schema."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.migrate import upgrade
from tests.postgres import Server, running


@pytest.fixture(scope="package")
def cluster() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started


@pytest.fixture(scope="package")
def shared(cluster: Server) -> str:
    """The address of one that many may write to at once."""
    address = cluster.database()
    upgrade(address)
    return address


@pytest.fixture(scope="package")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = f"sqlite:///{tmp_path_factory.mktemp('empty')}/store.db"
    upgrade(address)
    return address


@pytest.fixture(scope="package", params=("file", "shared"))
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with closing(open_connection(request.getfixturevalue(request.param))) as opened:
        yield opened
