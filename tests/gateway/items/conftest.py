"""A real catalogue in a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from gateway.items.tables import alignments, items
from gateway.store.connection import Connection
from gateway.store.sqlite import connect_sqlite, sqlite_dialect


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    yield from opened(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One for all examples of a property, each of which takes back what it wrote."""
    yield from opened(tmp_path_factory.mktemp("catalogue"))


def opened(folder: Path) -> Iterator[Connection]:
    driver = connect_sqlite(folder / "catalogue.sqlite")
    for table in (items, alignments):
        for statement in (CreateTable(table), *map(CreateIndex, table.indexes)):
            driver.execute(str(statement.compile(dialect=sqlite_dialect())))
    connection = Connection(driver, sqlite_dialect())
    yield connection
    connection.close()
