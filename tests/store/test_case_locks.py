"""On a server two processes that change one case wait for each other in turn, and never both."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from time import sleep
from typing import Any

import pytest

from gateway.exchange.commits import Conclusion, conclude
from gateway.model import BLANK, Fact, Policy
from gateway.store import cases, events, exchanges, watched
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.postgres import Served
from gateway.store.store import Store
from gateway.store.transaction import Transaction
from tests.waiting import LONGEST_S

CASE = Case("01LOCKED", "guichi", "p", "i", "440232", "341702", 1, 1, 1)
LATER = BLANK._replace(
    id="01LOCKED-LATER", case_id=CASE.id, kind="write", operation="case.correct", platform="sim-gd", place=2,
    due_ms=5, admitted_ms=1, changed_ms=1,
)  # fmt: skip

SUBMIT = LATER._replace(
    id="01LOCKED-SUBMIT", operation="case.submit", place=1, state="delivered", due_ms=0, ended_ms=1
)


@pytest.fixture
def both(shared: str) -> Iterator[tuple[Connection, Connection]]:
    with closing(open_connection(shared)) as one, closing(open_connection(shared)) as other:
        yield one, other


def test_a_write_that_a_call_proves_to_have_arrived_and_a_look_at_its_clocks_do_not_lock_each_other_out(
    both: tuple[Connection, Connection],
) -> None:
    calling, watching = both
    calling.begin()
    cases.add(calling, CASE)
    exchanges.admit(calling, SUBMIT)
    exchanges.admit(calling, LATER)
    watched.look(calling, CASE.id, 1)
    calling.commit()

    def look() -> None:
        watching.begin()
        events.lock(watching, CASE.id)
        sleep(0.2)
        watched.end(watching, CASE.id)
        watching.commit()

    calling.begin()
    fact = Fact("landed", at_ms=2, attempt=1, cause="told")
    conclude(Conclusion(LATER, fact, Policy(), lambda row, _: not row.ended))(Transaction(calling, lambda: 2))
    with ThreadPoolExecutor(1) as pool:
        looked = pool.submit(look)
        sleep(0.1)
        events.lock(calling, CASE.id)  # what the same call tells of the case
        calling.commit()
        looked.result(timeout=LONGEST_S)


def test_the_end_of_a_submit_and_who_has_a_write_behind_it_do_not_lock_each_other_out(
    both: tuple[Connection, Connection],
) -> None:
    """The one locks what waits behind it before their case; the other has such a write, and goes on to the case."""
    ending, other = both
    case = CASE._replace(id="01ENDING")
    submit = SUBMIT._replace(
        id="01ENDING-SUBMIT", case_id=case.id, state="sending", attempt=1, owner="one", due_ms=5, ended_ms=0
    )
    behind = LATER._replace(id="01ENDING-LATER", case_id=case.id, state="waiting")
    ending.begin()
    cases.add(ending, case)
    exchanges.admit(ending, submit)
    exchanges.admit(ending, behind)
    ending.commit()

    other.begin()
    assert exchanges.locked(other, behind.id, wait=True)  # as who claims it does

    def end() -> str:
        ending.begin()
        fact = Fact("taken", at_ms=2, attempt=1, reference="T1")
        now, _ = conclude(Conclusion(submit, fact, Policy(), lambda row, _: not row.ended))(
            Transaction(ending, lambda: 2)
        )
        ending.commit()
        return now.state

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(end)
        sleep(0.3)  # it waits for the write behind it by now, and holds nothing but its own row
        events.lock(other, case.id)  # what shares this one's transaction tells something of the same case
        other.commit()
        assert ended.result(timeout=LONGEST_S) == "delivered"


async def test_what_shares_a_transaction_and_meets_another_the_other_way_round_is_all_done(
    shared: str,
) -> None:
    """Two processes, two pieces of work each: the server gives one up, and its pieces are run singly."""
    with closing(open_connection(shared)) as connection:
        connection.begin()
        for name in ("01ONE", "01TWO"):
            cases.add(connection, CASE._replace(id=name))
        connection.commit()
    meet = Barrier(2)

    def touching(case_id: str, *, first: bool) -> Callable[[Transaction], str]:
        def work(tx: Transaction) -> str:
            events.lock(tx.connection, case_id)
            if first:
                with suppress(BrokenBarrierError):  # run again by itself there is nobody to meet
                    meet.wait(timeout=1)
            watched.look(tx.connection, case_id, 1)
            return case_id

        return work

    stores = [
        Store(Served(shared, partial(open_connection, shared), _appends_nothing, _holds)) for _ in range(2)
    ]
    for store in stores:
        store.start()
    try:
        ways = (("01ONE", "01TWO"), ("01TWO", "01ONE"))
        written = (
            store.write(touching(name, first=place == 0))
            for store, way in zip(stores, ways, strict=True)
            for place, name in enumerate(way)
        )
        assert sorted(await asyncio.gather(*written)) == ["01ONE", "01ONE", "01TWO", "01TWO"]
    finally:
        await asyncio.gather(*(store.stop() for store in stores))


def _appends_nothing(connection: Connection, entries: Sequence[Any]) -> range:
    return range(0)


def _holds(connection: Connection, positions: range, entries: Sequence[Any]) -> bool:
    return True
