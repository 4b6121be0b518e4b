"""Maintenance windows against a brute-force week of minutes, and how gently work goes on after one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from adapters.declared import Maintenance
from gateway.gates.windows import (
    DAY_MS,
    DAYS,
    GENTLE_MS,
    MINUTE_MS,
    WEEK_MS,
    NoWindow,
    Window,
    closed_until_ms,
    gentle,
    opened_ms,
    window,
)

CHINA = timezone(timedelta(hours=8))
MINUTES = 7 * 1_440


def at(text: str) -> int:
    """Epoch milliseconds of a China time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


def written(days: frozenset[int], begin: int, end: int) -> str:
    """The text of a window; minutes of the day."""
    names = "" if len(days) == 7 else ",".join(DAYS[day] for day in sorted(days)) + " "
    return f"{names}{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


any_days = st.frozensets(st.integers(0, 6), min_size=1)
any_text = st.builds(written, any_days, st.integers(0, 1_439), st.integers(0, 1_440))
any_windows = st.lists(any_text, min_size=1, max_size=4)
# seconds, some of them years away
any_moment = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: int(moment.timestamp()) * 1000
)


def minutes_of(texts: list[str]) -> set[int]:
    """Minutes of the week, from Monday 00:00 in China, that lie in a window: counted one by one."""
    closed = set()
    for text in texts:
        *days, span = text.split(" ")
        begin, end = (int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))
        for day in days[0].split(",") if days else DAYS:
            minute = DAYS.index(day) * 1_440 + begin
            while True:
                closed.add(minute % MINUTES)
                minute += 1
                if minute % 1_440 == end % 1_440:
                    break
    return closed


def minute_of(now_ms: int) -> int:
    local = datetime.fromtimestamp(now_ms / 1000, CHINA)
    return local.weekday() * 1_440 + local.hour * 60 + local.minute


@given(any_days, st.integers(0, 1_439), st.integers(0, 1_440))
def test_what_is_written_is_what_is_read(days, begin, end):
    text = written(days, begin, end)
    assert window(text) == Window(days, begin * MINUTE_MS, ((end - begin) % 1_440 or 1_440) * MINUTE_MS)


@given(st.text("montuewdhfrisa,:-0123456789 ", max_size=24) | any_text)
def test_whatever_may_be_declared_can_be_read_and_nothing_else_breaks(text):
    try:
        TypeAdapter(Maintenance).validate_python(text)
        declared = True
    except ValidationError:
        declared = False
    try:
        window(text)
    except NoWindow:
        assert not declared


@pytest.mark.parametrize(
    "text",
    [
        "",
        "23:00",
        "23:00-24:01",
        "23:60-06:00",
        "xyz 00:00-24:00",
        "sat, 00:00-24:00",
        "sat,sun",
        "06:00-0600",
    ],
)
def test_what_is_no_window_is_refused(text):
    with pytest.raises(NoWindow):
        window(text)


@given(any_windows, any_moment)
def test_closed_is_exactly_where_a_minute_of_the_week_lies_in_a_window(texts, now_ms):
    assert (closed_until_ms([*map(window, texts)], now_ms) > 0) == (minute_of(now_ms) in minutes_of(texts))


@given(any_windows, any_moment)
def test_closed_until_is_the_first_open_minute_after_a_chain_of_windows(texts, now_ms):
    closed, minute = minutes_of(texts), minute_of(now_ms)
    until_ms = closed_until_ms([*map(window, texts)], now_ms)
    if minute not in closed:
        assert until_ms == 0
        return
    ahead = next((n for n in range(MINUTES) if (minute + n) % MINUTES not in closed), None)
    if ahead is None:  # closed all the week: to be looked at again in a week or a day more
        assert now_ms + WEEK_MS <= until_ms <= now_ms + WEEK_MS + DAY_MS
    else:
        assert until_ms == now_ms - now_ms % MINUTE_MS + ahead * MINUTE_MS


@given(any_windows, any_moment)
def test_opened_is_the_end_of_the_last_closed_minute(texts, now_ms):
    closed, minute = minutes_of(texts), minute_of(now_ms)
    if minute in closed:
        return
    back = next(n for n in range(1, MINUTES + 1) if (minute - n) % MINUTES in closed)
    assert opened_ms([*map(window, texts)], now_ms) == now_ms - now_ms % MINUTE_MS - (back - 1) * MINUTE_MS


@pytest.mark.parametrize(
    ("texts", "now", "until"),
    [
        (["23:00-06:00"], "2026-11-16T22:59:59", ""),
        (["23:00-06:00"], "2026-11-16T23:00:00", "2026-11-17T06:00:00"),  # over midnight
        (["23:00-06:00"], "2026-11-17T05:59:59.999", "2026-11-17T06:00:00"),
        (["23:00-06:00"], "2026-11-17T06:00:00", ""),
        (["sun 22:00-02:00"], "2026-11-16T01:00:00", "2026-11-16T02:00:00"),  # over the end of the week
        (["sun 22:00-02:00"], "2026-11-17T01:00:00", ""),  # days are those on which it begins
        (["fri 18:00-24:00", "sat,sun 00:00-24:00"], "2026-11-20T19:00:00", "2026-11-23T00:00:00"),  # a chain
        (["00:00-24:00"], "2026-11-16T12:00:00", "2026-11-24T00:00:00"),  # always: looked at again
        ([], "2026-11-16T12:00:00", ""),
    ],
)
def test_windows_are_read_in_china_time(texts, now, until):
    assert closed_until_ms([*map(window, texts)], at(now)) == (at(until) if until else 0)


def test_without_a_window_nothing_was_ever_closed():
    assert opened_ms([], at("2026-11-16T12:00:00")) == 0


@given(st.integers(1, 1_000), st.integers(-WEEK_MS, WEEK_MS), st.integers(0, WEEK_MS))
def test_gentle_begins_with_one_never_falls_and_never_exceeds_what_there_is(most, since_ms, later_ms):
    now, then = gentle(most, since_ms), gentle(most, since_ms + later_ms)
    assert 1 <= now <= then <= most
    assert gentle(most, 0) == 1
    assert gentle(most, since_ms) <= 2 * gentle(most, since_ms - GENTLE_MS)


@given(st.integers(1, 1_000))
def test_gentle_reaches_everything_after_twice_as_many_so_often(most):
    # 1000 slots are reached after 10 doublings: 20 s
    assert gentle(most, most.bit_length() * GENTLE_MS) == most
    assert 0 < most.bit_length() * GENTLE_MS <= 20_000
