"""The commands, run as an auditor runs them."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from audit import log
from audit.entries import Entry
from audit.notes import Key
from audit.report import bar
from tests.forked import python

ROOT = Path(__file__).parents[2]


def audit(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "audit", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def database():
    """Of the tests that do not say that they are for both."""
    return "sqlite"


both = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


@pytest.fixture
def evidence(open_log, exchange, signer, tmp_path, database):
    """A log, and a folder with a proof of it, two notes and the public key."""
    store = open_log("log.db", database)
    for number in range(50):
        store.append(*exchange(f"E{number}", at_ms=number))
        if number in (20, 49):
            (tmp_path / f"{number}.note").write_text(store.checkpoint(signer), "utf-8")
    (tmp_path / "17.tlog-proof").write_text(log.proof(store.connection, 17), "utf-8")
    (tmp_path / "log.vkey").write_text(f"{signer.vkey}\n", "utf-8")
    return store


def test_a_sound_proof_is_told_in_two_languages(evidence, tmp_path, signer):
    ran = audit(
        "verify", tmp_path / "17.tlog-proof", "--key", signer.vkey, "--checkpoint", tmp_path / "49.note"
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    verdict, content = ran.stdout.splitlines()
    assert "成立 / sound: exchange.delivered 1970-01-01T08:00:00.007+08:00" in verdict
    assert "entry 17 of gateway.example/log" in verdict
    assert '"exchange": "E5"' in content


def test_a_sound_proof_in_json(evidence, tmp_path):
    ran = audit("verify", tmp_path / "17.tlog-proof", "--key", tmp_path / "log.vkey", "--json")
    shown = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert (shown["sound"], shown["position"], shown["entry"]["exchange"]) == (True, 17, "E5")
    assert shown["checkpoint"]["size"] == 150


def test_a_forged_proof_is_a_finding(evidence, tmp_path):
    forged = tmp_path / "forged"
    forged.write_text(
        (tmp_path / "17.tlog-proof").read_text("utf-8").replace("index 17", "index 18"), "utf-8"
    )
    ran = audit("verify", forged, "--key", tmp_path / "log.vkey")
    assert ran.returncode == 1
    assert (
        ran.stdout
        == f"{forged}: 证明不成立：条目不在所签日志之中 / the entry is not in the log that was signed\n"
    )
    ran = audit("verify", tmp_path / "17.tlog-proof", forged, "--key", tmp_path / "log.vkey", "--json")
    sound, finding = map(json.loads, ran.stdout.splitlines())
    assert (ran.returncode, sound["sound"], finding["findings"][0]["code"]) == (1, True, "proof.rejected")


def test_a_checkpoint_that_one_proof_cannot_be_held_against_is_no_success(evidence, tmp_path):
    ran = audit(
        *(
            "verify",
            tmp_path / "17.tlog-proof",
            "--key",
            tmp_path / "log.vkey",
            "--checkpoint",
            tmp_path / "20.note",
        )
    )
    assert ran.returncode == 2
    assert "use fsck" in ran.stderr


@both
def test_a_sound_log_is_told_with_its_counts(evidence, tmp_path):
    notes = ["--checkpoint", tmp_path / "20.note", "--checkpoint", tmp_path / "49.note"]
    ran = audit("fsck", "--database", evidence.address, "--key", tmp_path / "log.vkey", *notes)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "成立 / sound: 150 条 / entries, 50 批 / batches" in ran.stdout
    assert "纪元" not in ran.stdout


def test_a_log_without_an_earlier_checkpoint_is_said_to_show_less(evidence, tmp_path):
    ran = audit("fsck", "--database", evidence.address, "--key", tmp_path / "log.vkey")
    assert ran.returncode == 0
    assert "no earlier checkpoint" in ran.stderr


@both
def test_findings_of_a_log_come_one_per_line_and_as_json(evidence, tmp_path):
    evidence.run("UPDATE audit_entries SET body = zeroblob(1) WHERE position = 7")
    arguments = ["fsck", "--database", evidence.address, "--key", tmp_path / "log.vkey"]
    ran = audit(*arguments)
    assert ran.returncode == 1
    first, last = ran.stdout.splitlines()
    assert first == "entry 7: 内容已被改动 / the content was altered"
    assert "1 处问题 / 1 findings" in last
    ran = audit(*arguments, "--json")
    shown = json.loads(ran.stdout)
    assert (ran.returncode, shown["sound"], shown["entries"]) == (1, False, 150)
    assert [(each["path"], each["code"]) for each in shown["findings"]] == [("entry 7", "entry.altered")]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify", "missing"],  # no key
        ["verify", "missing", "--key", "{vkey}"],
        ["verify", "17.tlog-proof", "--key", "nonsense"],
        ["verify", "17.tlog-proof", "--key", "empty"],
        ["verify", "17.tlog-proof", "--key", "{vkey}", "--checkpoint", "missing"],
        ["verify", "binary", "--key", "{vkey}"],
        ["verify", "huge", "--key", "{vkey}"],
        ["fsck", "--database", "missing", "--key", "{vkey}"],
        ["fsck", "--database", "49.note", "--key", "{vkey}"],
        ["fsck", "--database", "postgresql://ann:secret@127.0.0.1:1/log", "--key", "{vkey}"],
        ["fsck", "--database", "oracle://ann:secret@127.0.0.1:1/log", "--key", "{vkey}"],
        ["show-key", "missing"],
        ["show-key", "49.note"],
        ["show-key", "log.key", "--epoch", "0"],
        ["show-key", "log.key", "--epoch", "two"],
        ["show-key", "binary"],
        ["create-key", "log.key", "--name", "gateway.example/log"],  # exists
        ["create-key", "new.key", "--name", "two words"],
    ],
)
def test_what_cannot_run_says_so_and_exits_with_2(evidence, tmp_path, signer, arguments):
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "empty").touch()
    (tmp_path / "huge").write_bytes(b" " * 4_000_001)
    ran = audit(*(each.format(vkey=signer.vkey) for each in arguments), cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr
    assert "Traceback" not in ran.stderr
    assert "secret" not in ran.stderr


def test_keys_are_made_and_shown(tmp_path):
    made = audit("create-key", tmp_path / "new.key", "--name", "gateway.example/log")
    shown = audit("show-key", tmp_path / "new.key")
    assert made.returncode == shown.returncode == 0
    assert made.stdout == shown.stdout
    assert made.stdout.startswith("gateway.example/log+")


def test_the_key_of_a_later_epoch_is_shown_from_the_same_file(tmp_path):
    made = audit("create-key", tmp_path / "new.key", "--name", "gateway.example/log")
    shown = audit("show-key", tmp_path / "new.key", "--epoch", "3")
    own, later = Key.parse(made.stdout), Key.parse(shown.stdout)
    assert (later.name, later.public) == ("gateway.example/log/epoch-3", own.public)
    assert audit("show-key", tmp_path / "new.key", "--epoch", "1").stdout == made.stdout


def test_a_copy_of_a_log_is_verified_without_a_trace(evidence, tmp_path):
    evidence.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = tmp_path / "medium"
    folder.mkdir()
    (folder / "log.db").write_bytes(evidence.path.read_bytes())
    folder.chmod(0o555)
    arguments = ["fsck", "--database", folder / "log.db", "--key", tmp_path / "log.vkey"]
    ran = audit(*arguments)
    folder.chmod(0o755)
    assert ran.returncode == 0
    assert [file.name for file in folder.iterdir()] == ["log.db"]


def test_a_database_that_breaks_off_is_no_finding_but_cannot_be_read(evidence, tmp_path):
    evidence.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    torn = tmp_path / "torn.db"
    torn.write_bytes(evidence.path.read_bytes()[:-20_000])
    ran = audit("fsck", "--database", torn, "--key", tmp_path / "log.vkey")
    assert ran.returncode == 2
    assert "cannot run" in ran.stderr


@both
def test_a_terminal_sees_a_progress_bar_and_a_pipe_does_not(evidence, tmp_path):
    arguments = ["fsck", "--database", evidence.address, "--key", str(tmp_path / "log.vkey")]
    master, terminal = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as screen:
        command = [*python(), "-m", "audit", *arguments]
        ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal)
        os.close(terminal)
        seen = screen.read(100_000).decode()
    assert ran.returncode == 0
    assert "100% 150/150" in seen
    assert "%" not in audit(*arguments).stderr


def test_what_stands_in_an_entry_cannot_move_the_terminal(open_log, signer, tmp_path):
    store = open_log()
    store.append(Entry("exchange.admitted", 0, {"exchange": "E1"}))
    store.append(Entry("exchange.\x1b[2J\u202e", 0, {"exchange": "E1"}))
    ran = audit("fsck", "--database", store.address, "--key", signer.vkey)
    assert ran.returncode == 1
    assert "there is no entry of the kind exchange.\\u001b[2J\\u202e" in ran.stdout


@pytest.mark.parametrize(
    "done, total, drawn",
    [
        (0, 10, "[------------------------------]   0% 0/10"),
        (5, 10, "[###############---------------]  50% 5/10"),
        (10, 10, "[##############################] 100% 10/10"),
        (11, 10, "[##############################] 100% 11/10"),
        (0, 0, "[##############################] 100% 0/0"),
    ],
)
def test_the_bar_is_drawn(done, total, drawn):
    assert bar(done, total) == drawn
