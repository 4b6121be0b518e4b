"""Two evidences of one log, or of two provinces, are held against each other, and the first difference is named."""

import json

import pytest

from audit import log
from audit.cli import CANNOT_RUN, FINDINGS, SOUND, main
from audit.entries import Entry
from audit.notes import Signer
from tests.audit.conftest import START_MS


@pytest.fixture
def database():
    return "sqlite"


both = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


@pytest.fixture
def written(open_log, exchange, signer, database):
    """`written("name", {7: "E99"})`: a log of 20 exchanges, signed over 30 and 60, with other names at some."""

    def write(name, renamed=(), numbers=range(20)):
        store = open_log(name, database)
        for number in numbers:
            store.append(*exchange(dict(renamed).get(number, f"E{number}"), at_ms=START_MS + number))
            if number in (9, 19):
                store.checkpoint(signer)
        return store

    return write


@pytest.fixture
def compare(signer, capsys):
    def run(*words, keys=()):
        named = [word for key in (signer.vkey, *keys) for word in ("--key", key)]
        code = main(["compare", *map(str, words), *named, "--json"])
        out = capsys.readouterr().out
        return code, [(each["path"], each["code"]) for each in json.loads(out)["findings"]] if out else []

    return run


@both
def test_two_copies_of_a_log_do_not_differ_nor_does_one_that_has_grown(written, compare):
    one, other = written("one.db"), written("other.db", numbers=range(13))
    assert compare(one.address, other.address) == compare(other.address, one.address) == (SOUND, [])


@both
def test_the_first_entry_that_differs_is_named_and_the_fork_that_was_signed(written, compare):
    one, other = written("one.db"), written("other.db", {7: "E97", 11: "E98"})
    code, found = compare(one.address, other.address)
    assert (code, found) == (FINDINGS, [("entry 21", "compare.entry"), ("checkpoint 30", "compare.split")])


def test_what_differs_is_said_with_both_sides(written, signer, capsys):
    one, other = written("one.db"), written("other.db", {7: "E97"})
    assert main(["compare", one.address, other.address, "--key", signer.vkey]) == FINDINGS
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("entry 21: 首处不同：一方为 exchange.admitted E7 2026-11-21T10:00:00.007+08:00 (")
    assert "exchange.admitted E97" in first


def test_a_row_that_one_lacks_is_named(written, compare):
    one, other = written("one.db"), written("other.db")
    other.run("DELETE FROM audit_entries WHERE position IN (4, 5)")
    assert compare(one.address, other.address) == (FINDINGS, [("entry 4", "entries.missing")])


def test_a_copy_whose_end_is_gone_lacks_nothing_up_to_there(written, compare):
    one, other = written("one.db"), written("other.db")
    other.run("DELETE FROM audit_entries WHERE position > 40")
    assert compare(one.address, other.address) == (SOUND, [])


def test_an_altered_entry_differs_also_where_its_hash_was_mended(written, compare):
    one, other = written("one.db"), written("other.db")
    other.run("UPDATE audit_entries SET body = zeroblob(2), leaf = zeroblob(32) WHERE position = 4")
    assert compare(one.address, other.address) == (FINDINGS, [("entry 4", "compare.entry")])


def test_copies_that_were_altered_alike_do_not_fit_what_was_signed(written, compare):
    one, other = written("one.db"), written("other.db")
    for each in (one, other):
        each.run("UPDATE audit_entries SET body = CAST(replace(body, 'E1', 'E8') AS BLOB) WHERE position = 4")
    roots = [
        (f"{each.address}: checkpoint {size}", "checkpoint.root")
        for each in (one, other)
        for size in (30, 60)
    ]
    assert compare(one.address, other.address) == (FINDINGS, roots)


def test_a_log_of_another_key_is_told(written, compare, signer, tmp_path, capsys):
    one, other = written("one.db"), written("other.db")
    foreign = Signer.create(tmp_path / "foreign.key", "gateway.example/log")
    assert main(["compare", one.address, other.address, "--key", foreign.vkey, "--json"]) == FINDINGS
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {each["code"] for each in found} == {"checkpoint.rejected"}
    assert compare(one.address, tmp_path / "missing.db")[0] == CANNOT_RUN


@pytest.fixture
def kept(written, tmp_path):
    """A folder with what an auditor kept of a log: two checkpoints, proofs of three entries, and a letter."""
    store, folder = written("kept.db"), tmp_path / "kept"
    folder.mkdir()
    for size, note in store.run("SELECT size, note FROM audit_checkpoints").fetchall():
        (folder / f"{size}.note").write_text(note, "utf-8")
    for position in (3, 21, 50):
        (folder / f"{position}.tlog-proof").write_text(log.proof(store.connection, position), "utf-8")
    (folder / "letter.txt").write_text("dear auditor\n", "utf-8")
    return folder


