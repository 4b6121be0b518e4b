"""One PostgreSQL server for all tests of this folder; every test has a database of its own."""

from collections.abc import Iterator

import pytest

from tests.postgres import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started
