"""Every earlier schema is brought up with what it holds, on both databases, by one process alone."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.store.database import file_of
from gateway.store.migrate import MIGRATIONS, engine_of, upgrade
from gateway.store.migrations.schema import METADATA, TABLES

DAY_MS = 86_400_000


@cache
def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture(params=("sqlite", "postgresql"))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("server").database())


def tables_of(engine: sa.Engine) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def filled(table: sa.Table, number: int) -> dict[str, object]:
    """A row in which every column holds something."""
    by_kind = {int: number, str: f"{table.name}-{number}", bytes: bytes([number] * 32)}
    return {column.name: by_kind[column.type.python_type] for column in table.columns}


def rows(engine: sa.Engine, tables: list[sa.Table]) -> dict[str, list[dict[str, object]]]:
    with engine.connect() as connection:
        asked = {table.name: sa.select(table).order_by(*table.primary_key) for table in tables}
        return {
            name: [dict(row._mapping) for row in connection.execute(each)] for name, each in asked.items()
        }


@pytest.fixture(scope="module")
def earlier(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], str]:
    """New databases of a kind with an earlier schema: each is made of a copy of the one before."""
    folder, server = tmp_path_factory.mktemp("earlier"), request.getfixturevalue("server")

    def file(revision: str, like: str) -> str:
        path = folder / f"{revision}-{next(numbers)}.db"
        if like:
            shutil.copyfile(file_of(like), path)
        return f"sqlite:///{path}"

    def made(kind: str, revision: str) -> str:
        known, new = stages[kind]
        while revision not in known:
            following = revisions()[len(known)]
            address = new(following, list(known.values())[-1] if known else "")
            upgrade(address, to=following)
            known[following] = address
        return new(revision, known[revision])

    numbers = count()
    stages = {
        "sqlite": ({}, file),
        "postgresql": ({}, lambda revision, like: server.database(like=like)),
    }
    return made


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("revision", revisions()[:-1])
def test_what_an_earlier_schema_holds_is_all_there_after_the_upgrade(earlier, kind, revision):
    address = earlier(kind, revision)
    engine = engine_of(address)
    tables = tables_of(engine)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(sa.insert(table), [filled(table, number) for number in (1, 2)])
    before = rows(engine, tables)
    assert all(len(found) == 2 for found in before.values())
    upgrade(address)
    after = rows(engine, list(TABLES))
    for name, found in before.items():
        assert [{column: row[column] for column in found[0]} for row in after[name]] == found


def test_who_confirmed_a_suggestion_is_known_of_its_row_whatever_the_source_of_another_says(address):
    upgrade(address, to="0012")
    engine = engine_of(address)
    tables = {table.name: table for table in tables_of(engine)}
    said = {"decision": "confirmed", "here_division": "341702", "there_division": "440232"}
    suggested = [
        {
            **said,
            "here_code": "A",
            "there_code": "B",
            "first_by": "op-1",
            "second_by": "",
            "alignment": "one",
        },
        {
            **said,
            "here_code": "C",
            "there_code": "D",
            "first_by": "op-1",
            "second_by": "op-2",
            "alignment": "two",
        },
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(tables["suggestions"]), suggested)
        rows = [{"id": name, "source": "confirmed by a letter"} for name in ("one", "two", "three")]
        connection.execute(sa.insert(tables["alignments"]), rows)
    upgrade(address)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT id, confirmed_by FROM alignments")).all()
    assert {tuple(row) for row in found} == {("one", "op-1"), ("two", "op-1, op-2"), ("three", "")}


def test_what_left_in_the_day_before_the_upgrade_still_counts_for_the_quota(address):
    upgrade(address, to="0001")
    engine = engine_of(address)
    tables = {table.name: table for table in tables_of(engine)}
    sent = [("a", 5 * DAY_MS, "taken"), ("b", 5 * DAY_MS - 1_000, "unknown"), ("c", 5 * DAY_MS - 9, "not_sent"),
            ("d", 3 * DAY_MS, "taken")]  # fmt: skip
    with engine.begin() as connection:
        for name, at_ms, kind in sent:
            exchange = filled(tables["exchanges"], 1) | {"id": name, "platform": "p"}
            fact = filled(tables["history"], 1) | {"exchange_id": name, "at_ms": at_ms, "kind": kind}
            connection.execute(sa.insert(tables["exchanges"]), exchange)
            connection.execute(sa.insert(tables["history"]), fact)
    upgrade(address)
    after = rows(engine, tables_of(engine))
    assert [(row["place"], row["over_ms"]) for row in after["permits"]] == [
        (0, 5 * DAY_MS - 1_000), (1, 5 * DAY_MS)
    ]  # fmt: skip
    assert after["quotas"] == [{"credential": "p", "following": 2}]


def test_migrations_make_exactly_the_declared_tables(address):
    upgrade(address)
    with engine_of(address).connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, METADATA)
    assert differences == []


def test_processes_that_start_at_once_bring_the_schema_up_once(server):
    address = server.database()
    with ThreadPoolExecutor(4) as starting:
        for started in [starting.submit(upgrade, address) for _ in range(4)]:
            started.result()
    assert "leases" in rows(engine_of(address), tables_of(engine_of(address)))
