"""Whatever is done to the stored log is found, at its place, and once."""

import json
import shutil

import pytest

from audit import log, tree
from audit.cli import main
from audit.cosignatures import cosign
from audit.entries import Entry, encode
from audit.ledger import open_ledger
from audit.notes import COSIGNATURE, Signer
from audit.source import LedgerUnreadable
from audit.survey import Survey
from audit.tables import metadata
from gateway.store.sqlite import connect_sqlite
from tests.audit.conftest import OpenLog

# 100 exchanges of three entries in groups of six; checkpoints over 60 and 300; tile 0/0 is full.
NUMBERS = range(0, 100, 2)


def write(store, exchange, signer, first_end="exchange.delivered"):
    """Write that log; its notes."""
    notes = []
    for number in NUMBERS:
        end = first_end if number == 0 else "exchange.delivered"
        pair = exchange(f"E{number}", end, number * 10), exchange(f"E{number + 1}", at_ms=number * 10 + 5)
        store.append(*pair[0], *pair[1])
        if number in (18, 98):
            notes.append(store.checkpoint(signer, 100_000 + number))
    return notes


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Signer.create(tmp_path_factory.mktemp("survey") / "log.key", "gateway.example/log")


@pytest.fixture(scope="module")
def original(tmp_path_factory, exchange, signer):
    """The rows and notes of that log, written once: every test gets a copy, and does something to it."""
    store = OpenLog(tmp_path_factory.mktemp("original") / "log.db")
    notes = write(store, exchange, signer)
    rows = {
        table.name: store.run(f"SELECT * FROM {table.name}").fetchall() for table in metadata.sorted_tables
    }
    store.connection.close()
    return rows, notes


@pytest.fixture
def store(open_log, original, database):
    store = open_log(database=database)
    rows, store.notes = original
    for table, copied in rows.items():
        store.fill(table, copied)
    return store


@pytest.fixture
def survey(store, check):
    def run(held=None, address=None):
        checked = check(address or store.address, held)
        assert checked.notices == []
        return checked.found, checked.summary

    return run


def test_a_log_that_nobody_touched_is_sound(store, survey):
    findings, summary = survey(held={"first": store.notes[0], "second": store.notes[1]})
    assert findings == []
    assert (summary.entries, summary.batches, summary.tiles, summary.checkpoints) == (300, 50, 1, 2)
    assert (summary.exchanges, summary.ended, summary.size, summary.signed_size) == (100, 100, 300, 300)
    assert summary.root == log.head(store.connection).root


