"""An empty database of each kind, under this program's schema."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from gateway.store.connection import Connection
from gateway.store.database import open_connection
from tests.empty import new_file


@pytest.fixture(scope="package")
def shared(on_server: Callable[[], str]) -> str:
    """The address of one that many may write to at once."""
    return on_server()


@pytest.fixture(scope="package")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return new_file(tmp_path_factory.mktemp("empty") / "store.db")


@pytest.fixture(scope="package", params=("file", "shared"))
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with closing(open_connection(request.getfixturevalue(request.param))) as opened:
        yield opened
