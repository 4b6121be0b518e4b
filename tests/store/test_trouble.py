"""A database server in trouble: nothing acknowledged is lost, nothing is done twice, and it recovers by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from audit import log
from audit.entries import Entry
from gateway.store import cases
from gateway.store.connection import Connection, Driver
from gateway.store.migrate import upgrade
from gateway.store.postgres import Served
from gateway.store.postgres_driver import TRANSACTION_S, connect_postgres, open_postgres, postgres_dialect
from gateway.store.store import StorageUnavailable, Store, Transaction
from tests.postgres import Server, running
from tests.waiting import LONGEST_S

Connect = Callable[[str], Driver]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def address(server: Server) -> str:
    made = server.database()
    upgrade(made)
    return made


@asynccontextmanager
async def store(address: str, connect: Connect = connect_postgres) -> AsyncIterator[Store]:
    made = Store(
        Served(address, lambda: Connection(connect(address), postgres_dialect()), log.append, log.holds)
    )
    made.start()
    try:
        yield made
    finally:
        await made.stop()


class Lossy:
    """A driver that loses one COMMIT: before the server has it, or only its answer."""

    def __init__(self, address: str, losses: list[str]) -> None:
        self._driver = connect_postgres(address)
        self._losses = losses

    def execute(self, text: str, parameters: Any = None, /) -> Any:
        if text != "COMMIT" or not self._losses:
            return self._driver.execute(text, parameters)
        if self._losses.pop() == "answer":
            self._driver.execute(text)
        self._driver.close()
        raise psycopg.OperationalError("the connection is lost")

    def executemany(self, text: str, parameters: Any, /) -> Any:
        return self._driver.executemany(text, parameters)

    def close(self) -> None:
        self._driver.close()


def taking(scope: str, number: int = 1) -> Callable[[Transaction], int]:
    """A work that changes a row and records an entry."""

    def work(tx: Transaction) -> int:
        tx.record(Entry("release.activated", number, {"release": scope}))
        return cases.take_numbers(tx.connection, scope, 1)

    return work


def counted(address: str) -> tuple[int, int]:
    """(numbers taken of `a`, entries)"""
    with psycopg.connect(address) as connection:
        entries = connection.execute("select count(*) from audit_entries").fetchone()
        taken = connection.execute("select following - 1 from sequences where scope = 'a'").fetchone()
    return (taken[0] if taken else 0), (entries[0] if entries else 0)


async def test_a_commit_whose_answer_was_lost_is_looked_up_and_found(address):
    losses = ["answer"]
    async with store(address, lambda where: Lossy(where, losses)) as made:
        assert await made.write(taking("a")) == 1
        assert await made.write(taking("a")) == 2
    assert counted(address) == (2, 2)


async def test_a_commit_that_never_arrived_is_looked_up_and_not_found(address):
    losses = ["commit"]
    async with store(address, lambda where: Lossy(where, losses)) as made:
        with pytest.raises(StorageUnavailable):
            await made.write(taking("a"))
        assert await made.write(taking("a")) == 1
    assert counted(address) == (1, 1)


async def test_what_is_insisted_on_is_recorded_once_whatever_was_lost(address):
    losses = ["answer", "commit", "answer", "commit"]
    async with store(address, lambda where: Lossy(where, losses)) as made:
        for number in (1, 2, 3):
            assert await made.write(taking("a", number), insist_s=10) == number
    assert counted(address) == (3, 3)


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_a_server_that_restarts_loses_nothing_and_is_found_again(address, server, how):
    done: list[int] = []
    async with store(address) as made:

        async def working() -> None:
            while len(done) < 60:
                try:
                    done.append(await made.write(taking("a")))
                except StorageUnavailable:
                    await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(working()) for _ in range(4)]
        for _ in range(3_000):
            if len(done) >= 20:
                break
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.stop, how)
        with pytest.raises(StorageUnavailable):
            await made.read(lambda connection: connection.row(cases.FOLLOWING, {"scope": "a"}))
        await asyncio.to_thread(server.start)
        await asyncio.wait_for(asyncio.gather(*tasks), LONGEST_S)
        assert await made.read(lambda connection: cases.following_number(connection, "a")) == max(done) + 1
    assert len(done) == len(set(done))
    taken, entries = counted(address)
    assert taken == entries == max(done)  # what was acknowledged, and at most what was never answered
    assert set(done) <= set(range(1, taken + 1))


async def test_a_connection_that_the_server_ends_is_replaced(address):
    async with store(address) as made:
        assert await made.write(taking("a")) == 1
        assert await made.read(lambda connection: cases.following_number(connection, "a")) == 2
        with psycopg.connect(address, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        assert await made.read(lambda connection: cases.following_number(connection, "a")) == 2
        assert await made.write(taking("a")) == 2


async def test_works_that_lock_the_same_rows_in_another_order_all_end(address):
    async with store(address) as one, store(address) as other:
        for scope in ("a", "b"):
            await one.write(taking(scope))

        def both(first: str, second: str) -> Callable[[Transaction], None]:
            def work(tx: Transaction) -> None:
                taking(first)(tx)
                time.sleep(0.1)  # so that the other one has its first row, too
                taking(second)(tx)

            return work

        ways = [(one, "a", "b"), (other, "b", "a")] * 3
        ended = await asyncio.gather(*(each.write(both(a, b), insist_s=20) for each, a, b in ways))
        assert ended == [None] * 6
    assert counted(address)[0] == 7


async def test_a_process_that_stands_still_inside_its_transaction_is_cut_off_and_the_others_go_on(address):
    still = open_postgres(address)
    still.begin()
    log.append(
        still, [Entry("release.activated", 1, {"release": "still"})]
    )  # it has the log's lock, and stops
    async with store(address) as made:
        started = time.monotonic()
        assert await made.write(taking("a"), insist_s=3 * TRANSACTION_S) == 1
        assert time.monotonic() - started < 2 * TRANSACTION_S
    with pytest.raises(psycopg.Error):
        still.commit()
    assert counted(address) == (1, 1)


async def test_two_processes_append_to_one_log_without_a_gap(address):
    async with store(address) as one, store(address) as other:
        works = [each.write(taking("a", number)) for number in range(40) for each in (one, other)]
        assert sorted(await asyncio.gather(*works)) == list(range(1, 81))
    with psycopg.connect(address) as connection:
        positions = [row[0] for row in connection.execute("select position from audit_entries order by 1")]
        sizes = connection.execute("select max(size), count(*) from audit_batches").fetchone()
    assert positions == list(range(80))
    assert sizes is not None
    assert sizes[0] == 80


async def test_an_older_server_does_as_well():
    """Before 17 there is no limit for a whole transaction, only for one that stands idle."""
    with running("16", fsync="off") as older:
        address = older.database()
        upgrade(address)
        async with store(address) as made:
            assert await asyncio.gather(*(made.write(taking("a", n)) for n in range(3))) == [1, 2, 3]
            assert await made.read(lambda connection: cases.following_number(connection, "a")) == 4
        assert counted(address) == (3, 3)
