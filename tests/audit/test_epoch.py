"""After a backup that lost signed entries a log goes on under a new origin, and says what it lost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import epoch, log, tree
from audit.checkpoints import Checkpoint, parse_checkpoint, read_checkpoint
from audit.entries import Entry, encode
from audit.notes import KeyRejected, Signer, read_note
from audit.origins import origin, split_origin
from audit.records import read_record
from audit.succession import KIND, Epoch, EpochUnreadable, read_epoch
from tests.audit.conftest import START_MS
from tests.audit.test_notes import GO_SKEY

NAME, SECOND, THIRD = (f"gateway.example/log{end}" for end in ("", "/epoch-2", "/epoch-3"))


def entries(count, start=0):
    return [
        Entry("release.activated", number, {"release": str(number)}) for number in range(start, start + count)
    ]


@pytest.fixture
def store(open_log, database):
    return open_log("log", database)


@pytest.fixture
def published(store, signer):
    """What was signed last: ten entries, signed at 4 and 10; the backup has six of them, signed at 4."""
    store.append(*entries(4))
    store.checkpoint(signer)
    store.append(*entries(2, 4))
    store.append(*entries(4, 6))
    published = parse_checkpoint(store.checkpoint(signer))
    store.lose(6, signed=4)
    return published


@given(st.text(min_size=1).filter(lambda name: split_origin(name)[1] == 1), st.integers(1, 999_999_999))
def test_an_origin_tells_the_name_and_the_epoch(name, number):
    assert split_origin(origin(name, number)) == (name, number)


@pytest.mark.parametrize(
    "name", ["a/epoch-1", "a/epoch-0", "a/epoch-02", "a/epoch-", "/epoch-2", "a/epoch-２", "a/Epoch-2"]
)
def test_what_only_looks_like_a_later_origin_is_a_name(name):
    assert split_origin(name) == (name, 1)


def test_a_key_under_another_name_is_another_key_with_the_same_secret(signer):
    later = signer.under(SECOND)
    assert (later.name, later.key.public) == (SECOND, signer.key.public)
    assert later.key.id != signer.key.id
    assert read_note(later.sign(f"{SECOND}\n"), [later.key])
    with pytest.raises(KeyRejected):
        signer.under("two words")


def test_the_entry_and_the_notes_are_those_of_the_golden_vectors(golden, store, tmp_path):
    vectors = golden("epoch.json")
    (tmp_path / "go.key").write_text(GO_SKEY)
    signer = Signer.load(tmp_path / "go.key")
    assert [signer.vkey, signer.under("PeterNeumann/epoch-2").vkey] == vectors["keys"]
    for number, body in enumerate(vectors["before"]):
        store.append(Entry("release.activated", START_MS + number, {"release": str(number)}))
        assert store.bodies()[number] == body.encode()
    lost, went_on = vectors["notes"]
    assert store.checkpoint(signer) == lost
    store.lose(vectors["left"], signed=0)
    store.open_epoch(parse_checkpoint(lost), vectors["at_ms"])
    assert store.bodies()[-1] == vectors["epoch"].encode()
    assert tree.leaf_hash(store.bodies()[-1]).hex() == vectors["leaf"]
    assert store.checkpoint(signer.under("PeterNeumann/epoch-2")) == went_on


def test_no_log_is_named_like_an_epoch(tmp_path):
    with pytest.raises(KeyRejected, match="epoch"):
        Signer.create(tmp_path / "odd.key", SECOND)
    assert not (tmp_path / "odd.key").exists()


def test_an_epoch_begins_with_an_entry_that_says_what_was_lost(store, published):
    assert epoch.current_epoch(store.connection) == 1
    assert store.open_epoch(published) == Epoch(2, NAME, 6, 6, 10, published.root)
    record = read_record(store.bodies()[6])
    assert (record.kind, record.at_ms) == (KIND, START_MS)
    assert record.facts == {
        "epoch": 2, "before": NAME, "size": 6, "lost_from": 6, "lost_to": 10, "lost_root": published.root.hex(),
    }  # fmt: skip
    assert epoch.current_epoch(store.connection) == 2


def test_what_is_signed_after_it_bears_the_new_origin_and_no_other(store, published, signer):
    store.open_epoch(published)
    for name in (NAME, THIRD, "other.example/log/epoch-2"):
        with pytest.raises(log.LogBroken, match=f"is named {SECOND}"):
            store.checkpoint(signer.under(name))
        store.connection.rollback()
    note = store.checkpoint(signer.under(SECOND))
    assert read_checkpoint(note, [signer.under(SECOND).key]).size == 7
    store.append(*entries(300))
    assert parse_checkpoint(store.checkpoint(signer.under(SECOND))).size == 307
    assert epoch.current_epoch(store.connection) == 2
    with pytest.raises(log.LogBroken, match=f"is named {SECOND}"):
        store.checkpoint(signer)


def test_no_origin_changes_without_an_epoch(store, signer):
    store.append(*entries(1))
    for _ in range(2):
        with pytest.raises(log.LogBroken, match=f"is named {NAME}, its signer {SECOND}"):
            store.checkpoint(signer.under(SECOND))
        store.connection.rollback()
        store.checkpoint(signer)


def test_an_epoch_opens_also_where_nothing_was_ever_signed_or_left(store, signer, published):
    store.lose(0, signed=0)
    assert store.open_epoch(published) == Epoch(2, NAME, 0, 0, 10, published.root)
    with pytest.raises(log.LogBroken):
        store.checkpoint(signer)
    store.connection.rollback()
    assert parse_checkpoint(store.checkpoint(signer.under(SECOND))).size == 1


def test_a_later_loss_opens_the_next_epoch(store, published, signer):
    store.open_epoch(published)
    store.checkpoint(signer.under(SECOND))
    store.append(*entries(5))
    again = parse_checkpoint(store.checkpoint(signer.under(SECOND)))
    store.lose(7, signed=7)
    assert store.open_epoch(again) == Epoch(3, SECOND, 7, 7, 12, again.root)
    assert parse_checkpoint(store.checkpoint(signer.under(THIRD))).size == 8


def test_a_backup_from_before_the_last_epoch_does_not_use_its_number_again(store, published, signer):
    store.open_epoch(published)
    again = parse_checkpoint(store.checkpoint(signer.under(SECOND)))
    store.lose(4, signed=4)
    assert store.open_epoch(again) == Epoch(3, SECOND, 4, 4, 7, again.root)
    assert parse_checkpoint(store.checkpoint(signer.under(THIRD))).size == 5
    assert epoch.current_epoch(store.connection) == 3


def test_where_nothing_was_lost_no_epoch_opens(store, signer):
    store.append(*entries(5))
    signed = parse_checkpoint(store.checkpoint(signer))
    store.append(*entries(2))
    with pytest.raises(epoch.NothingLost):
        store.open_epoch(signed)
    assert len(store.bodies()) == 7


def test_a_log_that_went_on_with_other_entries_opens_no_epoch(store, published):
    store.append(*entries(8))
    with pytest.raises(log.LogBroken, match="signed at 10"):
        store.open_epoch(published)


def test_a_log_that_contradicts_its_own_checkpoint_opens_no_epoch(store, published):
    store.run("UPDATE audit_entries SET leaf = zeroblob(32) WHERE position = 5")
    with pytest.raises(log.LogBroken, match="signed at 4"):
        store.open_epoch(published)


@pytest.mark.parametrize("name", ["other.example/log", NAME])
def test_what_was_not_the_last_origin_of_this_log_opens_no_epoch(store, published, name):
    store.open_epoch(published)
    with pytest.raises(log.LogBroken, match="not the last origin"):
        store.open_epoch(replace(published, origin=name))


@pytest.mark.parametrize("signed_since", [False, True])
def test_at_boot_what_was_published_is_there_or_declared_lost(store, published, signer, signed_since):
    before = Checkpoint(NAME, 4, log.head(store.connection).root)
    with pytest.raises(log.LogBroken, match="6 entries"):
        epoch.check_accounted(store.connection, published)
    store.open_epoch(published)
    if signed_since:
        store.checkpoint(signer.under(SECOND))
        store.append(*entries(20))
        store.checkpoint(signer.under(SECOND))
    kept = parse_checkpoint(store.run("SELECT note FROM audit_checkpoints WHERE size = 4").fetchone()[0])
    for accounted in (published, replace(published, size=8, root=bytes(32)), kept):
        epoch.check_accounted(store.connection, accounted)
    for unaccounted in (
        replace(published, root=bytes(32)),  # another root than the epoch names
        replace(published, size=11),  # more than it declares
        replace(before, root=bytes(32)),
        replace(published, origin=SECOND, size=99),
    ):
        with pytest.raises(log.LogBroken):
            epoch.check_accounted(store.connection, unaccounted)


def test_at_boot_a_checkpoint_of_an_epoch_is_known_though_the_backup_holds_none_of_it(
    store, published, signer
):
    store.open_epoch(published)
    signed = parse_checkpoint(store.checkpoint(signer.under(SECOND)))
    store.lose(7, signed=4)
    epoch.check_accounted(store.connection, signed)
    assert epoch.current_epoch(store.connection) == 2


WRONG = [  # what the entry at position 6 claims, where ten entries had been signed under NAME
    ({"size": 5}, "epoch.range"),
    ({"lost_from": 5}, "epoch.range"),
    ({"lost_from": 7}, "epoch.range"),
    ({"size": 5, "lost_from": 5}, "epoch.range"),
    ({"lost_to": 6}, "epoch.range"),
    ({"lost_to": -1}, "epoch.range"),
    ({"before": "other.example/log"}, "epoch.origin"),
    ({"before": SECOND}, "epoch.origin"),
    ({"epoch": 3}, "epoch.origin"),
    ({"epoch": 3, "before": THIRD}, "epoch.origin"),
    ({"epoch": 1}, "epoch.unreadable"),
    ({"epoch": "2"}, "epoch.unreadable"),
    ({"before": None}, "epoch.unreadable"),
    ({"lost_to": None}, "epoch.unreadable"),
    ({"lost_root": "00"}, "epoch.unreadable"),
    ({"lost_root": "x" * 64}, "epoch.unreadable"),
]


@pytest.mark.parametrize("claim, code", WRONG)
def test_an_epoch_that_claims_what_is_wrong_is_not_signed_and_is_found(
    store, published, signer, check, claim, code
):
    facts = Epoch(2, NAME, 6, 6, 10, published.root).facts | claim
    store.append(Entry(KIND, START_MS, facts))
    for name in (NAME, SECOND, THIRD):
        with pytest.raises(log.LogBroken):
            store.checkpoint(signer.under(name))
        store.connection.rollback()
    keys = [signer.under(name).key for name in (NAME, SECOND, THIRD)]
    assert check(store.address, keys=keys).found == [("entry 6", code)]


@given(st.sampled_from(sorted(Epoch(2, NAME, 6, 6, 10, bytes(32)).facts)))
def test_an_epoch_is_read_back_as_it_was_written_or_not_at_all(missing):
    written = Epoch(2, NAME, 6, 6, 10, bytes(range(32)))
    entry = Entry(KIND, 0, written.facts)
    assert read_epoch(read_record(encode(entry))) == written
    with pytest.raises(EpochUnreadable):
        read_epoch(read_record(encode(replace(entry, facts=written.facts | {missing: None}))))
