"""What the log and its witnesses sign holds for openssl and a shell, which know docs/evidence.md alone."""

import json
import subprocess
from pathlib import Path

import pytest

from audit.cosignatures import cosign
from audit.notes import COSIGNATURE, Signer
from tests.audit.conftest import GOLDEN, START_MS
from tests.waiting import LONGEST_S

SCRIPT = Path(__file__).parent / "foreign" / "signed.sh"


def holds(place: Path, note: str, vkey: str) -> tuple[bool, str]:
    """Whether the line of that key holds, and its time; without openssl 3 this fails, and nothing is skipped."""
    file = place / "note"
    file.write_text(note, encoding="utf-8")
    ran = subprocess.run(
        ["sh", str(SCRIPT), str(file), vkey], capture_output=True, text=True, timeout=LONGEST_S
    )
    assert (ran.returncode in (0, 1), ran.stderr) == (True, "")
    return ran.returncode == 0, ran.stdout.strip()


def test_there_is_an_openssl_that_knows_ed25519():
    version = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout
    assert int(version.split()[1].split(".")[0]) >= 3


def test_the_vector_of_a_cosignature_holds(tmp_path):
    given = json.loads((GOLDEN / "cosignature.json").read_text("utf-8"))
    whole = given["note"] + given["line"]
    assert holds(tmp_path, whole, given["witness"]) == (True, str(given["at_s"]))
    assert holds(tmp_path, given["note"], given["witness"]) == (False, "")


@pytest.fixture
def cosigned(open_log, signer, exchange, tmp_path) -> tuple[str, Signer, Signer]:
    """A checkpoint with the lines of two witnesses, the second of them, and one that says nothing of it."""
    store = open_log()
    store.append(*exchange("E1"))
    note = store.checkpoint(signer)
    text = note.partition("\n\n")[0] + "\n"
    first, second, other = (
        Signer.create(tmp_path / f"{name}.key", f"{name}.example/witness", COSIGNATURE) for name in "abc"
    )
    lines = [cosign(each, text, START_MS // 1000 + after) for after, each in enumerate((first, second))]
    return note + "".join(lines), second, other


def test_the_log_and_its_witness_are_told_apart_and_both_hold(cosigned, signer, tmp_path):
    note, witness, other = cosigned
    assert holds(tmp_path, note, signer.vkey) == (True, "")
    assert holds(tmp_path, note, witness.vkey) == (True, str(START_MS // 1000 + 1))
    assert holds(tmp_path, note, other.vkey) == (False, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n3\n", "\n4\n", 1),
        lambda note: note.replace("/log\n", "/log2\n", 1),
        lambda note: note.replace("\n\n", "\nmore\n\n", 1),
        lambda note: note[:-8] + ("A" if note[-8] != "A" else "B") + note[-7:],
    ],
    ids=["size", "origin", "another_line", "signature"],
)
def test_nothing_of_a_cosigned_checkpoint_can_be_changed(cosigned, tmp_path, change):
    note, witness, _ = cosigned
    changed = change(note)
    assert changed != note
    assert holds(tmp_path, changed, witness.vkey) == (False, "")
