"""The evidence of a case to take away: anybody verifies it, and whatever is changed in it is found and named."""

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from audit.bundle import MANIFEST, manifest, pack, verify_bundle
from audit.notes import Key
from tests.console.conftest import Desk
from tests.console.test_console import personal
from tests.console.visitor import Visitor, visiting
from tests.shape.sources import CHECKOUT
from tests.waiting import LONGEST_S


async def taken(desk: Desk, visitor: Visitor) -> bytes:
    path = f"/console/cases/{desk.case['case']}/bundle"
    async with visitor.client.post(
        visitor.address + path,
        data={"seal": visitor.seal},
        headers={"Cookie": f"tongban-console={visitor.token}"},
    ) as response:
        raw = await response.read()
        assert response.status == 200, raw
        assert response.headers["Content-Type"] == "application/zip"
        assert f"{desk.case['case']}.zip" in response.headers["Content-Disposition"]
        return raw


@pytest.fixture
async def bundle(desk: Desk, tmp_path: Path) -> Path:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        file = tmp_path / "bundle.zip"
        file.write_bytes(await taken(desk, visitor))
        return file


def read(file: Path) -> bytes:
    return file.read_bytes()


def files_of(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle.read_bytes())) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def keys(desk: Desk) -> list[Key]:
    return [desk.service.gateway.signer.key]


async def test_it_verifies_with_the_auditors_program_alone(desk: Desk, bundle: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"  # audit/ and nothing else of ours can be imported
    alone.mkdir()
    (alone / "audit").symlink_to(CHECKOUT / "audit")
    key = keys(desk)[0].vkey
    for where in (bundle, _unpacked(bundle, tmp_path / "folder")):
        ran = await asyncio.to_thread(_verify, alone, key, str(where))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert desk.case["case"] in ran.stdout and "成立 / sound" in ran.stdout
        assert "披露 / disclosed" in ran.stdout
    said = await asyncio.to_thread(_verify, alone, key, "--json", str(bundle))
    told = json.loads(said.stdout)
    assert told["sound"] and told["case"] == desk.case["case"] and len(told["proofs"]) >= 2


def _verify(alone: Path, key: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "audit", "verify", "--key", key, *words], cwd=alone, capture_output=True,
        env={"PYTHONPATH": str(alone)}, text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip


def _unpacked(bundle: Path, folder: Path) -> Path:
    for name, content in files_of(bundle).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


async def test_it_says_nothing_personal_and_who_took_it_is_on_record(desk: Desk, bundle: Path) -> None:
    whole = b"".join(files_of(bundle).values()).decode()
    assert [each for each in personal(desk) if each in whole] == []
    made = (await desk.entries("bundle.made"))[-1]
    assert (made["case"], made["account"]) == (desk.case["case"], "audit-01")
    assert made["disclosed"] > 10
    report = files_of(bundle)["report.html"].decode()
    assert "audit-01" in report and "Report of a case" in report and "办件证据报告" in report


async def test_any_file_that_is_changed_gone_or_added_is_named(
    desk: Desk, bundle: Path, tmp_path: Path
) -> None:
    files = files_of(bundle)
    other = tmp_path / "other.zip"
    for name, content in files.items():
        for place in {0, len(content) // 2, len(content) - 1} if content else ():
            flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            other.write_bytes(pack({**files, name: flipped}))
            found = verify_bundle(other, keys(desk), {}).findings
            assert name in {each.path for each in found}, (name, place)
        other.write_bytes(pack({each: raw for each, raw in files.items() if each != name}))
        assert name in {each.path for each in verify_bundle(other, keys(desk), {}).findings}, name
    other.write_bytes(pack({**files, "proofs/note.txt": b"believe me"}))
    found = verify_bundle(other, keys(desk), {}).findings
    assert [(each.path, each.code) for each in found] == [("proofs/note.txt", "evidence.extra")]


async def test_every_byte_of_the_zip_counts(desk: Desk, bundle: Path, tmp_path: Path) -> None:
    raw, other = read(bundle), tmp_path / "other.zip"
    assert verify_bundle(bundle, keys(desk), {}).findings == []
    for place in range(0, len(raw), 211):
        other.write_bytes(raw[:place] + bytes([raw[place] ^ 0x20]) + raw[place + 1 :])
        assert verify_bundle(other, keys(desk), {}).findings, place
    other.write_bytes(raw + b" ")
    assert [each.code for each in verify_bundle(other, keys(desk), {}).findings] in (
        ["evidence.container"], ["evidence.unreadable"],
    )  # fmt: skip


async def test_a_forger_without_the_key_is_found(desk: Desk, bundle: Path, tmp_path: Path) -> None:
    """Whoever writes the manifest anew for what they changed lacks the entry of the log that holds its digest."""
    files = files_of(bundle)
    files["report.html"] = files["report.html"].replace("已移交".encode(), "已送达".encode())
    files[MANIFEST] = manifest(files)
    other = tmp_path / "other.zip"
    other.write_bytes(pack(files))
    found = verify_bundle(other, keys(desk), {}).findings
    assert [(each.path, each.code) for each in found] == [(MANIFEST, "evidence.unsealed")]


async def test_another_logs_key_verifies_nothing(desk: Desk, bundle: Path) -> None:
    other = Key(keys(desk)[0].name, bytes(32))
    assert {each.code for each in verify_bundle(bundle, [other], {}).findings} == {"checkpoint.rejected"}


@pytest.mark.parametrize("name", ["ops-01", "engineer-01", "window-01", "admin-01"])
async def test_only_auditors_take_it_away(desk: Desk, name: str) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter(name)
        said = await visitor.post(f"/cases/{desk.case['case']}/bundle")
        assert said.status == 404


async def test_of_another_scope_there_is_none(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        assert (await visitor.post(f"/cases/{desk.case['case']}/bundle")).status == 404