FLIPS = [
    ("audit_entries", "position", "position = 301", "position = 299", ["entries.missing", "entries.beyond"]),
    ("audit_entries", "kind", "kind = 'exchange.held'", "position = 7", ["entry.column"]),
    ("audit_entries", "exchange_id", "exchange_id = 'E9'", "position = 7", ["entry.column"]),
    ("audit_entries", "exchange_id", "exchange_id = NULL", "position = 7", ["entry.column"]),
    ("audit_entries", "case_id", "case_id = 'C9'", "position = 7", ["entry.column"]),
    ("audit_entries", "leaf", "leaf = zeroblob(32)", "position = 290", ["entry.leaf"]),
    (
        "audit_entries",
        "body",
        "body = (SELECT other.body FROM audit_entries other WHERE other.position = 10)",
        "position = 7",
        ["entry.altered"],
    ),
    ("audit_entries", "body", "body = zeroblob(0)", "position = 7", ["entry.altered"]),
    (
        "audit_batches",
        "size",
        "size = 299",
        "size = 300",
        ["batch.altered", "batch.time", "entries.beyond", "checkpoint.beyond"],
    ),
    ("audit_batches", "previous", "previous = 5", "size = 12", ["batch.altered"]),
    ("audit_batches", "frontier", "frontier = zeroblob(64)", "size = 12", ["batch.altered"]),
    ("audit_batches", "frontier", "frontier = zeroblob(7)", "size = 12", ["batch.altered"]),
    ("audit_batches", "root", "root = zeroblob(32)", "size = 12", ["batch.root"]),
    ("audit_batches", "at_ms", "at_ms = at_ms + 1", "size = 12", ["batch.time"]),
    ("audit_tiles", "level", "level = 1", "level = 0", ["tile.missing", "tile.extra"]),
    ("audit_tiles", "number", "number = 1", "level = 0", ["tile.missing", "tile.extra"]),
    ("audit_tiles", "root", "root = zeroblob(32)", "level = 0", ["tile.root"]),
    ("audit_tiles", "hashes", "hashes = zeroblob(31)", "level = 0", ["tile.altered"]),
    ("audit_checkpoints", "size", "size = 294", "size = 300", ["checkpoint.size"]),
    ("audit_checkpoints", "previous", "previous = 54", "size = 300", ["checkpoint.missing"]),
    (
        "audit_checkpoints",
        "note",
        "note = replace(note, '300', '294')",
        "size = 300",
        ["checkpoint.rejected"],
    ),
    ("audit_checkpoints", "at_ms", "at_ms = 1", "size = 300", ["checkpoint.time"]),
]
WITNESSED = [  # of the one line of a witness, below that over 300; without its key, and with it
    ("size = 299", ["cosignature.rejected"], ["cosignature.rejected", "cosignature.too_few"]),
    ("name = 'w.example/other'", ["cosignature.rejected"], ["cosignature.rejected", "cosignature.too_few"]),
    ("line = 'x'", ["cosignature.rejected"], ["cosignature.rejected", "cosignature.too_few"]),
    ("line = replace(line, 'AAAA', 'AAAB')", [], ["cosignature.rejected", "cosignature.too_few"]),
    ("at_ms = at_ms + 1", [], []),  # nobody signs when it came
]
FOREIGN = [  # SQLite keeps what it is given, PostgreSQL what its columns may hold: NULL where that was allowed
    ("audit_entries", "kind", "zeroblob(2)", "position = 7", ["entry.column"]),
    ("audit_entries", "exchange_id", "zeroblob(2)", "position = 7", ["entry.column"]),
    ("audit_entries", "leaf", "'text'", "position = 290", ["entry.leaf"]),
    ("audit_entries", "body", "CAST(body AS TEXT)", "position = 7", ["entry.altered"]),
    ("audit_batches", "previous", "'x'", "size = 12", ["batch.altered"]),
    ("audit_batches", "frontier", "'x'", "size = 12", ["batch.altered"]),
    ("audit_batches", "root", "'x'", "size = 12", ["batch.root"]),
    ("audit_batches", "at_ms", "'x'", "size = 60", ["batch.time"]),  # where a checkpoint was signed
    ("audit_tiles", "root", "'x'", "level = 0", ["tile.root"]),
    ("audit_tiles", "hashes", "'x'", "level = 0", ["tile.altered"]),
    ("audit_checkpoints", "previous", "'x'", "size = 300", ["checkpoint.missing"]),
    ("audit_checkpoints", "note", "zeroblob(1)", "size = 300", ["checkpoint.rejected"]),
    ("audit_checkpoints", "at_ms", "'x'", "size = 300", ["checkpoint.time"]),
]


@pytest.mark.parametrize("table, column, change, where, codes", FLIPS)
def test_a_change_of_any_column_is_found(store, survey, table, column, change, where, codes):
    assert store.run(f"UPDATE {table} SET {change} WHERE {where}").rowcount == 1
    assert [code for _, code in survey()[0]] == codes


