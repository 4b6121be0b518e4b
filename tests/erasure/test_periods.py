"""How long contents are kept: the longest period that is declared for them, and not a day less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.erasure.periods import DAY_MS, days_of, is_due, shortest
from gateway.settings.installation import Retention
from gateway.store.erased import Content


def content(operation: str = "case.submit", item: str = "000142001000", case: str = "C") -> Content:
    return Content("E", case, operation, "", "", item, 1, 0, "")


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        (content(), 1095),
        (content("licence.query", case=""), 400),  # its kind
        (content("case.progress"), 183),  # what is declared for it
        (content("case.progress", "000117001000"), 3650),  # the longer of two
        (content(item="000117001000"), 3650),
    ],
)
def test_the_longest_period_that_is_declared_counts_else_that_of_the_kind(asked: Content, days: int) -> None:
    declared = Retention(read_days=400, operations={"case.prog*": 183}, items={"000117*": 3650})
    assert days_of(asked, declared) == days
    assert shortest(declared) == 183


@given(st.integers(1, 4000), st.integers(1, 2**40), st.integers(-DAY_MS, DAY_MS))
def test_nothing_is_due_before_its_last_day_is_over(days: int, over_ms: int, more_ms: int) -> None:
    due = is_due(content(), over_ms=over_ms, days=days, now_ms=over_ms + days * DAY_MS + more_ms)
    assert due == (more_ms >= 0)
    assert not is_due(content()._replace(case_open=1), over_ms=over_ms, days=days, now_ms=2**50)
