"""A real store, on each of the two databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.connection import Connection
from gateway.store.database import open_connection
from tests.empty import new_file


@pytest.fixture(params=("sqlite", "postgresql"))
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if request.param == "sqlite":
        address = new_file(tmp_path / "guides.db")
    else:
        address = request.getfixturevalue("on_server")()
    with closing(open_connection(address)) as opened:
        yield opened
