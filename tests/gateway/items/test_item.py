"""Standing, versions, and where competence is looked for."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.item import Item, places, short_division, standing, versions_on

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(days, st.none() | days, days, st.sampled_from(["in_use", "suspended", "cancelled"]))
def test_an_item_stands_in_exactly_one_way_on_every_day(begins, ends, at, state):
    candidate = Item("440232", "X", state=state, valid_from=begins.isoformat(), valid_to=str(ends or ""))
    found = standing(candidate, at.isoformat())
    if found == "in_force":
        assert begins <= at and (ends is None or at < ends)
    assert (found == "not_yet_valid") == (at < begins)


@given(st.permutations([(1, ""), (2, "2026-01-01"), (3, "2026-03-01")]), days)
def test_the_version_of_a_day_does_not_depend_on_the_order_of_rows(versions, at):
    rows = [Item("440232", "X", number, valid_from=begins) for number, begins in versions]
    expected = 3 if at >= date(2026, 3, 1) else 2 if at >= date(2026, 1, 1) else 1
    assert [row.version for row in versions_on(rows, at.isoformat())] == [expected]


@pytest.mark.parametrize(
    ("division", "around"),
    [
        ("440232", ("440232", "440200", "440000")),
        ("440232000000", ("440232", "440200", "440000")),
        ("440232001000", ("440232001", "440232", "440200", "440000")),
        ("440232001002", ("440232001002", "440232001", "440232", "440200", "440000")),
        ("440200", ("440200", "440000")),
        ("440000", ("440000",)),
        ("310115", ("310115", "310100", "310000")),
    ],
)
def test_competence_is_walked_up_from_the_place(division, around):
    assert places(division) == around
    assert places(short_division(division)) == around