@both
def test_what_was_kept_fits_the_log_that_it_is_of(written, compare, kept, capsys, signer):
    store = written("one.db")
    assert compare(store.address, kept) == (SOUND, [])
    assert main(["compare", store.address, str(kept), "--key", signer.vkey]) == SOUND
    said = capsys.readouterr()
    assert "5 检查点与证明 / checkpoints and proofs" in said.out
    assert "letter.txt: 既非检查点也非证明 / neither checkpoint nor proof" in said.err


def test_a_kept_proof_names_the_entry_and_kept_checkpoints_where_the_log_first_differs(
    written, compare, kept
):
    store = written("one.db", {15: "E95"})
    assert compare(store.address, kept) == (FINDINGS, [(f"{kept}/21.tlog-proof", "compare.between")])
    store = written("two.db", {7: "E97"})
    found = [("entry 21", "compare.entry"), (f"{kept}/30.note", "compare.between")]
    assert compare(store.address, kept) == (FINDINGS, found)


def test_more_was_kept_than_the_log_has(written, compare, kept):
    store = written("one.db", numbers=range(12))
    assert compare(store.address, kept)[1][0][1] == "checkpoint.beyond"


def test_what_was_kept_and_changed_since_is_told(written, compare, kept):
    for name in ("30.note", "3.tlog-proof"):
        file = kept / name
        file.write_text(
            file.read_text("utf-8").replace("log\n60\n", "log\n61\n").replace("log\n30\n", "log\n31\n")
        )
    found = compare(written("one.db").address, kept)[1]
    assert found == [
        (f"{kept}/3.tlog-proof", "checkpoint.rejected"),
        (f"{kept}/30.note", "checkpoint.rejected"),
    ]


FACTS = {"operation": "case.submit", "from": "341702", "to": "440232", "mode": "full_online", "materials": 3}


@pytest.fixture
def provinces(open_log, signer, tmp_path):
    """`provinces(end, **changed)`: a log that handed one case over, and that of the other side; its key."""

    def write(end="exchange.delivered", number="C-there", **changed):
        theirs = Signer.create(tmp_path / "there.key", "there.example/log")
        here, there = open_log("here.db"), open_log("there.db")
        for exchange, platform, theirs_number in (("H1", "there", "C-there"), ("H2", "elsewhere", "C-none")):
            facts = {"exchange": exchange, "platform": platform}
            here.append(
                Entry("exchange.admitted", START_MS, {**facts, **FACTS, "item_there": "T-1"}),
                Entry("exchange.delivered", START_MS, {**facts, "theirs": theirs_number}),
            )
        admitted = {"exchange": "T1", "case": number, **FACTS, "item_here": "T-1", **changed}
        there.append(Entry("exchange.admitted", START_MS, admitted))
        if end:
            there.append(Entry(end, START_MS, {"exchange": "T1", "case": number}))
        here.checkpoint(signer)
        there.checkpoint(theirs)
        return here, there, theirs.vkey

    return write


@pytest.mark.parametrize(
    "changed, found",
    [
        ({}, []),
        ({"end": "exchange.refused"}, [("entry 0", "compare.end")]),
        ({"end": None}, [("entry 0", "compare.end")]),
        ({"number": "C-other"}, [("entry 0", "compare.unknown")]),
        ({"operation": "case.withdraw"}, [("entry 0", "compare.unknown")]),
        ({"to": "440233", "materials": 2}, [("entry 0", "compare.fact"), ("entry 0", "compare.fact")]),
        ({"item_here": "T-2"}, [("entry 0", "compare.fact")]),
    ],
)
def test_what_two_provinces_say_of_one_exchange_must_be_the_same(provinces, compare, changed, found):
    here, there, key = provinces(**changed)
    code, differences = compare(here.address, there.address, "--platform", "there", keys=[key])
    assert (code, differences) == (FINDINGS if found else SOUND, found)


def test_provinces_are_compared_only_where_both_logs_are_what_was_signed(provinces, compare):
    here, there, key = provinces()
    there.run("UPDATE audit_entries SET body = CAST(replace(body, 'T1', 'T2') AS BLOB) WHERE position = 0")
    code, found = compare(here.address, there.address, "--platform", "there", keys=[key])
    assert (code, found) == (FINDINGS, [(f"{there.address}: checkpoint 2", "checkpoint.root")])
    assert compare(here.address, there.address, "--platform", "there")[0] == CANNOT_RUN  # no key of the other
