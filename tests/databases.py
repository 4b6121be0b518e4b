"""Databases for tests: a file, or one of the server that all tests of a process share, empty or with the schema.

The schema is made once of each kind, and copied: all migrations take longer than most tests.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from gateway.store.migrate import upgrade
from tests.postgres import Server, running

__all__ = ["address", "new_file", "on_server", "server"]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """For whoever leaves it running: a test that stops its server, or spoils it, has one of its own."""
    with running(fsync="off") as started:
        yield started


@pytest.fixture(scope="session")
def on_server(server: Server) -> Callable[[], str]:
    """New databases on the server, with the schema and nothing else; their addresses."""
    made = server.database()
    upgrade(made)
    return lambda: server.database(like=made)


def new_file(path: Path) -> str:
    """A new file at `path`, with the schema and nothing else; its address."""
    path.write_bytes(_schema())
    return f"sqlite:///{path}"


@cache
def _schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/empty.db")
        return (Path(folder) / "empty.db").read_bytes()


@pytest.fixture(params=("file", "server"))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return new_file(tmp_path / "tongban.db")
    return str(request.getfixturevalue("on_server")())
