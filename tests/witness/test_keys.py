"""A change of key, and what remains provable when somebody else has had it: an attacker who rewrites the log."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert

from audit import log
from audit.checkpoints import Checkpoint, parse_checkpoint
from audit.cli import FINDINGS, SOUND, main
from audit.entries import Entry
from audit.keychange import announce, read_change
from audit.notes import KeyRejected, Signer
from audit.tables import CHECKPOINTS
from gateway.evidence.continuity import Discontinued
from gateway.opening import opened
from gateway.rekeying import CannotChange, change_key
from gateway.settings.conf import load
from gateway.store.database import open_connection
from gateway.world import World
from tests.witness.stage import Peer, two

Two = tuple[Peer, Peer]
NOW_MS = 1_795_226_400_000
ALONE = ("--log-only", "--database")  # what is written here are entries, without the rows that they tell of


@pytest_asyncio.fixture
async def peers(tmp_path) -> AsyncIterator[Two]:
    async with two(tmp_path) as both:
        yield both


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command of the auditor: exit code, and the codes of what it found."""

    def run(*words: str | Path) -> tuple[int, list[str], dict[str, Any]]:
        code = main([*map(str, words), "--json"])
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        return code, [each["code"] for each in told["findings"]], told

    return run


def changed(peer: Peer, reason: str = "planned") -> str:
    return change_key(load(peer.folder / "conf"), reason=reason, actor="8731", now_ms=NOW_MS).note  # type: ignore[arg-type]


async def test_the_log_goes_on_with_a_new_key_that_the_old_one_has_signed(peers: Two, audit) -> None:
    one, _ = peers
    await one.grow(3)
    old = one.signer
    with pytest.raises(CannotChange, match="running"):
        changed(one)
    await one.stop()
    note = changed(one)
    change = read_change(note)
    assert (change.before, change.after) == (old.key, one.signer.key)
    assert old.key != one.signer.key
    await one.start()
    await one.grow(2)
    await one.stop()
    for keys in (["--key", old.vkey], ["--key", old.vkey, "--key", one.signer.vkey]):
        code, found, told = audit("fsck", *ALONE, one.database, *keys)
        assert (code, found) == (SOUND, [])
        assert [each["code"] for each in told["notices"]] == ["key.changed"]
    assert Signer.load(one.folder / f"state/keys/audit.key.before-{change.position}").key == old.key


async def test_who_holds_the_old_key_is_given_the_change_as_a_file(peers: Two, audit, tmp_path) -> None:
    one, _ = peers
    await one.grow(3)
    old = one.signer.vkey
    await one.stop()
    (tmp_path / "change.note").write_text(changed(one), encoding="utf-8")
    assert (
        main(["export", "--database", one.database, "--key", one.signer.vkey, "--into", str(tmp_path / "t")])
        == SOUND
    )
    words = ("fsck", "--tiles", tmp_path / "t", "--key", old)
    assert audit(*words)[:2] == (FINDINGS, ["checkpoint.rejected"])
    assert audit(*words, "--key", tmp_path / "change.note")[:2] == (SOUND, [])


async def test_a_change_that_breaks_off_is_finished_by_the_next_run(peers: Two) -> None:
    one, _ = peers
    await one.grow(3)
    await one.stop()
    state = one.folder / "state"
    before = {name: (state / name).read_bytes() for name in ("checkpoint", "keys/audit.key")}
    note = changed(one)
    coming = (state / "keys/audit.key").read_bytes()
    for name, content in before.items():  # as a crash right after the commit leaves it
        (state / name).write_bytes(content)
    (state / "keys/audit.key.next").write_bytes(coming)
    (state / f"keys/audit.key.before-{read_change(note).position}").unlink()
    with pytest.raises(Discontinued):
        opened(load(one.folder / "conf"), World())
    assert changed(one) == note
    await one.start()
    await one.grow()


async def test_a_process_with_the_old_key_signs_nothing_more(peers: Two) -> None:
    one, _ = peers
    await one.grow(3)
    await one.stop()
    old = one.signer
    changed(one)
    with closing(open_connection(load(one.folder / "conf").database)) as connection:
        connection.begin()
        log.append(connection, [Entry("release.activated", NOW_MS, {"release": "x"})])
        with pytest.raises(log.LogBroken, match="another"):
            log.checkpoint(connection, old, NOW_MS)
        connection.rollback()


