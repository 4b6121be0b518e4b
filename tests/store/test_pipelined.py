"""What PostgreSQL is sent without waiting fails at the next question or at COMMIT, and leaves nothing half done."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from audit import log as audit_log
from gateway.store import cases
from gateway.store.connection import Connection
from gateway.store.database import connect, open_connection, open_engine
from gateway.store.migrate import upgrade
from gateway.store.store import Store, Work
from gateway.store.tables import cases as table
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


async def test_one_of_a_group_that_fails_at_commit_fails_alone(address: str, connection: Connection) -> None:
    """Nothing is asked in these transactions, so it is COMMIT that tells."""
    engine = open_engine(
        address, audit_log.append, audit_log.holds,
        connect=connect, clock_ms=lambda: 0, heard=lambda now_ms: now_ms,
    )  # fmt: skip
    store = Store(engine)
    group = [asyncio.ensure_future(store.write(adding(name))) for name in ("c1", "c1", "c2")]
    await asyncio.sleep(0)  # all three wait before the store begins
    store.start()
    done = await asyncio.gather(*group, return_exceptions=True)
    await store.stop()
    assert [type(each) for each in done] == [type(None), psycopg.errors.UniqueViolation, type(None)]
    assert stored(connection) == 2


def adding(case_id: str) -> Work[None]:
    return lambda tx: cases.add(tx.connection, CASE._replace(id=case_id))
