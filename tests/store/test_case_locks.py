"""On a server two processes that change one case wait for each other in turn, and never both."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import sleep

import pytest

from gateway.exchange.commits import Conclusion, conclude
from gateway.model import BLANK, Fact, Policy
from gateway.store import cases, events, exchanges, watched
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.transaction import Transaction

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
    conclude(Conclusion(LATER, fact, Policy(), lambda row, _: not row.ended))(Transaction(calling, 2))
    with ThreadPoolExecutor(1) as pool:
        looked = pool.submit(look)
        sleep(0.1)
        events.lock(calling, CASE.id)  # what the same call tells of the case
        calling.commit()
        looked.result(timeout=10)
