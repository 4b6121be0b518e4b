"""A real store in a file of its own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.connection import Connection
from gateway.store.migrate import upgrade
from gateway.store.sqlite import connect_sqlite, sqlite_dialect


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    upgrade(f"sqlite:///{tmp_path}/guides.db")
    with closing(connect_sqlite(tmp_path / "guides.db")) as driver:
        yield Connection(driver, sqlite_dialect())
