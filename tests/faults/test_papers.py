"""Sealed papers on the whole path: erased, changed, without their key; files that are not as they were."""

import asyncio
import base64
import sqlite3
import sys

import pytest
import sqlalchemy as sa

from gateway.boot import boot
from gateway.exchange.papers import Erased
from gateway.settings.conf import load
from gateway.store.database import file_of
from gateway.store.tables import body_keys
from gateway.store.vault import WrongKey, create_key
from tests.fakes.fixtures import case, files
from tests.fakes.programme import step
from tests.faults.ledgers import verified
from tests.faults.places import asked, kinds, look, sound, submitted, taken, until
from tests.faults.stores import ON_A_FILE
from tests.installation import CHECKOUT
from tests.waiting import looks

NONE: frozenset[str] = frozenset()
NAME = "gd-organization"
# what is looked at here is a file
pytestmark = ON_A_FILE
KEY_IDS = sa.select(body_keys.c.key_id)


def change(place, statement: str, *values: object) -> None:
    connection = sqlite3.connect(file_of(place.database))
    with connection:
        connection.execute(statement, values)
    connection.close()


async def facts_after(gateway, exchange_id: str, count: int) -> list[str]:
    """The kinds of its facts, once there are more than `count`."""
    async for _ in looks(0.02):
        if len(facts := await kinds(gateway, exchange_id)) > count:
            return facts
    raise AssertionError("nothing more became known")


async def deferred(gateway, place):
    """A case that waits to be sent again, in a minute."""
    place.simulators["sim-gd"].programme.add(step({"do": "later", "after_s": 60}, NONE, 0))
    exchange, _ = await gateway.exchanges.admit(asked(gateway, case(NAME), "key-0001"))
    return await until(gateway, exchange.id, "deferred")


async def test_nothing_of_a_case_stands_readable_on_the_disk(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, case(NAME))).state == "delivered"
        assert await gateway.store.write(lambda tx: None) is None
        on_disk = [file for file in (place.folder / "state").rglob("*") if file.is_file()]
        everything = b"".join(file.read_bytes() for file in on_disk)
        document = case(NAME)
        for text in (document["applicant"]["name"], document["applicant"]["id_number"], "demo-appkey"):
            assert text.encode() not in everything
        for content in files(document).values():
            assert content not in everything
            assert base64.b64encode(content)[:40] not in everything


async def test_an_erased_key_makes_every_body_unreadable_and_leaves_the_log_sound(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await submitted(gateway, case(NAME))
        assert (await gateway.papers.tree(found.id, "document"))["mode"]
        change(place, "delete from body_keys where exchange_id = ?", found.id)
        for name in ("document", "message", "reply/1"):
            with pytest.raises(Erased):
                await gateway.papers.tree(found.id, name)
    assert not verified(place.database, (place.folder / "log_key").read_text())


async def test_a_changed_body_is_never_sent(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await deferred(gateway, place)
        change(
            place,
            "update bodies set sealed = zeroblob(200) where exchange_id = ? and name = 'message'",
            found.id,
        )
        change(place, "update exchanges set due_ms = 1 where id = ?", found.id)
        assert (await facts_after(gateway, found.id, 1))[:2] == ["later", "not_sent"]
        assert (await look(gateway, found.id)).cause == "unreadable"
        assert taken(simulators["sim-gd"]) == 0
        with pytest.raises(WrongKey):
            await gateway.papers.tree(found.id, "message")
        assert gateway.gates.gates["sim-gd"].busy == 0  # its slot is free again


@pytest.mark.parametrize("harm", ["changed", "gone", "swapped"])
async def test_a_file_that_is_not_as_it_was_is_never_sent_and_known_to_be_unsent(place, harm):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await deferred(gateway, place)
        kept = [file for file in (place.folder / "state" / "materials").rglob("*") if file.is_file()]
        assert kept
        for file in kept:
            if harm == "gone":
                file.unlink()
            elif harm == "changed":
                file.write_bytes(file.read_bytes()[:-1] + b"!")
            else:
                file.write_bytes(b"another file altogether")
        change(place, "update exchanges set due_ms = 1 where id = ?", found.id)
        assert (await facts_after(gateway, found.id, 1))[:2] == ["later", "not_sent"]
        assert (await look(gateway, found.id)).cause == "material_missing"
        assert taken(simulators["sim-gd"]) == 0
    sound(place)


async def test_without_its_wrapping_key_the_gateway_does_not_start_and_says_which_one(place):
    async with place.platforms("sim-gd"):
        async with place.gateway() as gateway:
            await submitted(gateway, case(NAME))
        key = place.folder / "state" / "keys" / "wrapping.key"
        right = key.read_text()
        key.unlink()
        create_key(key)
        with pytest.raises(WrongKey, match=r"restore or name [0-9a-f]{12}"):
            boot(load(place.conf))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.cli", "serve", "--conf", str(place.conf), "--port", "0",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=CHECKOUT,
        )  # fmt: skip
        results, talk = await child.communicate()
        assert (child.returncode, results) == (2, b"")
        assert "restore or name" in talk.decode()
        assert "Traceback" not in talk.decode()
        key.write_text(right)
        async with place.gateway():
            pass
    sound(place)


async def test_a_new_wrapping_key_beside_the_old_one_is_used_from_now_on(place):
    async with place.platforms("sim-gd"):
        async with place.gateway() as gateway:
            first = await submitted(gateway, case(NAME))
        create_key(place.folder / "state" / "keys" / "second.key")
        conf = place.conf / "gateway.yaml"
        conf.write_text(
            conf.read_text() + "keys: {wrapping: [state/keys/second.key, state/keys/wrapping.key]}\n"
        )
        async with place.gateway() as gateway:
            second = await submitted(gateway, case("gd-agent"), "key-0002")
            assert second.state == "delivered"
            for each in (first, second):
                assert (await gateway.papers.tree(each.id, "document"))["mode"]
            ids = await gateway.store.read(lambda connection: connection.rows(KEY_IDS))
            assert len({key for (key,) in ids}) == 2
    sound(place)
