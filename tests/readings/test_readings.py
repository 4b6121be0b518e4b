"""What auditors read stands in a log of its own, which the same verifier checks, and nowhere else."""

import shutil
from pathlib import Path

import pytest

from audit.cli import FINDINGS, SOUND, main
from audit.notes import Signer
from gateway.evidence.continuity import Discontinued, Restored
from gateway.evidence.readings import address_of, key_of
from gateway.opening import go_on_after_restore
from gateway.settings.conf import load
from gateway.store.database import file_of, is_embedded
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.replay.conftest import command

VIEWED = {"account": "audit-01", "role": "auditor", "case": "01M7ZWW086DT8J2JM6T0Y9RXRE"}


def log_of(place: Place) -> str:
    """As the verifier's --database takes it."""
    address = address_of(load(place.conf))
    return str(file_of(address)) if is_embedded(address) else address


def key(place: Place) -> str:
    settings = load(place.conf)
    return Signer.load(key_of(settings)).vkey


async def read(place: Place, times: int = 3) -> None:
    async with place.gateway() as gateway:
        for _ in range(times):
            await gateway.readings.record("account.viewed", dict(VIEWED))


async def test_it_verifies_by_its_own_key_and_tells_the_log_of_cases_nothing(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    await read(place)
    where = ("--database", log_of(place))
    assert main(["fsck", *where, "--key", key(place)]) == SOUND
    said = capsys.readouterr().out
    assert "3 条 / entries" in said and "0 条尚未签名 / not yet signed" in said
    assert "demo.tongban.example/log/readings" in key(place)
    assert ask(place.database, "select count(*) from audit_entries where kind = 'account.viewed'") == [(0,)]
    assert (
        main(["report", "unusual_readers", "--readings-a-day", "2", *where, "--key", key(place)]) == FINDINGS
    )
    assert "audit-01" in capsys.readouterr().out


async def test_who_looked_at_a_case_can_be_answered(place: Place) -> None:
    await read(place, 2)
    code, results, talk = await command(place, "case", "readers", VIEWED["case"])
    assert (code, "2 次查看" in talk) == (0, True)
    assert [line.split()[1:4] for line in results.splitlines()] == [
        ["audit-01", "account.viewed", "log=readings"]
    ] * 2


async def test_a_reading_that_was_taken_out_is_found(place: Place) -> None:
    await read(place)
    async with place.gateway() as gateway:
        await gateway.readings.store.write(
            lambda tx: tx.connection._driver.execute("DELETE FROM audit_entries WHERE position = 1")
        )
    assert main(["fsck", "--database", log_of(place), "--key", key(place)]) == FINDINGS


async def test_a_log_of_readings_from_a_backup_does_not_start_by_itself(place: Place, tmp_path: Path) -> None:
    await read(place, 1)
    backup = place.copied(tmp_path / "backup")
    await read(place, 2)
    for name in ("checkpoint", "checkpoint-readings"):
        shutil.copy(place.folder / "state" / name, backup.folder / "state" / name)
    shutil.copytree(place.folder / "platforms", backup.folder / "platforms", dirs_exist_ok=True)
    with pytest.raises((Restored, Discontinued), match="after-restore"):
        async with backup.gateway():
            pass
    epoch = go_on_after_restore(load(backup.conf), "li.w")
    assert epoch.lost_to > epoch.lost_from
    async with backup.gateway() as gateway:
        assert gateway.readings.signer.name.endswith("/log/readings/epoch-2")
