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
    driver = connect_sqlite(tmp_path / "catalogue.sqlite")
    for table in (items, alignments):
        for statement in (CreateTable(table), *map(CreateIndex, table.indexes)):
            driver.execute(str(statement.compile(dialect=sqlite_dialect())))
    opened = Connection(driver, sqlite_dialect())
    yield opened
    opened.close()
