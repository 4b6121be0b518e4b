"""What the figures remember of days that are over is what they would find if they counted again."""

import os
from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest
from sqlalchemy.sql.expression import ClauseElement

from gateway.identity import least_id, new_id
from gateway.model import BLANK, State
from gateway.store import cases, exchanges, figures
from gateway.store.cases import Case
from gateway.store.connection import Connection, Row, Values
from gateway.store.figures import CHINA_MS, DAY_MS, Counted, Window, begin_of
from gateway.store.scoped import Scoped
from tests.console.scopes import PLACES, UNITS, filled, scope

NOW_MS, HOUR_MS, DAYS = 1_795_000_000_000, 3_600_000, 5


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    yield from filled(request, tmp_path_factory.mktemp("counted"), _fill)


def _fill(opened: Connection) -> None:
    for days in range(DAYS):
        admit(opened, NOW_MS - days * DAY_MS)


def admit(connection: Connection, at_ms: int) -> None:
    """Two exchanges in each state, between places in turn."""
    for place, (_, state) in enumerate(product(range(2), get_args(State))):
        here, there = PLACES[place % 4]
        case_id, exchange_id = (new_id(at_ms, os.urandom) for _ in range(2))
        cases.add(connection, Case(case_id, "c", "", "i", there, here, at_ms, 1, at_ms, ""))
        row = BLANK._replace(
            id=exchange_id, case_id=case_id, kind="write", operation="case.submit", platform=f"sim-{place % 3}",
            here=here, division=there, unit=UNITS[place // 4 % 2], state=state, admitted_ms=at_ms,
        )  # fmt: skip
        exchanges.admit(connection, row)


@pytest.mark.parametrize("begins_ms", [0, 5 * HOUR_MS, -DAY_MS])
@pytest.mark.parametrize("some", [scope(), scope("341702"), scope("110000"), scope("*", UNITS[0])])
def test_days_that_were_counted_before_are_as_if_they_were_counted_again(
    connection: Connection, some: Scoped, begins_ms: int
) -> None:
    """While exchanges go on coming, and the window goes on with them, from a midnight or from within a day."""
    counted = Counted()
    since_ms = begin_of((NOW_MS + CHINA_MS) // DAY_MS - DAYS) + begins_ms
    for later_ms in (0, HOUR_MS, DAY_MS, 3 * DAY_MS):
        connection.begin()
        admit(connection, NOW_MS + later_ms)
        connection.commit()
        window = Window(since_ms + later_ms // DAY_MS * DAY_MS, NOW_MS + later_ms + 1)
        for _ in range(2):
            found = figures.ends(connection, some, window, counted)
            assert found == figures.ends(connection, some, window)
            assert bool(found) is (some != scope("110000"))
            again = figures.admitted(connection, some, window, counted)
            assert again == figures.admitted(connection, some, window)
    assert bool(counted.kept) is not bool(some[1])


class Asked(Connection):
    """A connection that remembers from when to when it was asked."""

    def __init__(self, of: Connection) -> None:
        super().__init__(of._driver, of._dialect)
        self.windows: list[tuple[object, object]] = []

    def rows(self, statement: ClauseElement, parameters: Values = {}) -> list[Row]:  # noqa: B006 - as in the base
        self.windows.append((parameters["since"], parameters["until"]))
        return super().rows(statement, parameters)


def test_a_longer_window_reads_only_the_days_that_no_shorter_one_has_read(connection: Connection) -> None:
    counted, asked = Counted(), Asked(connection)
    today = (NOW_MS + CHINA_MS) // DAY_MS
    begin, middle, end = (begin_of(today - days) for days in (DAYS, 3, 0))
    figures.admitted(asked, scope(), Window(middle, NOW_MS + 1), counted)
    asked.windows.clear()
    found = figures.admitted(asked, scope(), Window(begin, NOW_MS + 1), counted)
    assert asked.windows == [
        (least_id(begin), least_id(middle)),
        (least_id(end), least_id(NOW_MS + 1)),
    ]
    assert found == figures.admitted(connection, scope(), Window(begin, NOW_MS + 1))
    asked.windows.clear()
    assert figures.admitted(asked, scope(), Window(begin, NOW_MS + 1), counted) == found
    assert len(asked.windows) == 1, "of today alone"


def test_a_day_is_over_an_hour_after_its_midnight() -> None:
    midnight_ms = begin_of(20_000)
    for until_ms, days in ((midnight_ms + HOUR_MS - 1, 1), (midnight_ms + HOUR_MS, 2)):
        assert len(Window(begin_of(19_998), until_ms).days_over) == days
    assert not Window(begin_of(19_999) + 1, midnight_ms + HOUR_MS).days_over
