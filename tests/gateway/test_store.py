"""Groups of commits on a real database: what one member does wrong harms no other, and nothing is half stored."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from audit import log
from audit.entries import Entry
from gateway.store import cases
from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.queued import MOST_IN_A_GROUP, ROUNDS
from gateway.store.sqlite import Embedded, connect_sqlite, open_sqlite, sqlite_dialect
from gateway.store.store import Store, Transaction
from tests.empty import new_file


class Counted:
    """A driver that counts commits and says what it was asked."""

    def __init__(self, path: Path) -> None:
        self._driver = connect_sqlite(path)
        self.commits = 0

    def execute(self, text, parameters=(), /):
        self.commits += text == "COMMIT"
        return self._driver.execute(text, parameters)

    def executemany(self, text, parameters, /):
        return self._driver.executemany(text, parameters)

    def close(self):
        self._driver.close()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    new_file(tmp_path / "store.db")
    return tmp_path / "store.db"


@pytest.fixture
def driver(database: Path) -> Counted:
    return Counted(database)


@pytest_asyncio.fixture
async def store(database: Path, driver: Counted) -> AsyncIterator[Store]:
    made = Store(Embedded(Connection(driver, sqlite_dialect()), open_sqlite(database), log.append, lambda: 1))
    made.start()
    yield made
    await made.stop()


def taking(scope: str, number: int = 1):
    """A work that changes a row and records an entry."""

    def work(tx: Transaction) -> int:
        tx.record(Entry("release.activated", number, {"release": scope}))
        return cases.take_numbers(tx.connection, scope, 1)

    return work


def failing(error: Exception):
    """A work that fails after it has changed something."""

    def work(tx: Transaction) -> None:
        taking("lost")(tx)
        raise error

    return work


async def together(store: Store, *works):
    return await asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)


async def test_what_waits_at_one_moment_shares_one_commit(store, driver):
    before = driver.commits
    assert await together(store, *(taking("a") for _ in range(8))) == list(range(1, 9))
    assert driver.commits - before <= 2  # the first may have gone alone


async def test_who_asks_a_few_rounds_of_the_loop_later_shares_the_commit(store, driver):
    async def later(rounds: int) -> int:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return await store.write(taking("a"))

    before = driver.commits
    await asyncio.gather(*(later(rounds) for rounds in range(ROUNDS)))
    assert driver.commits == before + 1


async def test_one_member_that_fails_harms_no_other_and_leaves_nothing(store, database):
    error = ValueError("of this one only")
    answers = await together(store, taking("a"), failing(error), taking("b"), taking("a"))
    assert answers == [1, error, 1, 2]
    with sqlite3.connect(database) as connection:
        assert dict(connection.execute("select scope, following from sequences")) == {"a": 3, "b": 2}
        assert connection.execute("select count(*) from audit_entries").fetchone() == (3,)


async def test_a_member_that_no_log_can_hold_harms_no_other(store, database):
    def unwritable(tx: Transaction) -> None:
        cases.take_numbers(tx.connection, "lost", 1)
        tx.record(Entry("release.activated", 1, {"release": object()}))  # type: ignore[dict-item]

    first, second, third = await together(store, taking("a"), unwritable, taking("b"))
    assert (first, third) == (1, 1)
    assert isinstance(second, Exception)
    with sqlite3.connect(database) as connection:
        assert dict(connection.execute("select scope, following from sequences")) == {"a": 2, "b": 2}


async def test_a_member_that_breaks_a_constraint_harms_no_other(store, database):
    def doubled(tx: Transaction) -> None:
        for _ in range(2):
            tx.connection.run(cases.INSERT_CASE, {**EMPTY, "id": "same"})

    first, second, third = await together(store, taking("a"), doubled, taking("a"))
    assert (first, third) == (1, 2)
    assert isinstance(second, sqlite3.IntegrityError)
    with sqlite3.connect(database) as connection:
        assert connection.execute("select count(*) from cases").fetchone() == (0,)


async def test_many_more_than_a_group_are_all_answered_in_their_order(store):
    works = [taking("a") for _ in range(3 * MOST_IN_A_GROUP + 1)]
    assert await together(store, *works) == list(range(1, len(works) + 1))


async def test_who_stops_waiting_cancels_nothing(store, database):
    waiting = asyncio.create_task(store.write(taking("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await store.write(taking("a")) == 2
    assert waiting.cancelled()


async def test_a_lock_that_another_process_holds_for_a_moment_is_waited_for(store, database):
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.write(taking("a")))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    other.execute("COMMIT")
    assert await waiting == 1
    other.close()


async def test_what_is_queued_when_the_store_stops_is_still_committed(database, driver):
    store = Store(
        Embedded(Connection(driver, sqlite_dialect()), open_sqlite(database), log.append, lambda: 1)
    )
    store.start()
    waiting = [asyncio.create_task(store.write(taking("a"))) for _ in range(5)]
    await asyncio.sleep(0)
    await store.stop()
    assert [each.result() for each in waiting] == [1, 2, 3, 4, 5]


EMPTY = dict.fromkeys(cases.Case.__slots__, "") | {"received_ms": 0, "open": 0, "admitted_ms": 0}


async def test_a_survey_reads_in_a_thread_of_its_own_while_everything_else_goes_on(database: Path) -> None:
    writer, reader = open_sqlite(database), open_sqlite(database)
    engine = Embedded(writer, reader, log.append, lambda: 1, connect=lambda: open_sqlite(database))
    store, begun, goes_on = Store(engine), threading.Event(), threading.Event()
    store.start()

    def look(connection: Connection) -> tuple[int, bool]:
        counted = connection.setting("SELECT count(*) FROM audit_entries")
        begun.set()
        return counted, goes_on.wait(10)

    surveying = asyncio.create_task(store.survey(look))
    await asyncio.to_thread(begun.wait)
    assert await store.write(taking("meanwhile")) == 1
    goes_on.set()
    assert await surveying == (0, True)
    assert await store.survey(lambda c: c.setting("SELECT count(*) FROM audit_entries")) == 1
    with pytest.raises(StorageUnavailable):
        await store.survey(lambda c: c.setting("SELECT 1 FROM nothing_there"))
    await store.stop()
