"""Each column of each table is proven, derivable or unproven, as docs/evidence.md lists it: flipped, it shows."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.beside import LARGE, OURS, faults_beside
from audit.findings import Finding
from audit.ledger import open_ledger
from audit.notes import Key
from audit.source import LedgerUnreadable
from audit.survey import Survey
from gateway.store.migrations.schema import TABLES
from gateway.store.move import Move
from tests.audit.populated import populate
from tests.databases import server
from tests.installation import CHECKOUT
from tests.postgres import Server

__all__ = ["server"]

LINE = re.compile(r"\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| (proven|derivable|unproven) \|")
VERY_MUCH = 7_777_777
PROVEN, DERIVED = {"row.missing", "row.unknown", "row.differs"}, {"row.derived"}
CHOSEN = {  # rows that have what is to be flipped; elsewhere the first
    "audit_entries": "kind = 'exchange.admitted'",
    "audit_checkpoints": "size = (SELECT max(size) FROM audit_checkpoints)",
    "audit_batches": "size > 3",
    "exchanges": "kind = 'write' AND platform = 'sim-gd'",
    "history": "exchange_id IN (SELECT id FROM exchanges WHERE kind = 'write')",
    "case_numbers": "owner = 'tongban' AND kind = 'case'",
    "suggestions": "decision <> ''",
    "uploads": "id = 'U2'",  # of which no part has come
    "visits": "used_ms > 0",
    "unmaskings": "granted = 1",
    "case_events": "source = 'sim-gd'",
}


def listed() -> dict[tuple[str, str], str]:
    """Verdict by table and column, as the documentation has it."""
    text = (CHECKOUT / "docs" / "evidence.md").read_text("utf-8")
    found: dict[tuple[str, str], str] = {}
    for table, columns, verdict in LINE.findall(text):
        for column in re.findall(r"\w+", columns):
            assert (table, column) not in found, f"{table}.{column} is listed twice"
            found[table, column] = verdict
    return found


@dataclass
class Flipped:
    """A store at rest, in which one value is another for a while."""

    path: Path
    key: str
    driver: sqlite3.Connection

    def findings(self) -> list[Finding]:
        with closing(open_ledger(str(self.path))) as ledger:
            return list(Survey(ledger, [Key.parse(self.key)], {}, lambda done, total: None).findings())

    @contextmanager
    def flipped(self, table: str, keys: list[str], column: str) -> Iterator[None]:
        where = f"WHERE {CHOSEN[table]}" if table in CHOSEN else ""
        names = ", ".join(dict.fromkeys([*keys, column]))
        row = self.driver.execute(f"SELECT {names} FROM {table} {where} LIMIT 1").fetchone()
        assert row, f"{table} is empty"
        key, was = (
            dict(zip(keys, row, strict=False)),
            row[-1] if column not in keys else row[keys.index(column)],
        )
        now = other_than(was)
        self._put(table, key, column, now)
        try:
            yield
        finally:
            self._put(table, {**key, column: now} if column in key else key, column, was)

    def _put(self, table: str, key: dict[str, Any], column: str, value: Any) -> None:
        where = " AND ".join(f"{name} = ?" for name in key)
        done = self.driver.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *key.values()))
        assert done.rowcount == 1


def other_than(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    return value + VERY_MUCH if isinstance(value, int) else f"x{value}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flipped]:
    path, key = asyncio.run(populate(tmp_path_factory.mktemp("columns")))
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        driver.execute("PRAGMA journal_mode = DELETE")
        driver.execute("PRAGMA synchronous = OFF")
        yield Flipped(path, key, driver)


def test_the_documentation_lists_every_column_of_every_table_and_no_other() -> None:
    assert set(listed()) == {(table.name, column.name) for table in TABLES for column in table.columns}


def test_what_a_gateway_wrote_is_found_sound(store: Flipped) -> None:
    assert store.findings() == []


def test_the_same_rows_on_a_server_are_found_sound(store: Flipped, tmp_path: Path, server: Server) -> None:
    copied, target = tmp_path / "copied.db", server.database()
    copied.write_bytes(store.path.read_bytes())
    Move(f"sqlite:///{copied}", target, VERY_MUCH).run(lambda file: None, lambda table, done, total: None)
    with closing(open_ledger(target)) as ledger:
        assert list(Survey(ledger, [Key.parse(store.key)], {}, lambda done, total: None).findings()) == []
        with faults_beside(ledger, LARGE) as faults:
            assert list(faults()) == []


@pytest.mark.parametrize("entries", [LARGE, LARGE // 1000], ids=["none is ours", "some cases are ours"])
def test_of_a_large_log_the_rows_are_checked_by_two_processes_with_the_same_verdict(
    store: Flipped, entries: int
) -> None:
    with store.flipped("exchanges", ["id"], "unit"), closing(open_ledger(str(store.path))) as ledger:
        assert bool(ledger.case_at(round(entries * OURS))) == (entries < LARGE)
        with faults_beside(ledger, entries, entries) as faults:
            found = list(faults())
        assert found == list(ledger.faults())
        assert [(each.code, each.facts["column"]) for each in found] == [("row.differs", "unit")]


def test_every_fault_of_a_case_is_found_on_one_side_of_wherever_the_cases_are_parted(
    store: Flipped, tmp_path: Path
) -> None:
    copy = tmp_path / "altered.db"
    copy.write_bytes(store.path.read_bytes())
    with closing(sqlite3.connect(copy)) as driver, driver:
        altered = driver.execute("UPDATE cases SET item = 'altered'").rowcount
    with closing(open_ledger(str(copy))) as ledger:
        whole = sorted(ledger.faults(), key=str)
        cases = {ledger.case_at(place) for place in range(ledger.extent().size + 1)}
        assert len(whole) >= altered > 1 and "" in cases and len(cases) > altered
        for case in cases:
            assert sorted([*ledger.faults_of_cases(case), *ledger.faults(beyond=case)], key=str) == whole


def test_a_check_of_the_rows_that_cannot_go_on_is_an_error_and_no_verdict(
    store: Flipped, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(store.path.read_bytes())
    with closing(open_ledger(str(copy))) as ledger:
        copy.unlink()
        with faults_beside(ledger, LARGE) as faults, pytest.raises(LedgerUnreadable, match="no such file"):
            list(faults())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_flipped_column_shows_as_it_is_listed(store: Flipped, table: Any) -> None:
    keys, verdicts = [column.name for column in table.primary_key], listed()
    wrong = []
    for column in [each.name for each in table.columns]:
        with store.flipped(table.name, keys, column):
            found = store.findings()
        verdict = verdicts.get((table.name, column))
        if verdict != shown(table.name, column, found):
            wrong.append((column, verdict, list(map(str, found))))
    assert wrong == []


def shown(table: str, column: str, found: list[Finding]) -> str:
    """Which verdict the findings bear out: they name the table, and where they can the column."""
    here = [each for each in found if each.path.startswith(f"{table} ")]
    codes = {each.code for each in here if column in str(each.facts.get("column", column)).split(", ")}
    if codes & PROVEN or (
        table.startswith("audit_") and any(not each.code.startswith("row.") for each in found)
    ):
        return "proven"
    return "derivable" if codes & DERIVED else "unproven" if not found else "another finding"
