"""One way to the server and back for many statements: what leaves, what comes back, and what a failure leaves."""

import asyncio
import select
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy as sa

from audit import log
from audit.entries import Entry
from gateway.store import flight
from gateway.store.connection import Connection
from gateway.store.migrate import upgrade
from gateway.store.postgres import Served
from gateway.store.postgres_driver import open_postgres
from gateway.store.store import Store
from gateway.store.transaction import AsksFirst, Transaction
from tests.postgres import Server, running

ECHO = sa.select(sa.bindparam("said", type_=sa.Text))
LONG = 20_000


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    with closing(open_postgres(server.url("postgres"))) as opened:
        yield opened


def test_what_leaves_together_is_one_packet_however_much_it_is(server: Server, tmp_path: Path) -> None:
    with closing(Relay(server, tmp_path)) as relay, closing(open_postgres(relay.address)) as connection:
        for _ in range(2):  # the second time under their names
            before = relay.packets
            connection.begin()
            asked = [connection.ask(ECHO, {"said": str(number)}) for number in range(40)]
            assert [found() for found in asked] == [[(str(number),)] for number in range(40)]
            assert relay.packets - before == 1
            connection.rollback()


def test_more_than_both_sides_can_hold_passes_both_ways_at_once(connection: Connection) -> None:
    """1,000 values of 20 kB there and back: neither side may wait for the other to read first."""
    connection.begin()
    asked = [connection.ask(ECHO, {"said": f"{number}" * LONG}) for number in range(1000)]
    assert all(found() == [(f"{number}" * LONG,)] for number, found in enumerate(asked))
    connection.commit()


def test_a_statement_that_was_skipped_is_not_taken_for_a_known_one(connection: Connection) -> None:
    for _ in range(3):
        connection.begin()
        connection.put(sa.text("SELECT 1/0"))
        connection.put(ECHO, {"said": "skipped"})
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.commit()
        connection.rollback()
    assert connection.row(ECHO, {"said": "there"}) == ("there",)


def test_what_a_failed_transaction_had_prepared_is_given_up(connection: Connection) -> None:
    kept = sa.text("SELECT count(*) FROM pg_prepared_statements")
    for number in range(20):
        connection.begin()
        connection.ask(sa.text(f"SELECT {number}"))
        connection.put(sa.text("SELECT 1/0"))
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.commit()
        connection.rollback()
    assert connection.row(kept) == (1,)


def test_statements_beyond_the_number_that_is_kept_are_answered_as_well(connection: Connection) -> None:
    for number in range(flight.MOST_PREPARED + 20):
        assert connection.row(sa.text(f"SELECT {number}")) == (number,)
    assert connection.row(ECHO, {"said": "there"}) == ("there",)


def test_a_value_that_no_column_holds_is_found_before_anything_leaves(connection: Connection) -> None:
    connection.begin()
    with pytest.raises(psycopg.DataError):
        connection.ask(ECHO, {"said": "a\0b"})
    assert connection.row(ECHO, {"said": "ab"}) == ("ab",)
    connection.rollback()


async def test_a_commit_that_asks_one_question_waits_three_times(server: Server, tmp_path: Path) -> None:
    """Its beginning, the server's time and the question; the log's lock and head; what is written and COMMIT."""
    async with _relayed(server, tmp_path) as (store, relay):
        for number in range(3):
            before = relay.packets
            assert await store.write(_asking_and_recording(number)) > 0
        assert relay.packets - before == 3


async def test_questions_of_several_that_share_a_commit_wait_no_longer_than_one(
    server: Server, tmp_path: Path
) -> None:
    async with _relayed(server, tmp_path) as (store, relay):
        for _ in range(3):
            before = relay.packets
            await asyncio.gather(*(store.write(_asking_and_recording(number)) for number in range(9)))
        assert relay.packets - before == 3


@asynccontextmanager
async def _relayed(server: Server, folder: Path) -> AsyncIterator[tuple[Store, "Relay"]]:
    """A store whose way to the server is counted."""
    made = server.database()
    upgrade(made)
    with closing(Relay(server, folder)) as relay:
        address = relay.address.replace("/postgres?", f"{urlsplit(made).path}?")
        store = Store(Served(address, lambda: open_postgres(address), log.append, log.holds))
        store.start()
        yield store, relay
        await store.stop()


def _asking_and_recording(number: int) -> AsksFirst[int]:
    """It asks for its number, and records what it was told."""

    def ask(tx: Transaction) -> Callable[[], int]:
        found = tx.connection.ask(ECHO, {"said": str(number)})
        return lambda: _record(tx, int(found()[0][0]))

    return AsksFirst(ask, frozenset({number}))


def _record(tx: Transaction, at_ms: int) -> int:
    tx.record(Entry("release.activated", at_ms, {"release": "r"}))
    return tx.now_ms


def test_a_connection_that_has_ended_meanwhile_begins_no_transaction(
    server: Server, connection: Connection
) -> None:
    pid = connection.setting("SELECT pg_backend_pid()")
    with psycopg.connect(server.url("postgres"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
    with pytest.raises(psycopg.OperationalError):
        connection.begin()


def test_a_server_that_goes_away_during_a_flight_fails_all_that_is_asked_from_then_on(
    connection: Connection,
) -> None:
    connection.begin()
    connection.put(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with pytest.raises(psycopg.OperationalError):
        connection.row(ECHO, {"said": "nobody there"})
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            connection.rollback()
        with pytest.raises(psycopg.OperationalError):
            connection.row(ECHO, {"said": "nobody there"})


def test_a_connection_that_breaks_in_the_middle_of_an_answer_is_told_as_lost(
    server: Server, tmp_path: Path
) -> None:
    with closing(Relay(server, tmp_path)) as relay, closing(open_postgres(relay.address)) as connection:
        relay.most_back = 10
        with pytest.raises(psycopg.OperationalError):
            connection.row(ECHO, {"said": "x" * LONG})
        with pytest.raises(psycopg.OperationalError):
            connection.begin()
            connection.row(ECHO, {"said": "nobody there"})


class Relay:
    """Stands between a client and the server's socket. packets: how often the client was heard since it began.

    most_back: how many bytes of an answer still pass before the connection ends; None: all.
    """

    def __init__(self, server: Server, folder: Path) -> None:
        self.packets = 0
        self.most_back: int | None = None
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen(1)
        self._there = str(server.folder / ".s.PGSQL.5432")
        self.address = f"postgresql://postgres@/postgres?host={folder}"
        self._passing = threading.Thread(target=self._pass)
        self._passing.start()

    def close(self) -> None:
        self._passing.join()
        self._listening.close()

    def _pass(self) -> None:
        here, _ = self._listening.accept()
        with here, socket.socket(socket.AF_UNIX) as there, suppress(ConnectionError):
            there.connect(self._there)
            while True:
                ready, _, _ = select.select([here, there], [], [])
                if here in ready:
                    said = here.recv(1 << 20)
                    there.sendall(said)
                    self.packets += 1
                    if not said:
                        return
                if there in ready:
                    answer = there.recv(1 << 20)
                    here.sendall(answer[: self.most_back])
                    if not answer or self.most_back is not None:
                        return
