"""Databases for tests: a file, or one of the server that all tests of a process share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.empty import new_file, new_on
from tests.postgres import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """For whoever leaves it running: a test that stops its server, or spoils it, has one of its own."""
    with running(fsync="off") as started:
        yield started


@pytest.fixture(scope="session")
def on_server(server: Server) -> Callable[[], str]:
    """New databases on the server, with the schema and nothing else; their addresses."""
    return lambda: new_on(server)


@pytest.fixture(params=("file", "server"))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return new_file(tmp_path / "tongban.db")
    return str(request.getfixturevalue("on_server")())
