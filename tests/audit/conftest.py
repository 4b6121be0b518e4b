"""A real log in a real SQLite file or a real PostgreSQL, and entries to fill it with."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.schema import CreateIndex, CreateTable

from audit import epoch, log
from audit.checkpoints import Checkpoint
from audit.entries import Entry
from audit.ledger import open_ledger
from audit.notes import Key, Signer
from audit.succession import Epoch
from audit.survey import Summary, Survey
from audit.tables import metadata
from gateway.store.connection import Connection
from gateway.store.postgres_driver import connect_postgres, postgres_dialect
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from tests.postgres import running

GOLDEN = Path(__file__).parent.parent / "golden" / "audit"
START_MS = 1_795_226_400_000  # 2026-11-21T10:00:00+08:00
ZEROBLOB = """
    CREATE FUNCTION zeroblob(size integer) RETURNS bytea LANGUAGE sql
    AS $$ SELECT decode(repeat('00', size), 'hex') $$"""  # as SQLite has it, so that tests can say it once


@pytest.fixture
def golden() -> Callable[[str], Any]:
    return lambda name: json.loads((GOLDEN / name).read_text("utf-8"))


@pytest.fixture
def golden_text() -> Callable[[str], str]:
    return lambda name: (GOLDEN / name).read_text("utf-8")


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "log.key", "gateway.example/log")


def _numbered(text: str) -> str:
    """`?` as a server has it: $1, $2 …"""
    first, *others = text.split("?")
    return first + "".join(f"${place}{other}" for place, other in enumerate(others, 1))


class OpenLog:
    """A log of a test: where it is, a connection, and the commits that a trunk would make."""

    def __init__(self, address: Path | str) -> None:
        self.path = Path(address)
        self.address = str(address)
        self.is_file = isinstance(address, Path)
        dialect = sqlite_dialect() if self.is_file else postgres_dialect()
        self.driver = connect_sqlite(address) if self.is_file else connect_postgres(self.address)
        self.connection = Connection(self.driver, dialect)
        for table in metadata.sorted_tables:
            self.driver.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
            for index in table.indexes:
                self.driver.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))

    def run(self, text: str, values: Sequence[object] = ()) -> Any:
        """What anybody might run who can write the database; its cursor. `?` stands for each of the values."""
        return self.driver.execute(text if self.is_file else _numbered(text), values)

    def fill(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        text = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
        self.connection.begin()
        self.driver.executemany(text if self.is_file else _numbered(text), rows)
        self.connection.commit()

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

    def open_epoch(self, published: Checkpoint, at_ms: int = START_MS) -> Epoch:
        self.connection.begin()
        try:
            opened = epoch.open_epoch(self.connection, published, at_ms)
        except Exception:
            self.connection.rollback()
            raise
        self.connection.commit()
        return opened

    def lose(self, size: int, *, signed: int) -> None:
        """Be what a backup of `size` entries holds, in which the last checkpoint is that over `signed`."""
        self.run("DELETE FROM audit_entries WHERE position >= ?", (size,))
        self.run("DELETE FROM audit_batches WHERE size > ?", (size,))
        self.run("DELETE FROM audit_checkpoints WHERE size > ?", (signed,))

    def bodies(self) -> list[bytes]:
        return [body for (body,) in self.run("SELECT body FROM audit_entries ORDER BY position").fetchall()]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """`postgres("log")`: the address of a database under that name, empty again at every call."""
    with running(fsync="off") as server:
        addresses: dict[str, str] = {}

        def emptied(name: str) -> str:
            if name not in addresses:
                addresses[name] = server.database()
            with psycopg.connect(addresses[name], autocommit=True) as connection:
                connection.execute(f"DROP SCHEMA public CASCADE; CREATE SCHEMA public; {ZEROBLOB}")
            return addresses[name]

        yield emptied


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """For tests of what must hold on both databases."""
    return str(request.param)


@pytest.fixture
def open_log(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., OpenLog]]:
    opened: list[OpenLog] = []

    def start(name: str = "log.db", database: str = "sqlite") -> OpenLog:
        if database == "sqlite":
            opened.append(OpenLog(tmp_path / name))
        else:
            opened.append(OpenLog(name if "://" in name else request.getfixturevalue("postgres")(name)))
        return opened[-1]

    yield start
    for each in opened:
        each.connection.close()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a whole log came to; findings and notices by path and code."""

    found: list[tuple[str, str]]
    notices: list[tuple[str, str]]
    summary: Summary


@pytest.fixture
def check(signer: Signer) -> Callable[..., Checked]:
    def run(address: str, held: Mapping[str, str] | None = None, keys: Sequence[Key] = ()) -> Checked:
        with closing(open_ledger(address)) as ledger:
            survey = Survey(ledger, keys or [signer.key], held or {}, lambda done, total: None)
            found = [(finding.path, finding.code) for finding in survey.findings()]
            notices = [(notice.path, notice.code) for notice in survey.notices()]
            return Checked(found, notices, survey.summary())

    return run


@pytest.fixture(scope="session")
def exchange() -> Callable[..., list[Entry]]:
    """The entries of one exchange: admitted, sent, and at its end."""

    def entries(name: str, end: str | None = "exchange.delivered", at_ms: int = START_MS) -> list[Entry]:
        kinds = ["exchange.admitted", "exchange.sending", *([end] if end else [])]
        return [
            Entry(kind, at_ms + step, {"exchange": name, "case": f"case-{name}", "attempt": step})
            for step, kind in enumerate(kinds)
        ]

    return entries
