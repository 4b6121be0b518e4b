"""What an auditor is told of a log that lost entries: what it declares, and what became of what it had signed."""

import json

import pytest

from audit import tree
from audit.checkpoints import Checkpoint, parse_checkpoint
from audit.cli import main
from audit.entries import Entry
from audit.findings import NOTICES, TEXTS

NAME, SECOND, THIRD = (f"gateway.example/log{end}" for end in ("", "/epoch-2", "/epoch-3"))


def entries(count, start=0):
    return [
        Entry("release.activated", number, {"release": str(number)}) for number in range(start, start + count)
    ]


@pytest.fixture
def keys(signer):
    return [signer.under(name).key for name in (NAME, SECOND, THIRD)]


@pytest.fixture
def store(open_log, database, signer):
    """Signed at 4, 8 and 10; put back to six entries, signed at 4; epoch 2 there, signed at 7 and 20."""
    store = open_log("log", database)
    store.notes = {}
    for count in (4, 2, 2, 2):
        store.append(*entries(count, len(store.bodies())))
        if len(store.bodies()) != 6:
            store.notes[len(store.bodies())] = store.checkpoint(signer)
    store.lose(6, signed=4)
    store.open_epoch(parse_checkpoint(store.notes[10]))
    for count in (0, 13):
        if count:
            store.append(*entries(count, 100))
        store.notes[len(store.bodies())] = store.checkpoint(signer.under(SECOND))
    return store


@pytest.fixture
def sign(store, signer):
    """A note of any origin over the first `size` entries as they are now, or over another root."""

    def note(name, size, root=None):
        leaves = [tree.leaf_hash(body) for body in store.bodies()[:size]]
        return signer.under(name).sign(Checkpoint(name, size, root or tree.root_of(leaves)).text)

    return note


def test_a_declared_loss_is_to_be_looked_at_and_no_fault(store, check, keys):
    checked = check(store.address, keys=keys)
    assert (checked.found, checked.notices) == ([], [("entry 6", "epoch.opened")])
    assert (checked.summary.epoch, checked.summary.size, checked.summary.checkpoints) == (2, 20, 3)


def test_what_nobody_gave_a_key_for_is_not_taken_for_signed(store, check, keys):
    rejected = "checkpoint.rejected"
    assert check(store.address, keys=keys[:1]).found == [
        ("checkpoint 7", rejected),
        ("checkpoint 20", rejected),
    ]
    assert check(store.address, keys=keys[1:]).found == [("checkpoint 4", rejected)]


@pytest.mark.parametrize(
    "size, code",
    [(4, None), (8, "checkpoint.lost"), (10, "checkpoint.lost"), (7, None), (20, None)],
)
def test_a_checkpoint_from_before_the_loss_is_told_as_what_it_is(store, check, keys, size, code):
    found = check(store.address, {"mine": store.notes[size]}, keys).found
    assert found == ([("mine", code)] if code else [])


@pytest.mark.parametrize(
    "name, size, root, code",
    [
        (NAME, 6, None, None),
        (NAME, 6, bytes(32), "checkpoint.root"),
        (NAME, 10, bytes(32), "checkpoint.contradicted"),
        (NAME, 11, bytes(32), "checkpoint.undeclared"),  # as if the epoch claimed too little
        (NAME, 30, bytes(32), "checkpoint.undeclared"),
        (NAME, 8, None, "checkpoint.epoch"),  # the old name over new entries
        (NAME, 20, None, "checkpoint.epoch"),
        (SECOND, 7, None, None),
        (SECOND, 6, None, "checkpoint.epoch"),  # the new name over entries from before it
        (SECOND, 8, bytes(32), "checkpoint.root"),
        (SECOND, 21, bytes(32), "checkpoint.beyond"),
        (THIRD, 20, None, "checkpoint.epoch"),
        (THIRD, 20, bytes(32), "checkpoint.root"),
        (THIRD, 25, bytes(32), "checkpoint.beyond"),
    ],
)
def test_whatever_the_operator_signs_is_held_against_what_the_epoch_declares(
    store, check, keys, sign, name, size, root, code
):
    found = check(store.address, {"mine": sign(name, size, root)}, keys).found
    assert found == ([("mine", code)] if code else [])


def test_an_old_name_in_the_new_epoch_is_found(store, check, keys, sign):
    store.run("UPDATE audit_checkpoints SET note = ? WHERE size = 20", (sign(NAME, 20),))
    assert check(store.address, keys=keys).found == [("checkpoint 20", "checkpoint.epoch")]


