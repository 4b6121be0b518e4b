"""Working days against a plain count, and the rules of law that everybody gets wrong."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clocks import Calendar, Limit, Pause, Unknown, days_used, due_on

# 2026: New Year 1–3 January with 4 January worked; made up besides: 18 March off in one place
YEAR = Calendar(frozenset({2025, 2026}), {date(2026, 1, day): day == 4 for day in (1, 2, 3, 4)})
DAY = timedelta(days=1)
days = st.integers(0, 250).map(lambda count: date(2026, 1, 1) + DAY * count)
limits = st.builds(Limit, st.integers(0, 30), st.sampled_from(("working_days", "calendar_days")))
calendars = st.dictionaries(days, st.booleans(), max_size=40).map(
    lambda exceptions: Calendar(frozenset({2026}), exceptions)
)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    begin = draw(days)
    return draw(st.lists(st.just(Pause(begin, begin + DAY * draw(st.integers(0, 10)))), max_size=1))


def test_the_day_of_the_start_does_not_count():
    assert due_on(YEAR, date(2026, 11, 20), Limit(1, "calendar_days")) == date(
        2026, 11, 23
    )  # a Saturday: on Monday
    assert due_on(YEAR, date(2026, 11, 18), Limit(2, "working_days")) == date(2026, 11, 20)


def test_what_is_received_on_a_saturday_counts_from_the_next_worked_day():
    assert due_on(YEAR, date(2026, 11, 21), Limit(1, "working_days")) == date(2026, 11, 24)


def test_a_weekend_day_that_is_worked_counts_and_a_holiday_does_not():
    assert due_on(YEAR, date(2025, 12, 31), Limit(1, "working_days")) == date(2026, 1, 4)


def test_a_place_has_its_own_holidays_beside_those_of_the_nation():
    there = YEAR.below({date(2026, 3, 18): False})
    assert due_on(there, date(2026, 3, 17), Limit(1, "working_days")) == date(2026, 3, 19)
    assert due_on(YEAR, date(2026, 3, 17), Limit(1, "working_days")) == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 3, 2), 1, date(2026, 4, 2)),
        (
            date(2026, 1, 30),
            1,
            date(2026, 3, 2),
        ),  # there is no 30 February: the 28th, a Saturday, so on Monday
        (date(2025, 12, 31), 2, date(2026, 3, 2)),
        (date(2025, 6, 2), 12, date(2026, 6, 2)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_months_end_on_the_same_day_of_the_month_or_on_its_last(start, months, due):
    assert due_on(YEAR, start, Limit(months, "months")) == due


def test_hours_are_not_turned_into_days():
    with pytest.raises(Unknown) as unknown:
        due_on(YEAR, date(2026, 3, 2), Limit(24, "hours"))
    assert unknown.value.why == "not_in_days"


def test_decided_at_once_is_due_the_same_day():
    assert due_on(YEAR, date(2026, 11, 20), Limit(0, "working_days")) == date(2026, 11, 20)


def test_the_days_of_a_special_procedure_do_not_count():
    pause = Pause(date(2026, 11, 18), date(2026, 11, 20))
    assert due_on(YEAR, date(2026, 11, 16), Limit(3, "working_days"), [pause]) == date(2026, 11, 23)
    assert (
        due_on(YEAR, date(2026, 11, 16), Limit(3, "working_days"), [Pause(date(2026, 11, 18), None)]) is None
    )


@pytest.mark.parametrize(
    ("start", "limit", "why", "year"),
    [
        (date(2026, 11, 20), Limit(3, "unknown"), "unit_unknown", 0),
        (date(2026, 12, 30), Limit(3, "working_days"), "year_unknown", 2027),
        (date(2026, 12, 30), Limit(30, "calendar_days"), "year_unknown", 2027),
        (date(2024, 12, 31), Limit(1, "working_days"), "year_unknown", 2024),
    ],
)
def test_what_cannot_be_known_is_said_and_never_guessed(start, limit, why, year):
    with pytest.raises(Unknown) as unknown:
        due_on(YEAR, start, limit)
    assert (unknown.value.why, unknown.value.year) == (why, year)


@given(calendars, days, limits, pauses())
def test_a_limit_ends_on_a_worked_day_with_all_its_days_behind_it(calendar, start, limit, paused):
    try:
        due = due_on(calendar, start, limit, paused)
    except Unknown as unknown:
        assert unknown.year == 2027
        return
    assert due is not None
    assert calendar.works(due)
    first = next(start + DAY * place for place in range(99) if calendar.works(start + DAY * place))
    after = [first + DAY * place for place in range(1, (due - first).days + 1)]
    counted = [
        day
        for day in after
        if (limit.unit == "calendar_days" or calendar.works(day))
        and not any(pause.begin <= day < pause.end for pause in paused)
    ]
    last = counted[limit.days - 1] if limit.days else first
    assert last <= due
    assert not any(calendar.works(last + DAY * place) for place in range((due - last).days))


@given(calendars, days, st.integers(1, 20), pauses())
def test_as_many_days_are_used_when_it_is_due_as_the_limit_has(calendar, start, count, paused):
    try:
        due = due_on(calendar, start, Limit(count, "working_days"), paused)
    except Unknown:
        return
    assert due is not None
    assert days_used(calendar, start, due, paused) == count
    assert days_used(calendar, start, due - DAY, paused) < count


@given(calendars, days, days)
def test_worked_days_between_two_are_those_that_are_worked(calendar, one, other):
    begin, end = sorted((one, other))
    plain = sum(calendar.works(begin + DAY * place) for place in range((end - begin).days))
    assert calendar.worked_between(begin, end) == plain
