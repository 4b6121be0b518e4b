"""An evidence bundle: whatever is changed in it is found and named, also by somebody who holds the whole log."""

import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from audit import log
from audit.bundle import GROWTH, MADE, MANIFEST, SEAL, growth, manifest, pack, verify_bundle
from audit.checkpoints import parse_checkpoint
from audit.cli import CANNOT_RUN, FINDINGS, SOUND, main
from audit.entries import Entry
from audit.notes import Signer
from tests.audit.conftest import START_MS, OpenLog

CASE, OTHER = "01M7A000000000000000000001", "01M7A000000000000000000002"


@pytest.fixture
def opened(tmp_path: Path) -> OpenLog:
    return OpenLog(tmp_path / "log.db")


def bundled(opened: OpenLog, signer: Signer, *, case: str = CASE) -> dict[str, bytes]:
    """What a gateway puts into a bundle: the proofs, a report, and the seal over both."""
    for position in range(5):
        opened.append(Entry("case.event", START_MS + position, {"case": CASE if position < 4 else OTHER}))
    opened.checkpoint(signer)
    files = {f"proofs/{position}.tlog-proof": _proof(opened, position) for position in range(4)}
    files["report.html"] = "<p>办件</p>".encode()
    return sealed(opened, signer, files, case)


def sealed(opened: OpenLog, signer: Signer, files: Mapping[str, bytes], case: str = CASE) -> dict[str, bytes]:
    whole = {**files, MANIFEST: manifest(files)}
    size = parse_checkpoint(log.newest_checkpoint(opened.connection) or "").size
    digest = sha256(whole[MANIFEST]).hexdigest()
    [position] = opened.append(Entry(MADE, START_MS + 9, {"case": case, "manifest": digest}))
    opened.checkpoint(signer, START_MS + 9)
    hashes = log.consistency(opened.connection, size, position + 1)
    return {**whole, SEAL: _proof(opened, position), GROWTH: growth(hashes)}


def _proof(opened: OpenLog, position: int) -> bytes:
    found = log.proof(opened.connection, position)
    assert found
    return found.encode()


def codes(files: Mapping[str, bytes], signer: Signer, folder: Path) -> list[tuple[str, str]]:
    file = folder / "one.zip"
    file.write_bytes(pack(files))
    return sorted((each.code, each.path) for each in verify_bundle(file, [signer.key], {}).findings)


def test_a_sound_bundle_is_sound_and_packed_in_one_way(
    opened: OpenLog, signer: Signer, tmp_path: Path
) -> None:
    files = bundled(opened, signer)
    assert codes(files, signer, tmp_path) == []
    assert pack(files) == pack(dict(reversed(files.items())))


def test_each_way_to_change_it_has_its_name(opened: OpenLog, signer: Signer, tmp_path: Path) -> None:
    files = bundled(opened, signer)
    report = files["report.html"]
    without = {name: each for name, each in files.items() if name != "report.html"}
    first = "proofs/0.tlog-proof"
    assert codes({**files, "report.html": report + b" "}, signer, tmp_path) == [
        ("evidence.changed", "report.html")
    ]
    assert codes(without, signer, tmp_path) == [("evidence.missing", "report.html")]
    assert codes({**files, "more.txt": b""}, signer, tmp_path) == [("evidence.extra", "more.txt")]
    assert ("evidence.manifest", MANIFEST) in codes({**files, MANIFEST: b"x"}, signer, tmp_path)
    anew = {**files, "report.html": b"x"}
    anew[MANIFEST] = manifest(anew)
    assert codes(anew, signer, tmp_path) == [("evidence.unsealed", MANIFEST)]
    assert codes({**files, GROWTH: b""}, signer, tmp_path) == [("evidence.growth", GROWTH)]
    swapped = {**files, first: files["proofs/1.tlog-proof"]}
    assert ("evidence.position", first) in codes(swapped, signer, tmp_path)
    assert ("proof.unreadable", SEAL) in codes({**files, SEAL: b"x"}, signer, tmp_path)


def test_an_entry_of_another_case_does_not_belong_there(
    opened: OpenLog, signer: Signer, tmp_path: Path
) -> None:
    files = bundled(opened, signer)
    proofs = {name: each for name, each in files.items() if name.startswith("proofs/")}
    foreign = sealed(opened, signer, {**_fresh(opened, proofs), "proofs/4.tlog-proof": _proof(opened, 4)})
    assert codes(foreign, signer, tmp_path) == [("evidence.foreign", "proofs/4.tlog-proof")]


def _fresh(opened: OpenLog, proofs: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same proofs under the newest checkpoint."""
    return {name: _proof(opened, int(name[7:-11])) for name in proofs}


def test_proofs_under_two_checkpoints_are_told(opened: OpenLog, signer: Signer, tmp_path: Path) -> None:
    files = bundled(opened, signer)
    mixed = {"proofs/0.tlog-proof": files["proofs/0.tlog-proof"], "proofs/1.tlog-proof": _proof(opened, 1)}
    found = codes(sealed(opened, signer, mixed), signer, tmp_path)
    assert ("evidence.apart", "proofs/1.tlog-proof") in found


def test_what_is_no_bundle_is_told_and_nothing_of_it_is_believed(
    opened: OpenLog, signer: Signer, tmp_path: Path
) -> None:
    file = tmp_path / "odd.zip"
    raw = pack(bundled(opened, signer))
    for content in (b"", b"PK", raw[: len(raw) // 2]):
        file.write_bytes(content)
        assert [each.code for each in verify_bundle(file, [signer.key], {}).findings] == [
            "evidence.unreadable"
        ]
    for name in ("../escape", "/root", "A.txt", "a/b/c"):
        with zipfile.ZipFile(file, "w") as made:
            made.writestr(name, "x")
        assert [each.code for each in verify_bundle(file, [signer.key], {}).findings] == [
            "evidence.unreadable"
        ]
    file.write_bytes(raw + b"\0")
    assert {each.code for each in verify_bundle(file, [signer.key], {}).findings} <= {
        "evidence.container", "evidence.unreadable",
    }  # fmt: skip


def test_a_zip_that_was_packed_anew_is_told_as_such(opened: OpenLog, signer: Signer, tmp_path: Path) -> None:
    file, files = tmp_path / "anew.zip", bundled(opened, signer)
    with zipfile.ZipFile(file, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    assert [each.code for each in verify_bundle(file, [signer.key], {}).findings] == ["evidence.container"]


def test_the_command_verifies_a_bundle_or_its_folder(
    opened: OpenLog, signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder, files = tmp_path / "one.zip", tmp_path / "one", bundled(opened, signer)
    file.write_bytes(pack(files))
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for place in (file, folder):
        assert main(["verify", str(place), "--key", signer.vkey]) == SOUND
        assert CASE in capsys.readouterr().out
    (folder / "report.html").write_text("x")
    assert main(["verify", str(folder), "--key", signer.vkey]) == FINDINGS
    assert "report.html" in capsys.readouterr().out
    assert (
        main(["verify", str(file), str(folder / "proofs/0.tlog-proof"), "--key", signer.vkey]) == CANNOT_RUN
    )
