"""The log grows by what is committed and by nothing else, and proves every entry from what it stored."""

import sqlite3
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import log, tree
from audit.checkpoints import parse_checkpoint, read_checkpoint
from audit.connection import LogBroken
from audit.entries import Entry, Unwritable
from audit.notes import Signer
from audit.proofs import read_proof


def entries(count: int, start: int = 0) -> list[Entry]:
    return [
        Entry("release.activated", number, {"release": str(number)}) for number in range(start, start + count)
    ]


def leaves_of(store) -> list[bytes]:
    return [tree.leaf_hash(body) for body in store.bodies()]


def test_an_empty_log_has_the_root_of_the_empty_tree(open_log):
    assert log.head(open_log().connection) == log.Head(0, tree.EMPTY_ROOT)


def test_positions_continue_across_groups_and_the_root_is_that_of_all_entries(open_log):
    store = open_log()
    assert store.append(*entries(3)) == range(3)
    assert store.append(*entries(300, 3)) == range(3, 303)
    assert store.append() == range(303, 303)
    assert log.head(store.connection) == log.Head(303, tree.root_of(leaves_of(store)))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.data())
def test_whatever_the_groups_every_proof_holds(open_log, tmp_path_factory, groups, data):
    store = open_log(f"{tmp_path_factory.mktemp('log')}/log.db")
    for group in groups:
        store.append(*entries(group))
    leaves = leaves_of(store)
    size = data.draw(st.integers(1, len(leaves)))
    position = data.draw(st.integers(0, size - 1))
    hashes = log.inclusion(store.connection, position, size)
    assert tree.root_by_inclusion(leaves[position], position, size, hashes) == tree.root_of(leaves[:size])
    old = data.draw(st.integers(0, size))
    proof = log.consistency(store.connection, old, size)
    tree.check_consistency(old, tree.root_of(leaves[:old]), size, tree.root_of(leaves[:size]), proof)


def test_a_second_level_of_tiles_serves_proofs_over_66000_entries(open_log):
    store = open_log()
    store.append(*entries(65_000))
    store.append(*entries(1_000, 65_000))
    leaves = leaves_of(store)
    size = len(leaves)
    tiles = store.driver.execute("SELECT level, count(*) FROM audit_tiles GROUP BY level").fetchall()
    assert tiles == [(0, 257), (1, 1)]  # 66,000 = 257 x 256 + 208; 65,536 = 1 x 256 x 256
    for position in (0, 255, 256, 65_535, 65_536, 65_999):
        hashes = log.inclusion(store.connection, position, size)
        assert (
            tree.root_by_inclusion(leaves[position], position, size, hashes)
            == log.head(store.connection).root
        )
    for old in (1, 256, 65_535, 65_536, 65_537, 65_792):
        proof = log.consistency(store.connection, old, size)
        tree.check_consistency(old, tree.root_of(leaves[:old]), size, tree.root_of(leaves), proof)


def test_tiles_are_laid_out_as_tlog_tiles_says(open_log):
    store = open_log()
    store.append(*entries(600))
    leaves = leaves_of(store)
    rows = store.driver.execute(
        "SELECT level, number, root, hashes FROM audit_tiles ORDER BY number"
    ).fetchall()
    assert rows == [
        (0, number, tree.root_of(part), b"".join(part))
        for number, part in enumerate([leaves[:256], leaves[256:512]])
    ]


def test_what_is_rolled_back_never_was(open_log):
    store = open_log()
    store.append(*entries(5))
    before = log.head(store.connection)
    store.connection.begin()
    log.append(store.connection, entries(300, 5))
    store.connection.rollback()
    assert log.head(store.connection) == before
    assert store.append(*entries(1, 5)) == range(5, 6)


def test_a_fact_that_cannot_be_written_leaves_the_log_as_it_was(open_log):
    store = open_log()
    with pytest.raises(Unwritable):
        store.append(*entries(2), Entry("exchange.held", 0, {"v": "2"}))
    store.connection.rollback()
    assert log.head(store.connection).size == 0


def test_two_processes_share_one_tree(open_log):
    one, other = open_log(), open_log()
    for number in range(6):
        (one if number % 2 else other).append(*entries(100, number * 100))
    assert log.head(one.connection) == log.Head(600, tree.root_of(leaves_of(other)))


def test_a_fork_collides_instead_of_being_stored(open_log):
    store = open_log()
    store.append(*entries(4))
    store.driver.execute(
        "DELETE FROM audit_batches"
    )  # as if this transaction had read the head before the others
    with pytest.raises(sqlite3.IntegrityError):
        store.append(*entries(2))


def test_the_entries_of_an_exchange_come_in_their_order(open_log, exchange):
    store = open_log()
    store.append(*exchange("E1", end=None), *exchange("E2"))
    store.append(*exchange("E1")[2:])
    found = log.entries_of(store.connection, "E1")
    assert [position for position, _ in found] == [0, 1, 5]
    assert b"exchange.delivered" in found[-1][1]
    assert log.entries_of(store.connection, "E3") == []


