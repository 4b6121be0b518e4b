"""An auditor with a key of its own pulls the log over HTTP, goes on, verifies it offline; nobody else gets any."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from audit.cli import CANNOT_RUN, FINDINGS, SOUND, main
from audit.notes import COSIGNATURE, Signer
from tests.audit.test_foreign_signatures import holds
from tests.witness.stage import KEY_OF_AUDITOR, Peer, two

AUDITOR = {"Authorization": f"Bearer {KEY_OF_AUDITOR}"}
TILES = ("/log/tile/entries/000.p/3", "/log/tile/0/000.p/3")


@pytest_asyncio.fixture
async def one(tmp_path) -> AsyncIterator[Peer]:
    async with two(tmp_path) as (peer, other):
        await peer.grow(3)
        await peer.ask(other.name)
        await peer.running.sign(now=True)
        yield peer


@pytest.fixture
def token(tmp_path) -> Path:
    file = tmp_path / "auditor.token"
    file.write_text(f"{KEY_OF_AUDITOR}\n")
    return file


@pytest.mark.parametrize("path", TILES)
async def test_entries_and_tiles_are_for_auditors_only(one: Peer, path: str) -> None:
    assert (await one.get(path, **AUDITOR))[0] == 200
    for headers in ({}, {"Authorization": "Bearer test-key-of-guichi"}, {"Authorization": "Bearer x"}):
        status, text = await one.get(path, **headers)
        assert (status, json.loads(text)["code"]) == (401, "unauthenticated")


async def test_an_auditors_key_opens_nothing_else(one: Peer) -> None:
    for path in ("/v1/platforms", "/v1/events", "/metrics"):
        assert (await one.get(path, **AUDITOR))[0] == 401


async def test_an_auditor_is_gone_the_day_after_its_last_one(one: Peer) -> None:
    file = one.folder / "conf/auditors/office.yaml"
    text = file.read_text()
    for until, status in ((date.max, 200), (date(2020, 1, 1), 401)):
        await one.stop()
        file.write_text(f"{text}until: {until}\n")
        await one.start()
        assert (await one.get(TILES[0], **AUDITOR))[0] == status


@pytest.mark.parametrize(
    "path",
    ["entries/000", "entries/000.p/4", "entries/000.p/0", "entries/000.p/256", "entries/001.p/1", "0/000",
     "1/000.p/1", "0/x000/000.p/1", "entries/0.p/1", "2/000", "9/000.p/1", "entries/000.p/03", "..%2Fcheckpoint"],
)  # fmt: skip
async def test_there_is_nothing_beyond_the_checkpoint_nor_beside_it(one: Peer, path: str) -> None:
    assert (await one.get(f"/log/tile/{path}", **AUDITOR))[0] == 404


async def test_that_the_log_is_pulled_is_an_entry_once_an_hour(one: Peer) -> None:
    for path in TILES * 3:
        await one.get(path, **AUDITOR)
    [entry] = await one.kinds("log.pulled")
    assert (entry["auditor"], entry["key"]) == ("office", "k1")


async def run(*words: str | Path) -> int:
    return await asyncio.to_thread(main, [*map(str, words)])


async def test_a_copy_is_pulled_resumed_and_verified_offline(one: Peer, token: Path, tmp_path: Path) -> None:
    copy, address, key = tmp_path / "copy", f"{one.address}/log", one.signer.vkey
    pull = ("pull", address, "--into", copy, "--key", key)
    assert await run(*pull) == CANNOT_RUN  # without its key
    await one.grow(600)
    assert await run(*pull, "--token", token) == SOUND
    (copy / "checkpoint").unlink()
    (copy / "tile/entries/001").write_bytes(b"")  # as a run leaves it that broke off
    await one.grow(5)
    assert await run(*pull, "--token", token) == SOUND
    assert await run("fsck", "--tiles", copy, "--key", key) == SOUND
    assert await run("compare", one.database, copy, "--key", key) == SOUND


async def test_what_was_pulled_is_held_against_the_witness(one: Peer, token: Path, tmp_path: Path) -> None:
    copy, key = tmp_path / "copy", one.signer.vkey
    assert await run("pull", f"{one.address}/log", "--into", copy, "--key", key, "--token", token) == SOUND
    other = Signer.load(tmp_path / "guishan/state/keys/witness.key", kind=COSIGNATURE).vkey
    assert await run("fsck", "--tiles", copy, "--key", key, "--witness", other) == SOUND
    stranger = Signer.create(tmp_path / "s.key", "s.example/witness", COSIGNATURE).vkey
    asked = ("fsck", "--tiles", copy, "--key", key, "--witness", other, "--witness", stranger)
    assert await run(*asked) == FINDINGS
    assert await run(*asked, "--least", "1") == SOUND
    assert await run(*asked, "--least", "3") == CANNOT_RUN


async def test_a_pull_waits_for_the_witness_and_says_aloud_where_it_does_not_come(
    one: Peer, token: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, key = tmp_path / "copy", one.signer.vkey
    other = Signer.load(tmp_path / "guishan/state/keys/witness.key", kind=COSIGNATURE).vkey
    pull = ("pull", f"{one.address}/log", "--into", copy, "--key", key, "--token", token, "--witness", other)
    await one.grow(2)
    assert await run(*pull, "--wait", "0") == SOUND
    assert "not cosigned by the witnesses" in capsys.readouterr().err
    assert await run("fsck", "--tiles", copy, "--key", key, "--witness", other) == FINDINGS
    await one.running.sign(now=True)  # that it was pulled is an entry, too
    pulling = asyncio.create_task(run(*pull, "--wait", "30"))
    await asyncio.sleep(0.2)
    await one.ask("guishan")
    assert await pulling == SOUND
    assert "not cosigned" not in capsys.readouterr().err
    assert await run("fsck", "--tiles", copy, "--key", key, "--witness", other) == SOUND


async def test_the_line_of_a_gateway_that_witnesses_holds_for_openssl(one: Peer, tmp_path: Path) -> None:
    other = Signer.load(tmp_path / "guishan/state/keys/witness.key", kind=COSIGNATURE).vkey
    note = (await one.get("/log/checkpoint"))[1].decode()
    assert holds(tmp_path, note, one.signer.vkey) == (True, "")
    sound, at_s = holds(tmp_path, note, other)
    assert sound and int(at_s) > 1_700_000_000


async def test_the_key_is_shown_to_nobody_to_whom_the_server_sends_us(token: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        port = server.sockets[0].getsockname()[1]
        place = f"http://localhost:{port}/elsewhere"
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        key = Signer.create(tmp_path / "log.key", "gateway.example/log").vkey
        assert (
            await run("pull", address, "--into", tmp_path / "c", "--key", key, "--token", token) == CANNOT_RUN
        )
    [asked] = seen
    assert KEY_OF_AUDITOR in asked
