"""What PostgreSQL is sent without waiting fails at the next question or at COMMIT, and leaves nothing half done."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from audit import log as audit_log
from gateway.store import cases
from gateway.store.connection import Connection, Untouched
from gateway.store.database import connect, open_connection, open_engine
from gateway.store.migrate import upgrade
from gateway.store.store import Store, Transaction, Work
from gateway.store.tables import cases as table
from gateway.store.transaction import Engine
from tests.postgres import running

COUNT = sa.select(sa.func.count()).select_from(table)
CASE = cases.Case("c1", "guichi", "p", "i", "d", "h", 0, 1, 0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(fsync="off") as server:
        yield server.database()


@pytest.fixture
def connection(address: str) -> Iterator[Connection]:
    upgrade(address)
    with closing(open_connection(address)) as opened:
        opened.run(sa.delete(table))
        yield opened


def stored(connection: Connection) -> int:
    found = connection.row(COUNT)
    assert found
    return int(found[0])


def test_what_was_sent_without_waiting_is_seen_by_the_next_question(connection: Connection) -> None:
    connection.begin()
    cases.add(connection, CASE)
    assert stored(connection) == 1
    connection.commit()
    assert stored(connection) == 1


def test_the_next_question_raises_what_failed_before_it(connection: Connection) -> None:
    connection.begin()
    cases.add(connection, CASE)
    cases.add(connection, CASE)
    with pytest.raises(psycopg.errors.UniqueViolation):
        stored(connection)
    connection.rollback()
    assert stored(connection) == 0


def test_a_commit_is_not_carried_out_if_anything_before_it_failed(connection: Connection) -> None:
    connection.begin()
    cases.add(connection, CASE)
    cases.add(connection, CASE)
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.commit()
    connection.rollback()
    assert stored(connection) == 0
    connection.begin()
    cases.add(connection, CASE)
    connection.commit()
    assert stored(connection) == 1


def test_what_is_asked_together_is_answered_together_each_as_of_its_place(connection: Connection) -> None:
    connection.begin()
    before = connection.ask(COUNT)
    cases.add(connection, CASE)
    after, other = connection.ask(COUNT), cases.same_open(connection, CASE)
    assert (other(), after(), before()) == ([("c1", "guichi")], [(1,)], [(0,)])
    connection.rollback()


def test_outside_of_a_transaction_a_look_up_waits_for_the_next_and_a_change_does_not(
    connection: Connection, address: str
) -> None:
    before = connection.ask(COUNT)
    cases.add(connection, CASE)
    with closing(open_connection(address)) as other:
        assert stored(other) == 1
    after = connection.ask(COUNT)
    assert (after(), before()) == ([(1,)], [(0,)])


def test_look_ups_outside_of_a_transaction_fail_together_and_the_next_is_answered(
    connection: Connection,
) -> None:
    broken = connection.ask(sa.text("SELECT 1 / 0"))
    with pytest.raises(psycopg.errors.DivisionByZero):
        stored(connection)
    with pytest.raises(psycopg.ProgrammingError):
        broken()
    assert stored(connection) == 0


def test_an_answer_that_is_there_sends_nothing_on(connection: Connection) -> None:
    connection.begin()
    first = connection.ask(COUNT)
    assert connection.row(COUNT) == (0,)
    cases.add(connection, CASE)
    cases.add(connection, CASE)
    assert first() == [(0,)]  # what fails has not left
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.commit()
    connection.rollback()


def test_what_is_asked_outside_of_a_transaction_keeps_its_own_answer(connection: Connection) -> None:
    first, second = connection.ask(COUNT), connection.ask(sa.text("SELECT 7"))
    assert (first(), second()) == ([(0,)], [(7,)])


@pytest.mark.parametrize("place", ["server", "file"])
def test_a_row_that_was_not_as_it_was_read_keeps_everything_from_being_committed(
    connection: Connection, tmp_path: Path, place: str
) -> None:
    if place == "file":
        upgrade(f"sqlite:///{tmp_path}/store.db")
        connection = open_connection(f"sqlite:///{tmp_path}/store.db")
    connection.begin()
    cases.add(connection, CASE)
    connection.move(cases.CLOSE, {"id_": "another"})
    with pytest.raises(Untouched):
        connection.commit()
    connection.rollback()
    assert stored(connection) == 0
    connection.begin()
    cases.add(connection, CASE)
    connection.move(cases.CLOSE, {"id_": CASE.id})
    connection.commit()
    assert stored(connection) == 1
    if place == "file":
        connection.close()


async def test_only_other_processes_hear_what_one_has_concluded(address: str) -> None:
    heard: dict[str, list[str]] = {"one": [], "other": []}
    stores = [Store(engine_of(address)) for _ in heard]
    for made, told in zip(stores, heard.values(), strict=True):
        made.start()
        made.listen(told.append)
    async with asyncio.timeout(10):
        while not all(heard.values()):  # till both listen
            for made, name in zip(stores, heard, strict=True):
                await made.write(partial(Transaction.tell, exchange_id=f"of-{name}"))
            await asyncio.sleep(0.05)
    for made in stores:
        await made.stop()
    assert (set(heard["one"]), set(heard["other"])) == ({"of-other"}, {"of-one"})


def test_rows_in_a_stream_come_behind_what_waits_and_with_it(connection: Connection) -> None:
    connection.begin()
    cases.add(connection, CASE)
    connection.add_rows(table, CASE._fields, [CASE._replace(id="c2")])
    assert stored(connection) == 2
    connection.rollback()
    assert stored(connection) == 0


def test_a_row_of_a_stream_that_is_there_already_leaves_nothing_of_the_transaction(
    connection: Connection,
) -> None:
    connection.begin()
    cases.add(connection, CASE._replace(id="c2"))
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.add_rows(table, CASE._fields, [CASE, CASE])
    connection.rollback()
    assert stored(connection) == 0


async def test_one_of_a_group_that_fails_at_commit_fails_alone(address: str, connection: Connection) -> None:
    """Nothing is asked in these transactions, so it is COMMIT that tells."""
    store = Store(engine_of(address))
    group = [asyncio.ensure_future(store.write(adding(name))) for name in ("c1", "c1", "c2")]
    await asyncio.sleep(0)  # all three wait before the store begins
    store.start()
    done = await asyncio.gather(*group, return_exceptions=True)
    await store.stop()
    assert [type(each) for each in done] == [type(None), psycopg.errors.UniqueViolation, type(None)]
    assert stored(connection) == 2


def engine_of(address: str) -> Engine:
    return open_engine(
        address, audit_log.append, audit_log.holds,
        connect=connect, clock_ms=lambda: 0, heard=lambda now_ms: now_ms,
    )  # fmt: skip


def adding(case_id: str) -> Work[None]:
    return lambda tx: cases.add(tx.connection, CASE._replace(id=case_id))
