"""A real log in a real SQLite file, and entries to fill it with."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from audit import log
from audit.entries import Entry
from audit.notes import Signer
from audit.tables import metadata
from gateway.store.connection import Connection
from gateway.store.sqlite import connect_sqlite, sqlite_dialect

GOLDEN = Path(__file__).parent.parent / "golden" / "audit"
START_MS = 1_795_226_400_000  # 2026-11-21T10:00:00+08:00


@pytest.fixture
def golden() -> Callable[[str], Any]:
    return lambda name: json.loads((GOLDEN / name).read_text("utf-8"))


@pytest.fixture
def golden_text() -> Callable[[str], str]:
    return lambda name: (GOLDEN / name).read_text("utf-8")


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "log.key", "gateway.example/log")


class OpenLog:
    """A log file of a test: its path, a connection, and the commits that a trunk would make."""

    def __init__(self, path: Path) -> None:
        self.path = path
        driver = connect_sqlite(path)
        for table in metadata.sorted_tables:
            driver.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=sqlite_dialect())))
            for index in table.indexes:
                driver.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=sqlite_dialect())))
        self.driver = driver
        self.connection = Connection(driver, sqlite_dialect())

    def append(self, *entries: Entry) -> range:
        self.connection.begin()
        positions = log.append(self.connection, entries)
        self.connection.commit()
        return positions

    def checkpoint(self, signer: Signer, at_ms: int = START_MS) -> str | None:
        self.connection.begin()
        note = log.checkpoint(self.connection, signer, at_ms)
        self.connection.commit()
        return note

    def bodies(self) -> list[bytes]:
        return [body for (body,) in self.driver.execute("SELECT body FROM audit_entries ORDER BY position")]


@pytest.fixture
def open_log(tmp_path: Path) -> Iterator[Callable[..., OpenLog]]:
    opened: list[OpenLog] = []

    def start(name: str = "log.db") -> OpenLog:
        opened.append(OpenLog(tmp_path / name))
        return opened[-1]

    yield start
    for each in opened:
        each.connection.close()


@pytest.fixture
def exchange() -> Callable[..., list[Entry]]:
    """The entries of one exchange: admitted, sent, and at its end."""

    def entries(name: str, end: str | None = "exchange.delivered", at_ms: int = START_MS) -> list[Entry]:
        kinds = ["exchange.admitted", "exchange.sending", *([end] if end else [])]
        return [
            Entry(kind, at_ms + step, {"exchange": name, "case": f"case-{name}", "attempt": step})
            for step, kind in enumerate(kinds)
        ]

    return entries