def test_a_checkpoint_is_signed_only_when_the_log_grew(open_log, signer):
    store = open_log()
    assert store.checkpoint(signer) is None  # nothing to sign
    assert log.newest_checkpoint(store.connection) is None
    store.append(*entries(3))
    note = store.checkpoint(signer)
    assert read_checkpoint(note, [signer.key]).size == 3
    assert store.checkpoint(signer) is None
    assert log.newest_checkpoint(store.connection) == note
    store.append(*entries(1))
    assert parse_checkpoint(store.checkpoint(signer)).size == 4


def test_the_time_of_a_checkpoint_never_runs_back(open_log, signer):
    store = open_log()
    for at_ms in (9_000, 5_000, 20_000):
        store.append(Entry("release.activated", 7_000, {}))
        store.checkpoint(signer, at_ms)
    times = store.driver.execute("SELECT at_ms FROM audit_checkpoints ORDER BY size").fetchall()
    assert times == [(9_000,), (9_000,), (20_000,)]


def test_a_log_that_was_rewritten_is_not_signed_again(open_log, signer):
    store = open_log()
    store.append(*entries(5))
    store.checkpoint(signer)
    store.append(*entries(1))
    store.driver.execute("UPDATE audit_entries SET leaf = zeroblob(32) WHERE position = 4")
    with pytest.raises(log.LogBroken, match="signed at 5"):
        store.checkpoint(signer)


def test_a_log_that_got_shorter_is_not_signed_again(open_log, signer):
    store = open_log()
    store.append(*entries(5))
    store.append(*entries(2))
    store.checkpoint(signer)
    store.driver.execute("DELETE FROM audit_entries WHERE position >= 5")
    store.driver.execute("DELETE FROM audit_batches WHERE size > 5")
    with pytest.raises(log.LogBroken, match="5 entries"):
        store.checkpoint(signer)


def test_a_checkpoint_that_was_kept_elsewhere_is_held_against_the_log(open_log, signer):
    store, other = open_log(), open_log("other.db")
    store.append(*entries(5))
    other.append(*entries(4), *entries(1))
    kept = parse_checkpoint(store.checkpoint(signer))
    foreign = parse_checkpoint(other.checkpoint(signer))
    store.append(*entries(300, 5))
    log.check_begins_with(store.connection, kept)
    with pytest.raises(log.LogBroken, match="signed at 5"):
        log.check_begins_with(store.connection, foreign)


def test_a_log_is_not_signed_under_another_name(open_log, signer, tmp_path):
    store = open_log()
    store.append(*entries(1))
    store.checkpoint(signer)
    store.append(*entries(1))
    with pytest.raises(log.LogBroken, match=r"other\.example"):
        store.checkpoint(Signer.create(tmp_path / "other.key", "other.example/log"))


@pytest.mark.parametrize("fact", ["exchange", "case"])
def test_what_the_log_is_searched_by_must_be_text(open_log, fact):
    with pytest.raises(Unwritable, match=fact):
        open_log().append(Entry("exchange.held", 0, {fact: 7}))


def test_the_rows_are_those_of_the_golden_vectors(open_log, golden, database):
    store, vectors = open_log(database=database), golden("log.json")
    for group in vectors["groups"]:
        store.append(*(Entry(each["kind"], each["at_ms"], each["facts"]) for each in group))
    store.append(*entries(vectors["more"]))
    rows = store.run("SELECT * FROM audit_batches ORDER BY size").fetchall()
    for row, expected in zip(rows, vectors["batches"], strict=True):
        assert [each.hex() if isinstance(each, bytes) else each for each in row] == expected
    [tile] = store.run("SELECT * FROM audit_tiles").fetchall()
    assert [tile[0], tile[1], tile[2].hex(), sha256(tile[3]).hexdigest()] == vectors["tile"]


def test_a_hash_that_is_gone_is_an_error_and_never_a_wrong_proof(open_log):
    store = open_log()
    store.append(*entries(300))
    store.driver.execute("DELETE FROM audit_entries WHERE position = 270")
    store.driver.execute("DELETE FROM audit_tiles")
    with pytest.raises(log.LogBroken):
        log.inclusion(store.connection, 280, 300)
    with pytest.raises(log.LogBroken):
        store.append(*entries(300))


@pytest.mark.parametrize("position, size", [(5, 5), (-1, 5), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(open_log, position, size):
    store = open_log()
    store.append(*entries(5))
    with pytest.raises(ValueError):
        log.inclusion(store.connection, position, size)


def test_a_proof_waits_for_a_checkpoint_that_covers_its_entry(open_log, signer):
    store = open_log()
    store.append(*entries(5))
    assert log.proof(store.connection, 2) is None
    note = store.checkpoint(signer)
    store.append(*entries(1))
    assert log.proof(store.connection, 5) is None
    assert log.proof(store.connection, 99) is None
    proof = read_proof(log.proof(store.connection, 2))
    assert (proof.position, proof.note, proof.entry) == (2, note, store.bodies()[2])


def test_a_key_that_the_old_one_has_not_signed_signs_nothing(open_log, signer, tmp_path):
    """How a key is changed: tests/witness/test_keys.py."""
    store = open_log()
    store.append(*entries(1))
    assert read_checkpoint(store.checkpoint(signer), [signer.key]).origin == signer.name
    store.append(*entries(1))
    with pytest.raises(LogBroken):
        store.checkpoint(Signer.create(tmp_path / "next.key", signer.name))
