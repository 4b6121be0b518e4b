"""A database that comes from a backup: found out at the start, declared in the log, nothing sent at first."""

import shutil
from pathlib import Path

import pytest

from audit.epoch import NothingLost
from gateway.evidence.continuity import Discontinued, Restored
from gateway.opening import go_on_after_restore
from gateway.reconcile.accept import accept
from gateway.settings.conf import load
from gateway.store.database import file_of
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask, verified
from tests.faults.places import Place, asked, look, sound, submitted, taken, until


async def restored(place: Place, tmp_path: Path) -> str:
    """A backup after the first case, put back after the second; the number that was lost."""
    async with place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-organization"), "key-0001")).state == "delivered"
    backup = place.copied(tmp_path / "backup")
    async with place.gateway() as gateway:
        lost = await submitted(gateway, case("gd-agent"), "key-0002")
        assert lost.state == "delivered"
    if place.server is None:
        shutil.copy(file_of(backup.database), file_of(place.database))
    else:
        place.keep_in(backup.database)
    return lost.ours


async def test_a_log_shorter_than_what_was_published_does_not_start_by_itself(place, tmp_path):
    async with place.platforms("sim-gd"):
        await restored(place, tmp_path)
        with pytest.raises(Restored, match="--after-restore"):
            async with place.gateway():
                pass


async def test_after_a_restore_nothing_is_sent_before_the_platform_was_reconciled(place, tmp_path):
    async with place.platforms("sim-gd") as simulators:
        lost = await restored(place, tmp_path)
        epoch = go_on_after_restore(load(place.conf), "li.w")
        assert (epoch.number, epoch.lost_to > epoch.lost_from) == (2, True)
        async with place.gateway() as gateway:
            vkeys = [(place.folder / "log_key").read_text(), gateway.signer.vkey]
            assert gateway.signer.name.endswith("/epoch-2")
            exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-minor"), "key-0003"))
            assert exchange.state == "waiting"
            assert exchange.ours != lost  # nobody is given a number that a lost case may have
            assert gateway.gates.gates["sim-gd"].closed_because(gateway.clock_ms()) == "reconcile"
            assert taken(simulators["sim-gd"]) == 2
            assert await accept(gateway, "sim-gd", actor="li.w", why="compared, one case is missing here")
            assert (await until(gateway, exchange.id, "delivered")).ours == exchange.ours
            assert taken(simulators["sim-gd"]) == 3
    kinds = [kind for (kind,) in ask(place.database, "select kind from audit_entries order by position")]
    assert {"log.epoch", "restore.declared", "reconcile.accepted"} <= set(kinds)
    assert not verified(place.database, *vkeys)


async def test_the_start_after_that_needs_no_word(place, tmp_path):
    async with place.platforms("sim-gd"):
        await restored(place, tmp_path)
        go_on_after_restore(load(place.conf), "li.w")
        for _ in range(2):
            async with place.gateway() as gateway:
                assert gateway.signer.name.endswith("/epoch-2")


async def test_the_option_is_refused_where_nothing_was_lost(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await submitted(gateway, case("gd-organization"), "key-0001")
    with pytest.raises(NothingLost):
        go_on_after_restore(load(place.conf), "li.w")
    async with place.gateway() as gateway:
        assert (await look(gateway, found.id)).state == "delivered"
    sound(place)


async def test_a_published_checkpoint_that_is_not_of_this_log_keeps_it_from_starting(place):
    async with place.gateway():
        pass
    published = place.folder / "state" / "checkpoint"
    origin, size, *rest = published.read_text().split("\n")
    published.write_text("\n".join((origin, str(int(size) + 7), *rest)))
    with pytest.raises(Discontinued):
        async with place.gateway():
            pass


async def test_a_machine_without_the_key_of_the_log_does_not_go_on_with_one_of_its_own(place):
    async with place.gateway():
        pass
    (place.folder / "state" / "checkpoint").unlink()  # another machine has not published anything yet
    (place.folder / "state" / "keys" / "audit.key").unlink()
    with pytest.raises(Discontinued, match=r"keys\.audit"):
        async with place.gateway():
            pass