@pytest.mark.parametrize("table, column, value, where, codes", FOREIGN)
def test_a_value_of_a_foreign_type_is_a_finding_and_no_crash(
    store, survey, table, column, value, where, codes
):
    if not store.is_file:
        store.run(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        value = "NULL"
    assert store.run(f"UPDATE {table} SET {column} = {value} WHERE {where}").rowcount == 1
    assert [code for _, code in survey()[0]] == codes


def test_an_altered_entry_beside_a_kind_of_a_foreign_type_is_one_finding(store, survey):
    if not store.is_file:
        store.run("ALTER TABLE audit_entries ALTER COLUMN kind DROP NOT NULL")
    kind = "zeroblob(2)" if store.is_file else "NULL"
    store.run(f"UPDATE audit_entries SET kind = {kind}, body = zeroblob(1) WHERE position = 8")
    assert survey()[0] == [("entry 8", "entry.altered")]


def test_the_list_of_changes_leaves_out_no_column():
    there = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    flipped = {(table, column) for table, column, *_ in FLIPS}
    assert there == flipped | {("audit_cosignatures", change.split(" ")[0]) for change, *_ in WITNESSED}


@pytest.mark.parametrize("change, alone, with_key", WITNESSED)
def test_a_change_of_what_a_witness_said_is_found(store, signer, tmp_path, capsys, change, alone, with_key):
    witness = Signer.create(tmp_path / "witness.key", "w.example/witness", COSIGNATURE)
    text = store.notes[-1].partition("\n\n")[0] + "\n"
    store.fill("audit_cosignatures", [(300, witness.name, cosign(witness, text, 1_795_226_400), 0)])
    words = ["fsck", "--database", store.address, "--key", signer.vkey, "--json"]
    for more, due in (([], []), (["--witness", witness.vkey], [])):
        assert codes_of(main([*words, *more]), capsys) == due
    assert store.run(f"UPDATE audit_cosignatures SET {change}").rowcount == 1
    for more, due in (([], alone), (["--witness", witness.vkey], with_key)):
        assert codes_of(main([*words, *more]), capsys) == due


def codes_of(code, capsys):
    found = [each["code"] for each in json.loads(capsys.readouterr().out)["findings"]]
    assert code == bool(found)
    return found


REMOVALS = [
    ("audit_entries", "position = 7", [("entry 7", "entries.missing")]),
    ("audit_entries", "position BETWEEN 7 AND 40", [("entry 7", "entries.missing")]),
    ("audit_entries", "position = 299", [("entry 299", "entries.missing")]),
    ("audit_batches", "size = 12", [("batch 18", "batch.missing")]),
    ("audit_batches", "size = 60", [("batch 66", "batch.missing")]),  # where a checkpoint was signed
    ("audit_tiles", "level = 0", [("tile 0/0", "tile.missing")]),
    ("audit_checkpoints", "size = 60", [("checkpoint 300", "checkpoint.missing")]),
]


@pytest.mark.parametrize("table, where, found", REMOVALS)
def test_a_removed_row_is_found(store, survey, table, where, found):
    assert store.run(f"DELETE FROM {table} WHERE {where}").rowcount
    findings, _ = survey()
    assert findings[0] == found[0]
    assert {code for _, code in findings} <= {found[0][1], "order.no_start", "order.after_end"}


def test_two_entries_that_changed_places_are_found(store, survey):
    for old, new in ((7, 1000), (9, 7), (1000, 9)):
        store.run("UPDATE audit_entries SET position = ? WHERE position = ?", (new, old))
    found = survey()[0]
    assert ("entry 6", "entries.altered") in found  # the batch of 6 to 11
    assert {("tile 0/0", "tile.altered")} <= set(found)


def test_an_entry_and_its_leaf_changed_together_are_found_in_batch_and_tile(store, survey, exchange):
    body = encode(exchange("E2", end="exchange.refused", at_ms=20)[2])
    store.run(
        "UPDATE audit_entries SET body = ?, leaf = ?, kind = ? WHERE position = 8",
        (body, tree.leaf_hash(body), "exchange.refused"),
    )
    assert survey()[0] == [("entry 6", "entries.altered"), ("tile 0/0", "tile.altered")]


def test_an_added_entry_is_found(store, survey):
    body = encode(Entry("release.activated", 0, {}))
    row = (300, "release.activated", None, None, tree.leaf_hash(body), body)
    store.run("INSERT INTO audit_entries VALUES (?, ?, ?, ?, ?, ?)", row)
    assert survey()[0] == [("entry 300", "entries.beyond")]


def test_rows_before_the_beginning_are_found(store, survey):
    store.run("INSERT INTO audit_entries SELECT -5, kind, NULL, NULL, leaf, body FROM audit_entries LIMIT 1")
    store.run("INSERT INTO audit_batches SELECT -5, 0, frontier, root, at_ms FROM audit_batches LIMIT 1")
    store.run("INSERT INTO audit_checkpoints SELECT -5, 0, note, at_ms FROM audit_checkpoints LIMIT 1")
    found = survey()[0]
    assert found[:3] == [
        ("entry -5", "entries.beyond"),
        ("batch -5", "batch.altered"),
        ("checkpoint -5", "checkpoint.size"),
    ]


def test_tables_that_were_rebuilt_without_their_keys_are_no_log(store, tmp_path):
    store.run("CREATE TABLE copy AS SELECT * FROM audit_entries")
    store.run("DROP TABLE audit_entries")
    store.run("ALTER TABLE copy RENAME TO audit_entries")
    with pytest.raises(LedgerUnreadable, match="audit_entries"):
        open_ledger(store.address)


def test_an_end_that_was_cut_off_is_found_by_the_checkpoint(store, survey):
    store.run("DELETE FROM audit_entries WHERE position >= 294")
    store.run("DELETE FROM audit_batches WHERE size > 294")
    assert survey()[0] == [("checkpoint 300", "checkpoint.beyond")]
    store.run("DELETE FROM audit_checkpoints WHERE size > 294")
    assert survey()[0] == []  # agrees with itself again,
    assert survey(held={"mine": store.notes[1]})[0] == [
        ("mine", "checkpoint.beyond")
    ]  # but not with what was kept


def test_a_log_written_anew_is_found_by_the_signatures_and_by_the_checkpoint_that_was_kept(
    store, open_log, survey, exchange, signer, database
):
    other = open_log("other.db", database)
    write(other, exchange, signer, first_end="exchange.refused")
    assert survey(address=other.address)[0] == []  # whoever has the key can do that,
    held = {"mine": store.notes[0]}
    assert survey(address=other.address, held=held)[0] == [("mine", "checkpoint.root")]  # but not unseen
    other.run("DELETE FROM audit_checkpoints")
    for row in store.run("SELECT * FROM audit_checkpoints").fetchall():
        other.run("INSERT INTO audit_checkpoints VALUES (?, ?, ?, ?)", row)
    codes = [code for _, code in survey(address=other.address)[0]]
    assert codes == ["checkpoint.root", "checkpoint.root"]  # without the key the old signatures tell


def test_a_checkpoint_inside_a_stretch_that_is_gone_cannot_be_checked(store, survey):
    store.run("DELETE FROM audit_batches WHERE size = 60")
    store.run("DELETE FROM audit_entries WHERE position = 59")
    assert ("checkpoint 60", "checkpoint.unprovable") in survey()[0]


def test_a_batch_that_claims_a_vast_size_does_not_stop_the_check(store, survey):
    store.run("UPDATE audit_batches SET size = ? WHERE size = 300", (2**62,))
    codes = {code for _, code in survey()[0]}
    assert {"entries.missing", "batch.altered"} <= codes


def test_after_a_stretch_that_cannot_be_known_the_walk_goes_on_from_the_next_sound_batch(store, survey):
    store.run("DELETE FROM audit_entries WHERE position = 8")
    store.run("UPDATE audit_batches SET root = zeroblob(32) WHERE size = 12")
    store.run("UPDATE audit_entries SET body = zeroblob(1) WHERE position = 200")
    assert survey()[0] == [
        ("entry 8", "entries.missing"),
        ("batch 12", "batch.altered"),
        ("entry 200", "entry.altered"),
    ]


def test_entries_that_were_never_lawful_are_found_though_the_tree_is_sound(store, survey):
    store.append(Entry("exchange.delivered", 0, {"exchange": "E0"}))
    store.append(Entry("exchange.sending", 0, {"exchange": "new"}), Entry("exchange.held", 0, {}))
    assert survey()[0] == [
        ("entry 300", "order.second_end"),
        ("entry 301", "order.no_start"),
        ("entry 302", "order.no_exchange"),
    ]


def test_an_entry_that_no_writer_writes_is_found_though_the_tree_is_sound(store, survey):
    body = b'{"at":"now"}'
    size, frontier = store.run(
        "SELECT size, frontier FROM audit_batches ORDER BY size DESC LIMIT 1"
    ).fetchone()
    grown = tree.grown(tree.split(frontier), size, [tree.leaf_hash(body)])
    store.run(
        "INSERT INTO audit_entries VALUES (?, 'x', NULL, NULL, ?, ?)", (size, tree.leaf_hash(body), body)
    )
    store.run(
        "INSERT INTO audit_batches VALUES (?, ?, ?, ?, 0)",
        (size + 1, size, b"".join(grown), tree.fold(grown)),
    )
    assert survey()[0] == [("entry 300", "entry.unreadable")]


def test_what_grows_during_the_check_is_left_for_the_next_one(store, signer, exchange):
    ledger = open_ledger(store.address)
    survey = Survey(ledger, [signer.key], {}, lambda done, total: None)
    findings = survey.findings()
    store.append(*[entry for number in range(200) for entry in exchange(f"F{number}")])
    store.checkpoint(signer, 200_000)
    assert list(findings) == []
    assert survey.summary().size == 300
    ledger.close()


def test_an_empty_log_is_sound(open_log, signer, database):
    ledger = open_ledger(open_log("empty.db", database).address)
    assert list(Survey(ledger, [signer.key], {}, lambda done, total: None).findings()) == []
    ledger.close()


def test_progress_runs_from_nothing_to_everything(store, signer):
    seen = []
    ledger = open_ledger(store.address)
    list(Survey(ledger, [signer.key], {}, lambda done, total: seen.append((done, total))).findings())
    ledger.close()
    assert seen == [(done, 300) for done in range(6, 301, 6)]


def test_a_file_that_is_no_log_cannot_be_read(tmp_path):
    for content in (None, b"", b"not a database" * 100):
        path = tmp_path / "file"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(LedgerUnreadable):
            open_ledger(str(path))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_writer_who_comes_during_the_check_of_a_closed_file_is_noticed(store, signer, tmp_path):
    store.connection.close()
    copy = tmp_path / "copy.db"
    shutil.copy(store.path, copy)
    ledger = open_ledger(str(copy))
    findings = Survey(ledger, [signer.key], {}, lambda done, total: None).findings()
    writer = connect_sqlite(copy)
    writer.execute("UPDATE audit_entries SET kind = 'x' WHERE position = 0")
    with pytest.raises(LedgerUnreadable, match="during the check"):
        list(findings)
    writer.close()
    ledger.close()


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_check_changes_nothing_in_the_file(store, survey, tmp_path):
    store.connection.close()
    copy = tmp_path / "copy.db"
    shutil.copy(store.path, copy)
    before = copy.read_bytes()
    assert survey(address=str(copy))[0] == []
    assert copy.read_bytes() == before
