"""A log in PostgreSQL is read like one in a file: read-only, from what is a log, no word of a password."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from audit.ledger import open_ledger
from audit.postgresql import COLUMNS, KEYS, PostgresqlServer
from audit.source import LedgerUnreadable
from audit.survey import Survey
from audit.tables import metadata

ROOT = Path(__file__).parents[2]
CANARY = "s3cret"


@pytest.fixture
def store(open_log, exchange, signer):
    store = open_log("log", "postgresql")
    store.append(*exchange("E1"), *exchange("E2"))
    store.checkpoint(signer)
    return store


def test_the_shape_that_is_asked_for_is_that_of_the_tables():
    kinds = {"TEXT": "text", "BIGINT": "bigint", "BLOB": "bytea"}
    declared = {
        table.name: {column.name: kinds[str(column.type)] for column in table.columns}
        for table in metadata.sorted_tables
    }
    keys = {table.name: {column.name for column in table.primary_key} for table in metadata.sorted_tables}
    assert (declared, keys) == (COLUMNS, KEYS)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE audit_tiles",
        "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries",
        "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries, ADD PRIMARY KEY (leaf)",
        "ALTER TABLE audit_entries ALTER COLUMN position TYPE numeric",
        "ALTER TABLE audit_entries ALTER COLUMN leaf TYPE text",
        "ALTER TABLE audit_checkpoints ALTER COLUMN note TYPE bytea USING convert_to(note, 'UTF8')",
        "ALTER TABLE audit_batches RENAME TO hidden; CREATE VIEW audit_batches AS SELECT * FROM hidden",
    ],
)
def test_tables_of_another_shape_are_no_log(store, change):
    for statement in change.split("; "):
        store.run(statement)
    with pytest.raises(LedgerUnreadable, match=r"the table audit_\w+ is not that of a log"):
        open_ledger(store.address)


def test_nothing_can_be_written_through_the_reader(store):
    server = PostgresqlServer(store.address)
    for inside in (False, True):
        with pytest.raises(LedgerUnreadable, match="read-only"):
            if inside:
                with server.moment():
                    list(server.rows("DELETE FROM audit_entries RETURNING 1"))
            else:
                list(server.rows("DELETE FROM audit_entries RETURNING 1"))
    server.close()


def test_what_is_read_in_one_moment_is_of_one_moment(store, exchange):
    server = PostgresqlServer(store.address)
    count = "SELECT count(*) FROM audit_entries"
    with server.moment():
        assert list(server.rows(count)) == [(6,)]
        store.append(*exchange("E3"))
        assert list(server.rows(count)) == [(6,)]
    assert list(server.rows(count)) == [(9,)]
    server.close()


def test_rows_that_are_kept_from_the_reader_are_no_sound_log(store, check):
    store.run("ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY")
    store.run("CREATE POLICY but_one ON audit_entries USING (position <> 3)")
    store.run("CREATE ROLE auditor LOGIN")
    store.run("GRANT USAGE ON SCHEMA public TO auditor")
    store.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor")
    with pytest.raises(LedgerUnreadable, match="row-level security"):
        check(store.address.replace("postgres@", "auditor@"))


def test_text_that_is_no_utf8_in_a_database_that_lets_it_in_cannot_be_read(open_log, exchange, check):
    address, name = open_log("log", "postgresql").address, "ascii"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
    parts = conninfo_to_dict(address)
    store = open_log(f"postgresql://postgres@/{name}?host={parts['host']}", "postgresql")
    store.append(*exchange("E1"))
    store.run("UPDATE audit_entries SET kind = E'\\xff' WHERE position = 0")
    with pytest.raises(LedgerUnreadable, match="UTF8"):
        check(store.address)


def test_a_table_that_breaks_off_cannot_be_read(store, signer):
    ledger = open_ledger(store.address)
    findings = Survey(ledger, [signer.key], {}, lambda done, total: None).findings()
    store.run("DROP TABLE audit_entries")
    with pytest.raises(LedgerUnreadable, match="cannot be read"):
        list(findings)
    ledger.close()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/log",  # nobody listens
        "postgres://ann:s3cret@127.0.0.1:1/log",
        "postgresql://ann:s3@s3cret@127.0.0.1:1/log",
        "postgresql://ann:12/s3cret@127.0.0.1:1/log",
        "postgresql://ann:s3cret/x@127.0.0.1:1/log",
        "postgresql://ann:s3cret%zz@127.0.0.1:1/log",
        "postgresql://127.0.0.1:1/log?user=ann&password=s3cret",
        "postgresql://127.0.0.1:1/log?passwrd=s3cret",
        "postgresql://127.0.0.1:s3cret/log",
        "postgresql+psycopg://ann:s3cret@127.0.0.1:1/log",
        "mysql://ann:s3cret@127.0.0.1:1/log",
    ],
)
def test_no_error_holds_a_word_of_the_password(address):
    with pytest.raises(LedgerUnreadable) as error:
        open_ledger(address)
    assert CANARY not in str(error.value)
    assert str(error.value)


def test_a_report_names_the_database_and_not_its_user_or_password(store):
    address = store.address.replace("postgres@", f"postgres:{CANARY}@")
    ledger = open_ledger(address)
    ledger.close()
    assert ledger.name.startswith("postgresql://")
    assert CANARY not in ledger.name
    assert "postgres@" not in ledger.name


def test_without_its_driver_the_verifier_says_how_to_get_it(tmp_path, signer):
    (tmp_path / "psycopg").mkdir()
    (tmp_path / "psycopg" / "__init__.py").write_text(
        "raise ImportError('not in the image of the auditor')\n"
    )
    asked = ["fsck", "--database", "postgresql://nowhere/log", "--key", signer.vkey]
    ran = subprocess.run(
        [sys.executable, "-m", "audit", *asked],
        cwd=ROOT, env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": os.environ["PATH"]},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert 'pip install "psycopg[binary]"' in ran.stderr
    assert "Traceback" not in ran.stderr
