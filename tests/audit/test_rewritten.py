"""Who rewrites entries and rows and recomputes the whole tree lacks one thing, the key: it shows."""

from contextlib import closing

import pytest

from audit import tree
from audit.entries import Entry, encode
from audit.ledger import open_ledger
from audit.notes import Signer
from audit.source import LedgerUnreadable
from audit.survey import Survey
from tests.audit.conftest import OpenLog

ALTERED = 100  # an entry below the first of two checkpoints, over 150 and 300
SIZES = (150, 300)


@pytest.fixture
def store(open_log, exchange, signer):
    """100 exchanges in groups of five, signed twice; `notes` are what was signed."""
    store = open_log()
    store.notes = []
    for number in range(0, 100, 5):
        store.append(*[entry for one in range(number, number + 5) for entry in exchange(f"E{one}")])
        if (number + 5) * 3 in SIZES:
            store.notes.append(store.checkpoint(signer))
    return store


def rewrite(store: OpenLog, position: int = ALTERED, caller: str = "somebody else") -> None:
    """Alter an entry, and recompute every leaf, batch and tile that follows from it."""
    bodies = store.bodies()
    record = Entry("exchange.sending", 1_000, {"exchange": "E33", "case": "case-E33", "actor": caller})
    bodies[position] = encode(record)
    leaves = [tree.leaf_hash(body) for body in bodies]
    store.run(
        "UPDATE audit_entries SET body = ?, leaf = ?, kind = ?, exchange_id = ?, case_id = ? WHERE position = ?",
        (bodies[position], leaves[position], record.kind, "E33", "case-E33", position),
    )
    for (size,) in store.run("SELECT size FROM audit_batches").fetchall():
        frontier = tree.grown([], 0, leaves[:size])
        store.run(
            "UPDATE audit_batches SET frontier = ?, root = ? WHERE size = ?",
            (b"".join(frontier), tree.fold(frontier), size),
        )
    store.run(
        "UPDATE audit_tiles SET hashes = ?, root = ?", (b"".join(leaves[:256]), tree.root_of(leaves[:256]))
    )


@pytest.fixture
def found(check):
    return lambda store, **held: check(store.address, held).found


def test_every_checkpoint_above_an_altered_entry_names_it(store, found):
    rewrite(store)
    assert found(store) == [(f"checkpoint {size}", "checkpoint.root") for size in SIZES]


def test_a_checkpoint_below_it_still_holds_and_says_between_which_it_lies(store, found):
    rewrite(store, position=200)  # of an exchange that is then told wrongly as well
    assert [path for path, code in found(store) if code == "checkpoint.root"] == ["checkpoint 300"]


def test_a_checkpoint_that_the_attacker_signs_does_not_hold(store, found, signer, tmp_path):
    rewrite(store)
    stranger = Signer.create(tmp_path / "stranger.key", signer.name)
    store.run("DELETE FROM audit_checkpoints")
    store.checkpoint(stranger)
    assert found(store) == [("checkpoint 300", "checkpoint.rejected")]


def test_one_checkpoint_that_was_taken_away_leaves_a_gap(store, found):
    rewrite(store, position=100)
    store.run("DELETE FROM audit_checkpoints WHERE size = 150")
    assert ("checkpoint 300", "checkpoint.missing") in found(store)


def test_without_any_checkpoint_only_one_that_was_published_tells(store, found, check):
    rewrite(store)
    store.run("DELETE FROM audit_checkpoints")
    checked = check(store.address, {})
    assert (checked.found, checked.summary.signed_size) == ([], 0)  # but it says that nothing is signed
    published = dict(zip(("first", "second"), store.notes, strict=True))
    assert found(store, **published) == [("first", "checkpoint.root"), ("second", "checkpoint.root")]


def test_a_checkpoint_of_another_log_is_none_of_this_one(store, found, open_log, exchange, tmp_path):
    stranger = Signer.create(tmp_path / "stranger.key", "foreign.example/log")
    other = open_log("other.db")
    other.append(*exchange("F1"))
    note = other.checkpoint(stranger)
    assert found(store, foreign=note) == [("foreign", "checkpoint.rejected")]
    store.run("UPDATE audit_checkpoints SET note = ? WHERE size = 300", (note,))
    assert ("checkpoint 300", "checkpoint.rejected") in found(store)


def test_a_log_that_was_forked_is_found_by_whoever_holds_a_checkpoint_of_the_other_branch(
    store, found, open_log, exchange, signer
):
    other = open_log("other.db")
    other.append(*[entry for one in range(100) for entry in exchange(f"F{one}")])
    assert found(store, kept=other.checkpoint(signer)) == [("kept", "checkpoint.root")]


def test_a_store_that_lost_a_table_is_told(store, found):
    store.run("CREATE TABLE exchanges (id TEXT)")
    store.run("DROP TABLE exchanges")
    assert found(store) == []  # a log that stands alone
    store.run("CREATE TABLE sequences (scope TEXT)")
    assert found(store) == []  # of which no entry speaks
    store.run("CREATE TABLE activations (place INTEGER, digest TEXT, actor TEXT, at_ms INTEGER)")
    assert ("table exchanges", "table.missing") in found(store)


def test_rows_that_cannot_be_read_stop_the_check_and_the_log_can_be_checked_without_them(store, signer):
    store.run("CREATE TABLE exchanges (id TEXT)")
    with closing(open_ledger(store.address)) as ledger, pytest.raises(LedgerUnreadable, match="column"):
        list(Survey(ledger, [signer.key], {}, lambda done, total: None).findings())
    with closing(open_ledger(store.address, with_rows=False)) as ledger:
        assert list(Survey(ledger, [signer.key], {}, lambda done, total: None).findings()) == []
