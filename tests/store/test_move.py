"""From a file to a server: everything is there, the log goes on, and nobody goes on with the file."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from audit.notes import Signer
from gateway.boot import boot
from gateway.evidence.readings import key_of
from gateway.settings.conf import Unconfigured, load
from gateway.store import marks
from gateway.store.database import READINGS, file_of, in_schema, open_connection
from gateway.store.migrations.schema import TABLES
from tests.cli.test_commands import run
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask, verified
from tests.faults.places import Place, look, sound, submitted, taken


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> Place:
    """An installation on a file, with a case that was delivered."""
    place = Place(tmp_path / "place")
    place.folder.mkdir()
    place.write()
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-organization"))).state == "delivered"
        (place.folder / "log_key").write_text(gateway.signer.vkey)
        await gateway.readings.record("account.viewed", {"account": "audit-01", "case": "C"})
    return place


def moved(place: Place, target: str) -> tuple[int, str]:
    """Name the server in conf, and run the command."""
    file = (
        file_of(place.database) if place.database.startswith("sqlite") else place.folder / "state/tongban.db"
    )
    place.keep_in(target)
    done = run("store", "move", file, "--conf", place.conf)
    return done.returncode, done.stdout + done.stderr


async def test_every_row_is_moved_and_the_log_goes_on(place, server):
    file, target = place.database, server.database()
    with closing(open_connection(file)) as opened:
        opened.begin()
        marks.put(opened, f"{marks.RECONCILE}sim-gx", "restored", 1)
        opened.commit()
    code, said = moved(place, target)
    assert code == 0, said
    for table in TABLES:
        if table.name != "leases":
            names, but = ", ".join(column.name for column in table.columns), ""
            if table.name == "marks":
                but = f" where name <> '{marks.MOVED}'"
            rows = [ask(where, f"select {names} from {table.name}{but}") for where in (file, target)]
            assert sorted(map(repr, rows[0])) == sorted(map(repr, rows[1])), table.name
    kept = dict(ask(target, "select name, value from marks"))
    assert (
        kept.pop(f"{marks.RECONCILE}sim-gx") == "restored"
    )  # nothing is sent there yet, on the server neither
    assert marks.MOVED not in kept
    assert ask(target, "select kind from audit_entries order by position desc limit 1") == [("store.moved",)]
    readings = in_schema(target, READINGS)
    assert ask(target, f"select kind from {READINGS}.audit_entries") == [("account.viewed",)]
    vkey = Signer.load(key_of(load(place.conf))).vkey
    assert not verified(readings, vkey)
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        (first,) = (row[0] for row in ask(target, "select id from exchanges"))
        assert (await look(gateway, first)).state == "delivered"
        assert await gateway.papers.tree(first, "document")  # its papers open: the keys are the same
        assert (await submitted(gateway, case("gd-agent"), "key-0002")).state == "delivered"
        assert taken(simulators["sim-gd"]) == 2
    sound(place)
    assert not verified(file, (place.folder / "log_key").read_text())


async def test_no_gateway_starts_again_on_the_file_that_was_moved(place, server):
    file = place.database
    assert moved(place, server.database())[0] == 0
    place.keep_in(file)
    with pytest.raises(Unconfigured, match="was moved to"):
        boot(load(place.conf))


def test_a_target_that_holds_something_is_refused_and_left_alone(place, server):
    target = server.database()
    assert moved(place, target)[0] == 0
    before = ask(target, "select count(*) from audit_entries")
    code, said = moved(place, target)
    assert (code, "not empty" in said) == (2, True)
    assert ask(target, "select count(*) from audit_entries") == before


async def test_a_file_on_which_a_gateway_runs_is_refused(place, server):
    file, target = place.database, server.database()
    async with place.gateway():
        code, said = await asyncio.to_thread(moved, place, target)
    assert (code, "stop it first" in said) == (2, True)
    assert ask(file, "select count(*) from marks where name = 'moved'") == [(0,)]


def test_a_move_that_broke_off_leaves_the_server_empty_and_is_begun_anew(place, server):
    file, target = place.database, server.database()
    assert moved(place, "postgresql://postgres@/nowhere?host=/nowhere")[0] == 2
    assert ask(file, "select count(*) from marks where name = 'moved'") == [
        (0,)
    ]  # the server did not answer: nothing has begun
    assert moved(place, target)[0] == 0
    assert ask(target, "select state from exchanges") == [("delivered",)]