def resigned(peer: Peer, signer: Signer, entries: int, first: int = 0) -> None:
    """What somebody does who has the database and a key: another log from `first` on, all of it recomputed."""
    with closing(sqlite3.connect(peer.database)) as database:
        bodies = [body for (body,) in database.execute("SELECT body FROM audit_entries ORDER BY position")]
        for table in ("entries", "batches", "tiles", "checkpoints"):
            database.execute(f"DELETE FROM audit_{table}")
        database.commit()
    with closing(open_connection(load(peer.folder / "conf").database)) as connection:
        for position in range(entries):
            facts = json.loads(bodies[position]) if position < len(bodies) else {"release": "more"}
            if position >= first and facts.get("kind") != "log.key":
                facts = {"release": f"made up {position}"}
            facts = {name: fact for name, fact in facts.items() if name not in ("v", "at", "kind")}
            kind = "log.key" if "note" in facts else "release.activated"
            connection.begin()
            log.append(connection, [Entry(kind, NOW_MS + position, facts)])
            connection.commit()
        head = log.head(connection)
        note = signer.sign(Checkpoint(signer.name, head.size, head.root).text)
        connection.begin()
        row = {"size": entries, "previous": 0, "note": note, "at_ms": NOW_MS + entries}
        connection.run(insert(CHECKPOINTS), row)
        connection.commit()


async def test_who_has_the_key_and_rewrites_the_log_is_named_by_what_was_published(peers: Two, audit) -> None:
    one, other = peers
    await one.grow(5)
    await one.ask(other.name)
    await one.running.sign(now=True)
    size = parse_checkpoint(one.running.checkpoint).size
    kept = one.folder / "published"
    held = one.folder / "witnessed"
    held.write_bytes((await other.get(f"/log/witnessed?origin={one.origin}"))[1])
    await one.stop()
    resigned(one, one.signer, size, first=2)
    words = ("fsck", *ALONE, one.database, "--key", one.signer.vkey)
    with closing(sqlite3.connect(one.database)) as database:
        database.execute("DELETE FROM audit_cosignatures")
        database.commit()
    assert audit(*words)[:2] == (SOUND, [])  # it agrees with itself: the key alone shows nothing
    assert audit(*words, "--witness", other.witness.vkey)[:2] == (FINDINGS, ["cosignature.too_few"])
    assert audit(*words, "--checkpoint", held)[:2] == (FINDINGS, ["checkpoint.root"])
    assert audit(*words, "--checkpoint", kept / "checkpoint")[:2] == (FINDINGS, ["checkpoint.root"])
    code, found, _ = audit("compare", one.database, kept, "--key", one.signer.vkey)
    assert (code, found) == (FINDINGS, ["compare.between"])


async def test_lines_of_witnesses_do_not_fit_a_rewritten_log(peers: Two, audit) -> None:
    one, other = peers
    await one.grow(5)
    await one.ask(other.name)
    size = parse_checkpoint(one.running.checkpoint).size
    await one.stop()
    resigned(one, one.signer, size)
    words = ("fsck", *ALONE, one.database, "--key", one.signer.vkey)
    found = audit(*words, "--witness", other.witness.vkey)[:2]
    assert found == (FINDINGS, ["cosignature.rejected", "cosignature.too_few"])


async def test_the_witness_does_not_go_along_with_a_rewritten_log(peers: Two) -> None:
    one, other = peers
    size = parse_checkpoint(await one.grow(5)).size
    await one.ask(other.name)
    await one.stop()
    resigned(one, one.signer, size + 3)
    for file in (one.folder / "state" / "checkpoint",):
        file.unlink()  # who has the machine has this file as well
    await one.start()
    await one.grow()
    await one.ask(other.name)
    [refused] = await other.kinds("witness.refused")
    assert (refused["origin"], refused["reason"]) == (one.origin, "inconsistent")
    [here] = await one.kinds("cosignature.refused")
    assert (here["witness"], here["reason"]) == (other.name, "inconsistent")
    _, text = await one.get("/readyz")
    told = json.loads(text)
    assert told["checks"] == {
        "release": False,
        "admitting": True,
        "record": True,
    }  # nothing waits for a witness
    [finding] = told["findings"]
    assert (finding["code"], finding["witness"], finding["reason"]) == (
        "cosignature.refused", other.name, "inconsistent",
    )  # fmt: skip


async def test_a_stolen_key_signs_nothing_that_counts_after_it_was_changed(peers: Two, audit) -> None:
    one, _ = peers
    await one.grow(5)
    stolen = one.signer
    await one.stop()
    changed(one, "compromised")
    new = one.signer
    size = 8
    resigned(one, stolen, size, first=7)
    code, found, _ = audit("fsck", *ALONE, one.database, "--key", stolen.vkey, "--key", new.vkey)
    assert (code, found) == (FINDINGS, ["key.retired"])


async def test_a_change_that_the_key_in_force_has_not_signed_does_not_hold(
    peers: Two, audit, tmp_path
) -> None:
    one, _ = peers
    await one.grow(3)
    await one.stop()
    stranger = Signer.create(tmp_path / "stranger", one.origin)
    forged = announce(stranger, stranger, 3).replace(stranger.vkey, one.signer.vkey, 1)
    with pytest.raises(KeyRejected):
        read_change(forged)
    with closing(open_connection(load(one.folder / "conf").database)) as connection:
        connection.begin()
        size = log.head(connection).size
        log.append(connection, [Entry("log.key", NOW_MS, {"note": forged})])
        connection.commit()
    found = audit("fsck", *ALONE, one.database, "--key", one.signer.vkey)[1]
    assert found == ["key.rejected"]
    assert size == 3
