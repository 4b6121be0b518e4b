"""The schema: migrations make what the tables say, and every statement is one that PostgreSQL has as well."""

import importlib
import pkgutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

import audit
import gateway
from gateway.store.connection import prepared
from gateway.store.migrate import MIGRATIONS, NewerSchema, engine_of, newest, upgrade
from gateway.store.migrations.schema import METADATA, TABLES
from gateway.store.sqlite import open_sqlite


def statements():
    """Every statement that is a constant of a module of the trunk or the log, wherever it stands, each once."""
    seen = set()
    for package in (gateway, audit):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(("__main__", "store.postgres_writer")) or ".migrations" in module.name:
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, UpdateBase | SelectBase) and id(value) not in seen:
                    seen.add(id(value))
                    yield pytest.param(value, id=f"{module.name}.{name}")


def test_migrations_make_exactly_the_declared_tables(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/new.db")
    with engine_of(f"sqlite:///{tmp_path}/new.db").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/same.db")
    before = (tmp_path / "same.db").read_bytes()
    upgrade(f"sqlite:///{tmp_path}/same.db")
    assert (tmp_path / "same.db").read_bytes() == before


def test_a_schema_of_a_newer_program_is_refused_and_left_alone(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/newer.db")
    with sqlite3.connect(tmp_path / "newer.db") as driver:
        driver.execute("UPDATE alembic_version SET version_num = '9999'")
    driver.close()
    with pytest.raises(NewerSchema):
        upgrade(f"sqlite:///{tmp_path}/newer.db")


@pytest.mark.parametrize("statement", list(statements()))
def test_a_statement_is_understood_by_both_databases(statement, tmp_path_factory, _schema):
    text = str(statement.compile(dialect=postgresql.dialect(paramstyle="pyformat")))
    assert "POSTCOMPILE" not in text
    connection = open_sqlite(_schema)
    text, own, order = prepared(statement, connection._dialect)
    values = [0 if own[name] is None else own[name] for name in order]
    connection._driver.execute("EXPLAIN " + text, values)
    connection.close()


@pytest.fixture(scope="module")
def _schema(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "x.db"
    upgrade(f"sqlite:///{path}")
    return path


def test_tables_hold_only_columns_that_need_no_conversion():
    kinds = {type(column.type) for table in TABLES for column in table.columns}
    assert kinds <= {sa.Text, sa.BigInteger, sa.LargeBinary, sa.Integer}


def test_what_the_worker_and_the_api_ask_is_answered_from_an_index(_schema):
    from gateway.store import cases, desk, exchanges, followed, sent, watched

    connection = open_sqlite(_schema)
    asked = (
        exchanges.BY_ID, exchanges.OF_CASE, exchanges.DUE, exchanges.LEASE_OVER, exchanges.HELD,
        exchanges.COUNT_OPEN, exchanges.BEHIND, exchanges.FACTS, cases.BY_NUMBER, cases.SAME_OPEN,
        cases.NUMBERS, cases.KEY, sent.OF_SPAN, sent.BY_NUMBER, sent.LAST_PROGRESS,
        followed.DUE, followed.CLAIMABLE, followed.STANDING, watched.DUE, watched.LATE, watched.DAYLESS,
        desk.BY_EXCHANGE, desk.BY_NUMBER, desk.OF_CASE, desk.STANDING, desk.OF_UNIT,
    )  # fmt: skip
    for statement in asked:
        text, own, order = prepared(statement, connection._dialect)
        values = [0 if own[name] is None else own[name] for name in order]
        plan = connection._driver.execute("EXPLAIN QUERY PLAN " + text, values).fetchall()
        assert all("USING" in row[3] for row in plan if row[3].startswith(("SCAN", "SEARCH"))), (
            text,
            plan,
        )
    connection.close()


def test_leases_are_looked_at_without_reading_what_waits_at_a_platform(_schema):
    from gateway.store import exchanges

    connection = open_sqlite(_schema)
    text, _, order = prepared(exchanges.LEASE_OVER, connection._dialect)
    plan = connection._driver.execute("EXPLAIN QUERY PLAN " + text, [0] * len(order)).fetchall()
    assert "USING INDEX ix_exchanges_state_case_id (state=?)" in plan[0][3]
    connection.close()


def test_the_newest_migration_is_known_by_its_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert newest() == script.get_current_head()
    assert all(Path(each.path).name[1:5] == each.revision for each in script.walk_revisions())
