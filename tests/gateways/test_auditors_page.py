"""docs/auditors.md, in both languages: every command runs as it stands there, and says what stands below it."""

import asyncio
import json
import os
import re
import shlex
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest_asyncio
import sqlalchemy as sa

from audit import log
from audit.cli import SOUND, main
from audit.cosigned import cosigned_up_to
from audit.entries import CHINA, Entry
from audit.notes import Signer
from gateway.store.connection import Connection
from gateway.store.database import file_of
from gateway.store.followed import NEVER_MS, followed_cases
from gateway.store.migrate import upgrade
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from gateway.store.transaction import Transaction
from tests.fakes.fixtures import case
from tests.forked import python
from tests.gateways.stage import Province, key_of, keys_in, two_provinces
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S

PAGES = ("auditors.md", "auditors.zh-CN.md")
BLOCK = re.compile(r"```(sh|text)\n(.*?)```", re.DOTALL)


@pytest_asyncio.fixture(scope="module")
async def dispute(tmp_path_factory) -> AsyncIterator[dict[str, str]]:
    """What the page takes for granted: a delivered exchange, and a log that the other province has witnessed."""
    folder = tmp_path_factory.mktemp("dispute")
    async with two_provinces(folder) as (lingnan, guishan, _):
        _, exchange = await guishan.submit(case("gd-organization"), "key-dispute")
        for one in (guishan, lingnan):  # a question would be an entry that nobody has witnessed yet
            await one.gateway.store.write(_asked_about_no_more)
        for one, other in ((guishan, lingnan), (lingnan, guishan)):
            await _witnessed(one, other, folder)
        (folder / "token").write_text(key_of("auditors"))
        for name in ("guishan", "lingnan"):
            signer, witness = keys_in(folder / name)
            (folder / f"{name}.key").write_text(signer.vkey)
            (folder / f"{name}.witness").write_text(witness.vkey)
        yield {
            "FOLDER": str(folder), "GUISHAN": guishan.address, "LINGNAN": lingnan.address,
            "EXCHANGE": exchange["exchange"], "KEY": key_of(guishan.side.caller),
            "CONF": str(folder / "guishan" / "conf"), "DAY": f"{datetime.now(CHINA).date()}",
            "LINGNAN_DATABASE": str(file_of(lingnan.gateway.settings.database)),
        }  # fmt: skip


def _asked_about_no_more(tx: Transaction) -> None:
    tx.connection.run(sa.update(followed_cases).values(due_ms=NEVER_MS), {})


async def _witnessed(one: Province, other: Province, folder: Path) -> None:
    """Wait until the other has cosigned all that there is now."""
    _, witness = keys_in(folder / other.side.name)
    size = (await one.gateway.store.read(log.head)).size
    async with asyncio.timeout(LONGEST_S):
        while await one.gateway.store.read(partial(cosigned_up_to, name=witness.name)) < size:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def forge(database: str, folder: Path, key: Path) -> None:
    """Lingnan's log without the case, all of it recomputed and signed with its own key: what they might show."""
    with closing(sqlite3.connect(database)) as stored:
        rows = stored.execute("SELECT kind, body FROM audit_entries ORDER BY position").fetchall()
    other = folder / "forged.db"
    upgrade(f"sqlite:///{other}")
    with closing(Connection(connect_sqlite(other), sqlite_dialect())) as connection:
        connection.begin()
        for number, (kind, body) in enumerate(rows):
            facts = json.loads(body)
            at_ms = int(datetime.fromisoformat(facts.pop("at")).timestamp() * 1000)
            kept = {name: fact for name, fact in facts.items() if name not in ("v", "kind")}
            if kind.startswith("exchange."):
                kind, kept = "release.activated", {"release": f"{number}"}
            log.append(connection, [Entry(kind, at_ms, kept)])
        log.checkpoint(connection, Signer.load(key), 0)
        connection.commit()
    words = ["export", "--database", str(other), "--into", str(folder / "lingnan-shown"), "--key"]
    assert main([*words, Signer.load(key).vkey]) == SOUND


def blocks(page: str) -> list[tuple[str, str]]:
    """Each block of commands, with the lines that it is to say (empty where none stand below it)."""
    found = BLOCK.findall((CHECKOUT / "docs" / page).read_text("utf-8"))
    return [
        (text, found[at + 1][1] if at + 1 < len(found) and found[at + 1][0] == "text" else "")
        for at, (kind, text) in enumerate(found)
        if kind == "sh"
    ]


async def test_the_walk_through_a_dispute_runs_as_it_is_written(dispute, tmp_path) -> None:
    source = Path(dispute["FOLDER"])
    for name in ("token", "guishan.key", "lingnan.key", "guishan.witness", "lingnan.witness"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    forge(dispute["LINGNAN_DATABASE"], tmp_path, source / "lingnan/state/keys/audit.key")
    commands = (
        f'set -e; python() {{ {sys.executable} "$@"; }}; '
        f'tongban() {{ {shlex.join(python())} -m gateway.cli "$@"; }}\n'
    )
    environment = {**os.environ, **dispute, "PYTHONPATH": str(CHECKOUT)}
    for text, said in blocks(PAGES[0]):
        ran = await asyncio.create_subprocess_exec(
            "bash", "-c", commands + text, cwd=tmp_path, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await ran.communicate()
        assert ran.returncode == 0, (text, out.decode(), err.decode())
        lines = out.decode().splitlines()
        for line in said.splitlines():
            form = ".*".join(map(re.escape, line.split("…")))
            assert any(re.fullmatch(form, each) for each in lines), (line, lines)


def test_the_page_in_chinese_has_the_same_commands_and_the_same_answers() -> None:
    one, other = map(blocks, PAGES)
    assert one == other
    assert len(one) == 8
