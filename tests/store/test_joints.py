"""Joint cases on both databases; on a server two parts that end at one moment leave the parent where it stands."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import sleep

import pytest

from gateway.exchange.following import follow
from gateway.model import BLANK
from gateway.store import cases, exchanges, joints
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.events import Told
from gateway.store.joints import Joint
from gateway.store.transaction import Transaction
from tests.waiting import LONGEST_S

CASE = Case("01JOINED", "guichi", "p", "i", "440232", "341702", 1, 1, 1)
SUBMIT = BLANK._replace(
    kind="write", operation="case.submit", platform="sim-gd", place=1, state="delivered", admitted_ms=1,
    changed_ms=1, ended_ms=1,
)  # fmt: skip
NOW_MS = 1_795_000_000_000


def added(connection: Connection, name: str) -> list[str]:
    """A joint case of two parts that their platforms have; ids of the cases."""
    ids = [f"{name}-{place}" for place in (1, 2)]
    for case_id in ids:
        cases.add(connection, CASE._replace(id=case_id, item=case_id))
        exchanges.admit(connection, SUBMIT._replace(id=f"S-{case_id}", case_id=case_id))
    joints.add(connection, Joint(name, "guichi", "under_way", 1, 1), ids)
    return ids


def test_a_joint_case_is_found_by_its_id_and_by_each_of_its_cases(connection: Connection) -> None:
    connection.begin()
    ids = added(connection, "01FOUND")
    joints.move(connection, "01FOUND", "broken", 7)
    connection.commit()
    assert joints.by_id(connection, "01FOUND") == Joint("01FOUND", "guichi", "broken", 1, 7)
    assert joints.locked(connection, "01FOUND") == joints.by_id(connection, "01FOUND")
    assert joints.parts(connection, "01FOUND") == ids
    assert [joints.of_case(connection, each) for each in ids] == [("01FOUND", 1), ("01FOUND", 2)]
    assert (joints.by_id(connection, "01NONE"), joints.of_case(connection, "01NONE")) == (None, None)


@pytest.fixture
def both(shared: str) -> Iterator[tuple[Connection, Connection]]:
    with closing(open_connection(shared)) as one, closing(open_connection(shared)) as other:
        yield one, other


def test_two_parts_that_end_at_one_moment_are_both_counted(both: tuple[Connection, Connection]) -> None:
    one, other = both
    one.begin()
    first, second = added(one, "01ATONCE")
    one.commit()

    def end(connection: Connection, case_id: str, wait_s: float) -> list[str]:
        connection.begin()
        told = [Told(each, NOW_MS, "sim-gd", each, seen_ms=NOW_MS) for each in ("granted", "served")]
        tx = Transaction(connection, lambda: NOW_MS)
        follow(case_id, told)(tx)
        sleep(wait_s)
        connection.commit()
        return [each.kind for each in tx.entries]

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(end, one, first, 0.3)
        sleep(0.1)
        quick = pool.submit(end, other, second, 0)
        entries = [*slow.result(timeout=LONGEST_S), *quick.result(timeout=LONGEST_S)]
    joint = joints.by_id(one, "01ATONCE")
    assert (joint and joint.standing, entries.count("joint.changed")) == ("done", 1)