def test_a_lost_checkpoint_that_was_put_back_is_found(store, check, keys):
    store.run("INSERT INTO audit_checkpoints VALUES (10, 7, ?, 2000000000000)", (store.notes[10],))
    store.run("UPDATE audit_checkpoints SET previous = 10, at_ms = 2000000000000 WHERE size = 20")
    assert check(store.address, keys=keys).found == [("checkpoint 10", "checkpoint.lost")]


def test_a_change_of_name_without_its_entry_is_found_once(store, check, keys, signer):
    store.append(*entries(1))
    store.checkpoint(signer.under(SECOND))
    store.run("UPDATE audit_entries SET body = zeroblob(1) WHERE position = 6")
    checked = check(store.address, keys=keys)
    assert checked.found == [("entry 6", "entry.altered"), ("checkpoint 7", "checkpoint.epoch")]
    assert checked.notices == []


def test_epochs_that_were_lost_themselves_are_told(store, check, keys, signer):
    published = parse_checkpoint(store.notes[20])
    store.lose(4, signed=4)
    store.open_epoch(published)
    store.checkpoint(signer.under(THIRD))
    checked = check(store.address, {"old": store.notes[10], "new": store.notes[20]}, keys)
    assert checked.found == [("old", "checkpoint.lost"), ("new", "checkpoint.lost")]
    assert checked.notices == [("entry 4", "epoch.opened"), ("entry 4", "epoch.skipped")]
    assert checked.summary.epoch == 3


def test_every_loss_is_told_by_the_epoch_that_declared_it(store, check, keys, signer):
    published = parse_checkpoint(store.notes[20])
    store.lose(7, signed=7)
    store.open_epoch(published)
    store.checkpoint(signer.under(THIRD))
    checked = check(store.address, {"old": store.notes[10], "new": store.notes[20]}, keys)
    assert checked.found == [("old", "checkpoint.lost"), ("new", "checkpoint.lost")]
    assert checked.notices == [("entry 6", "epoch.opened"), ("entry 7", "epoch.opened")]


@pytest.fixture
def fsck(store, keys, capsys, tmp_path):
    """Exit code and lines of the command."""

    def run(*arguments, held=()):
        trust = [each for key in keys for each in ("--key", key.vkey)]
        for size in held:
            (tmp_path / f"{size}.note").write_text(store.notes[size], "utf-8")
            trust += ["--checkpoint", str(tmp_path / f"{size}.note")]
        code = main(["fsck", "--database", store.address, *trust, *arguments])
        return code, capsys.readouterr().out.splitlines()

    return run


def test_the_command_tells_a_declared_loss_in_both_languages_and_calls_the_log_sound(fsck):
    code, (notice, summary) = fsck()
    assert code == 0
    assert notice == (
        "entry 6: 请查看：自此为纪元 2，原名 gateway.example/log；所存仅 6 条，第 6 至 9 条曾经签名而声明丢失 / "
        "look at this: epoch 2 begins, after gateway.example/log: 6 entries were left, "
        "entries 6 to 9 had been signed and are declared lost"
    )
    assert "成立 / sound" in summary
    assert summary.endswith("纪元 / epoch 2")


def test_a_key_that_is_missing_is_named_as_what_is_missing(store, signer, capsys):
    assert main(["fsck", "--database", store.address, "--key", signer.vkey]) == 1
    assert "an epoch of the log for which no key was given" in capsys.readouterr().out


def test_the_command_tells_what_was_lost_of_a_checkpoint_that_somebody_holds(fsck, tmp_path):
    code, (finding, notice, summary) = fsck(held=[8])
    assert code == 1
    assert finding == (
        f"{tmp_path / '8.note'}: 丢失：第 6 至 7 条曾经签名而已不在，纪元 2 已作声明 / "
        "lost: entries 6 to 7 were signed and are no longer there, declared by epoch 2"
    )
    assert notice.startswith("entry 6: 请查看")
    assert "1 处问题 / 1 findings" in summary


def test_a_machine_reads_epochs_apart_from_findings(fsck):
    code, [line] = fsck("--json", held=[4, 10])
    shown = json.loads(line)
    assert (code, shown["sound"], shown["epoch"]) == (1, False, 2)
    assert [each["code"] for each in shown["findings"]] == ["checkpoint.lost"]
    assert [(each["code"], each["facts"]) for each in shown["notices"]] == [
        ("epoch.opened", {"epoch": 2, "before": NAME, "size": 6, "first": 6, "last": 9})
    ]


def test_what_is_to_be_looked_at_is_said_so():
    for code in NOTICES:
        chinese, english = TEXTS[code]
        assert chinese.startswith("请查看")
        assert english.startswith("look at this")
