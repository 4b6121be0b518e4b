"""What is found within a scope, on either kind of database: every row once, however deep the page."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from gateway.accounts.account import Scope, account_of
from gateway.model import BLANK
from gateway.store import cases, exchanges, found, watched
from gateway.store.accounts import AccountRow
from gateway.store.cases import Case, Number
from gateway.store.connection import Connection, prepared
from gateway.store.database import open_connection
from gateway.store.migrate import upgrade
from gateway.store.watched import Kept
from tests.postgres import running

UNITS = ("11440232007340216X", "11440283007341131X")
PLACES = (("341702", "440232"), ("330282", "440232"), ("341702001", "450102"), ("520102", "522701"))
COUNT = 60


def ident(place: int) -> str:
    return f"01M7C{place:021d}"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{tmp_path_factory.mktemp('found')}/x.db")
        return
    with running(fsync="off") as server:
        yield from _filled(server.database())


def _filled(address: str) -> Iterator[Connection]:
    upgrade(address)
    with closing(open_connection(address)) as opened:
        opened.begin()
        for place in range(COUNT):
            _fill(opened, place)
        opened.commit()
        yield opened


def _fill(connection: Connection, place: int) -> None:
    here, there = PLACES[place % 4]
    case_id, unit = ident(place), UNITS[place % 2]
    cases.add(connection, Case(case_id, "guichi", "", "item", there, here, 1, 1, 1))
    cases.add_numbers(connection, case_id, case_id, [Number("gd", "case", f"N{place % 10}")])
    exchanges.admit(
        connection,
        BLANK._replace(
            id=case_id, case_id=case_id, kind="write", operation="case.submit", unit=unit, state="held",
            due_ms=1000 + place // 7, platform="sim-gd",
        ),
    )  # fmt: skip
    on = f"2026-11-{1 + place // 9:02d}"
    clocks = [Kept(case_id, name, on, on, on, "red", "") for name in ("accept", "sign")]
    watched.keep(connection, case_id, clocks)


def scope(divisions: str = "*", units: str = "") -> found.Scoped:
    covered = account_of(AccountRow("x", "auditor", divisions, units, "", "")).scope
    return covered.places, covered.units


def expected(which: found.Scoped) -> list[int]:
    """By the rule itself, which the page of a case goes by."""
    rule = Scope(tuple(which[0]), tuple(which[1]))
    return [place for place in range(COUNT) if rule.covers(PLACES[place % 4], [UNITS[place % 2]])]


SCOPES = [
    scope(), scope("341702"), scope("340000"), scope("440232 520000"), scope("522700"), scope("110000"),
    scope("*", UNITS[0]), scope("341702 330282", " ".join(UNITS)), scope("341702", UNITS[1]),
]  # fmt: skip


def paged(look: Callable[[Any], list[Any]], first: Any, after: Callable[[Any], Any]) -> list[Any]:
    rows: list[Any] = []
    behind = first
    while page := look(behind):
        rows += page
        behind = after(page[-1])
    return rows


@pytest.mark.parametrize("which", SCOPES, ids=str)
def test_all_cases_of_a_scope_are_listed_once_and_no_other(
    connection: Connection, which: found.Scoped
) -> None:
    rows = paged(lambda behind: found.newest(connection, which, behind, 7), found.LAST_ID, lambda row: row.id)
    assert [row.id for row in rows] == [ident(place) for place in reversed(expected(which))]


@pytest.mark.parametrize("which", SCOPES, ids=str)
def test_a_number_finds_what_has_it_within_the_scope(connection: Connection, which: found.Scoped) -> None:
    rows = paged(
        lambda behind: found.by_number(connection, which, "N3", behind, 2), found.LAST_ID, lambda row: row.id
    )
    wanted = [place for place in reversed(expected(which)) if place % 10 == 3]
    assert [row.id for row in rows] == [ident(place) for place in wanted]
    assert len(found.by_number(connection, which, ident(0), found.LAST_ID, 2)) == (0 in expected(which))


@pytest.mark.parametrize("which", SCOPES, ids=str)
def test_what_is_held_is_listed_by_deadline(connection: Connection, which: found.Scoped) -> None:
    rows = paged(
        lambda behind: found.held(connection, which, *behind, 4), (0, ""), lambda row: (row.due_ms, row.id)
    )
    assert [row.id for row in rows] == [ident(place) for place in expected(which)]


@pytest.mark.parametrize("which", SCOPES, ids=str)
def test_what_is_late_is_listed_by_its_last_day(connection: Connection, which: found.Scoped) -> None:
    rows = paged(
        lambda behind: found.late(connection, which, "2026-11-30", behind, 5),
        ("", "", ""),
        lambda row: (row.due_on, row.case, row.clock),
    )
    wanted = [(ident(place), name) for place in expected(which) for name in ("accept", "sign")]
    assert [(row.case, row.clock) for row in rows] == wanted


def test_a_statement_is_built_once_for_each_shape_of_a_scope(connection: Connection) -> None:
    for divisions in ("341702", "440232", "520000"):
        found.newest(connection, scope(divisions), found.LAST_ID, 1)
    before = prepared.cache_info().misses
    found.newest(connection, scope("110000"), found.LAST_ID, 1)
    assert prepared.cache_info().misses == before
