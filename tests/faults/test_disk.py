"""A disk that is full: nothing is admitted, nothing is half stored, and it goes on when there is room again."""

import asyncio
import sqlite3
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web

from gateway.errors import Refusal
from gateway.store.database import file_of
from gateway.store.sqlite import connect_sqlite
from gateway.store.store import StorageUnavailable
from gateway.web.app import Service
from gateway.world import World
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask
from tests.faults.places import Place, asked, kinds, sound, submitted, taken, until
from tests.faults.stores import ON_A_FILE
from tests.faults.wires import Clock, Halt, HaltingTransport, world
from tests.waiting import looks

HEADERS = {"Authorization": "Bearer demo-key-of-guichi", "Idempotency-Key": "key-0001"}
TABLES = ("exchanges", "cases", "bodies", "body_keys", "idempotency", "case_numbers", "materials", "history")

# what is looked at here is a file
pytestmark = ON_A_FILE


@dataclass(slots=True)
class Disk:
    """How many pages the database file may have: SQLite says "full" beyond."""

    drivers: list[sqlite3.Connection] = field(default_factory=list)

    def connect(self, address: str) -> sqlite3.Connection:
        driver = connect_sqlite(file_of(address))
        self.drivers.append(driver)
        return driver

    def fill(self) -> None:
        """Hardly a page more than there are, and what is free inside the file is used up."""
        writer = self.drivers[0]
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute("CREATE TABLE IF NOT EXISTS ballast (filling BLOB)")
        writer.execute(f"PRAGMA max_page_count={pages + 4}")
        try:
            while True:
                writer.execute("INSERT INTO ballast VALUES (zeroblob(3000))")
        except sqlite3.OperationalError:
            pass

    def leave(self, room_bytes: int) -> None:
        """So much room, and no more."""
        writer = self.drivers[0]
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        (size,) = writer.execute("PRAGMA page_size").fetchone()
        writer.execute(f"PRAGMA max_page_count={pages + room_bytes // size}")

    def lock(self) -> None:
        """As a file system does that was mounted read-only after an error."""
        self.drivers[0].execute("PRAGMA query_only=ON")

    def unlock(self) -> None:
        self.drivers[0].execute("PRAGMA query_only=OFF")

    def free(self) -> None:
        self.drivers[0].execute("PRAGMA max_page_count=1000000")


@pytest.fixture
def disk() -> Disk:
    return Disk()


async def admitted(session: ClientSession, document: dict[str, Any]) -> int:
    """The status once there is room: whoever watches over the room looks every second or so."""
    async for _ in looks(0.1):
        async with session.post("/v1/cases", json=document) as answer:
            if answer.status != 503:
                return answer.status
    return 503


async def test_a_full_disk_refuses_stores_nothing_and_recovers(place, disk):
    async with place.platforms("sim-gd") as simulators, place.gateway(World(connect=disk.connect)) as gateway:
        runner = Service(gateway).runner()
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        document = case("gd-organization")
        disk.fill()
        async with ClientSession(address, headers=HEADERS) as session:
            for _ in range(3):
                async with session.post("/v1/cases", json=document) as answer:
                    assert answer.status == 503
                    assert (await answer.json(content_type=None))["code"] == "storage_unavailable"
                    assert "Retry-After" in answer.headers
            async with session.get("/readyz") as answer:
                assert answer.status in {200, 503}  # an empty commit may still have room
            assert [ask(place.database, f"select count(*) from {table}") for table in TABLES] == [[(0,)]] * 8
            disk.free()
            assert await admitted(session, document) == 201
        await runner.cleanup()
        assert taken(simulators["sim-gd"]) == 1
    sound(place)


@pytest.mark.parametrize("name, platform", [("gd-organization", "sim-gd"), ("gx-person", "sim-gx")])
async def test_an_answer_that_cannot_be_recorded_is_found_out_again_and_not_doubled(
    place, disk, name, platform
):
    halt = Halt()
    surroundings = World(connect=disk.connect, transport=lambda: HaltingTransport(after=halt))
    async with place.platforms(platform) as simulators:
        async with place.gateway(surroundings) as gateway:
            exchange, _ = await gateway.exchanges.admit(asked(gateway, case(name), "key-0001"))
            await halt.reached.wait()
            disk.lock()
            halt.on.set()
            await asyncio.sleep(0.3)  # commit 2 is not possible, and then the process dies
            for send in gateway.exchanges._sends:
                send.cancel()
            disk.unlock()
        async with place.gateway(world(Clock(60_000))) as gateway:
            await until(gateway, exchange.id, "delivered")
            assert (await kinds(gateway, exchange.id))[0] == "unknown"
            assert taken(simulators[platform]) == 1
    sound(place)


async def test_an_answer_that_cannot_be_recorded_at_once_is_recorded_when_there_is_room_again(place, disk):
    halt = Halt()
    surroundings = World(connect=disk.connect, transport=lambda: HaltingTransport(after=halt))
    async with place.platforms("sim-bare") as simulators, place.gateway(surroundings) as gateway:
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-person"), "key-0001"))
        await halt.reached.wait()
        disk.lock()
        halt.on.set()
        await asyncio.sleep(0.5)
        disk.unlock()
        await until(gateway, exchange.id, "delivered")  # not held: what they said was not thrown away
        assert await kinds(gateway, exchange.id) == ["taken"]
        assert taken(simulators["sim-bare"]) == 1
    sound(place)


async def test_without_its_log_nothing_is_admitted_and_nothing_kept(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        rename(place, "audit_batches", "audit_elsewhere")
        for key in ("key-0001", "key-0002"):
            with pytest.raises(StorageUnavailable):
                await gateway.exchanges.admit(asked(gateway, case("gd-organization"), key))
        assert [ask(place.database, f"select count(*) from {table}") for table in TABLES] == [[(0,)]] * 8
        rename(place, "audit_elsewhere", "audit_batches")
        assert (await submitted(gateway, case("gd-organization"))).state == "delivered"
        assert taken(simulators["sim-gd"]) == 1
        assert gateway.gates.gates["sim-gd"].busy == 0
    sound(place)


def rename(place: Place, old: str, new: str) -> None:
    connection = sqlite3.connect(file_of(place.database))
    connection.execute(f"alter table {old} rename to {new}")
    connection.close()


async def test_intake_stops_while_what_is_on_the_wire_can_still_be_recorded(place, disk):
    halt = Halt()
    surroundings = World(connect=disk.connect, transport=lambda: HaltingTransport(after=halt))
    async with place.platforms("sim-gd") as simulators, place.gateway(surroundings) as gateway:
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        await halt.reached.wait()
        disk.leave(1 << 20)  # less than the reserve, and plenty for a commit 2
        await gateway.exchanges.around.room.look()
        with pytest.raises(Refusal) as refused:
            await gateway.exchanges.admit(asked(gateway, case("gd-agent"), "key-0002"))
        assert refused.value.code == "storage_unavailable"
        again, repeated = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        assert (again.id, repeated) == (exchange.id, True)  # who asks again is told how it stands
        halt.on.set()
        await until(gateway, exchange.id, "delivered")
        assert await kinds(gateway, exchange.id) == ["taken"]
        disk.free()
        await gateway.exchanges.around.room.look()
        assert (await submitted(gateway, case("gd-agent"), "key-0002")).state == "delivered"
        assert taken(simulators["sim-gd"]) == 2
    sound(place)
