"""Permits of a quota against a sliding window that counts one by one, in one connection and in several at once."""

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from time import monotonic, sleep

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clock import wall_ms
from gateway.store import permits
from gateway.store.connection import Connection
from gateway.store.database import now_ms, open_connection
from gateway.store.permits import Wanted
from gateway.store.tables import permits as table
from gateway.store.tables import quotas

NAMES = (f"credential-{number}" for number in count())
SPAN_MS = 1_000
ROWS = sa.select(table.c.place).where(table.c.credential == sa.bindparam("credential"))
FOLLOWING = sa.select(quotas.c.following).where(quotas.c.credential == sa.bindparam("credential"))
QUICK = settings(deadline=None, max_examples=60)

a_quota = st.integers(1, 12)
# (how long after the one before, how many are wanted, how long they may be used); every valid_ms is at most a span
asks = st.lists(
    st.tuples(st.integers(0, 700), st.integers(1, 15), st.integers(0, SPAN_MS)), min_size=1, max_size=40
)


def played(connection: Connection, most: int, asked: list[tuple[int, int, int]]) -> list[list[int]]:
    """[given at, usable until] of every permit in the order of places; the database is left as it was."""
    credential, now, found = next(NAMES), 1_000_000, []
    connection.begin()
    for later_ms, wanted, valid_ms in asked:
        now += later_ms
        number, _ = permits.take(connection, Wanted(credential, most, SPAN_MS, valid_ms, wanted), now)
        assert 0 <= number <= wanted
        found += [[now, now + valid_ms]] * number
    assert len(connection.rows(ROWS, {"credential": credential})) <= most
    connection.rollback()
    return found


def apart(found: list[list[int]], most: int) -> bool:
    """Whether no `most` + 1 permits can be used within one span, however late each of them is used."""
    return all(later[0] - earlier[1] >= SPAN_MS for earlier, later in zip(found, found[most:], strict=False))


@QUICK
@given(most=a_quota, asked=asks)
def test_more_than_the_quota_lie_further_apart_than_the_span(connection, most, asked):
    assert apart(played(connection, most, asked), most)


@QUICK
@given(most=a_quota, asked=asks)
def test_nothing_is_refused_that_a_sliding_window_allows(connection, most, asked):
    """Permits that are used when they are given: whatever fits into the span that ends now is given."""
    at_once = [(later_ms, wanted, 0) for later_ms, wanted, _ in asked]
    window: list[int] = []
    now = 1_000_000
    for later_ms, wanted, _ in at_once:
        now += later_ms
        free = most - (len(window) - bisect_right(window, now - SPAN_MS))
        window += [now] * min(wanted, free)
    assert [given for given, _ in played(connection, most, at_once)] == window


@QUICK
@given(most=a_quota, asked=asks, wanted=st.integers(1, 15))
def test_it_is_worth_asking_again_exactly_when_it_says(connection, most, asked, wanted):
    credential, now = next(NAMES), 1_000_000
    connection.begin()
    for later_ms, each, valid_ms in asked:
        now += later_ms
        permits.take(connection, Wanted(credential, most, SPAN_MS, valid_ms, each), now)
    more = Wanted(credential, most, SPAN_MS, 0, wanted)
    number, again_ms = permits.take(connection, more, now)
    if number == min(wanted, most):
        assert again_ms == now
    else:
        assert permits.take(connection, more, again_ms - 1)[0] == 0
        assert permits.take(connection, more, again_ms)[0] > 0
    connection.rollback()


@QUICK
@given(
    asked=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 12), st.booleans()), min_size=1, max_size=60)
)
def test_reads_that_leave_a_part_to_writes_break_no_quota(connection, asked):
    """Reads ask under a smaller quota of the same permits: 10 in a span for writes, 8 for reads."""
    credential, now, found, reads = next(NAMES), 1_000_000, [], []
    connection.begin()
    for later_ms, wanted, is_read in asked:
        now += later_ms
        most = 8 if is_read else 10
        number, _ = permits.take(connection, Wanted(credential, most, SPAN_MS, 50, wanted), now)
        if is_read and number:  # with these, no more than 8 of either kind are in use
            reads.append(sum(until > now - SPAN_MS for _, until in found) + number)
        found += [[now, now + 50]] * number
    connection.rollback()
    assert apart(found, 10)
    assert all(each <= 8 for each in reads)


def test_many_at_once_never_have_more_than_the_quota_in_any_span(shared):
    """Six connections that ask without a pause for three spans of 200 ms: 20 permits in each."""
    most, span_ms, credential = 20, 200, next(NAMES)
    until_s = monotonic() + 0.7

    def ask(seed: int) -> list[tuple[int, int, int]]:
        """(place, given at, usable until) of what this one was given."""
        mine = []
        with closing(open_connection(shared)) as connection:
            while monotonic() < until_s:
                connection.begin()
                now = now_ms(connection, wall_ms)
                wanted = Wanted(credential, most, span_ms, 5 * seed, 1 + seed)
                number, _ = permits.take(connection, wanted, now)
                if number:
                    following = connection.rows(FOLLOWING, {"credential": credential})[0][0]
                    mine += [(place, now, now + 5 * seed) for place in range(following - number, following)]
                connection.commit()
                sleep(0.001 * seed)
        return mine

    with ThreadPoolExecutor(6) as threads:
        found = sorted(each for mine in threads.map(ask, range(6)) for each in mine)
    assert [place for place, _, _ in found] == list(range(len(found)))  # none twice
    assert len(found) >= 2 * most
    for (_, _, until), (_, given_ms, _) in zip(found, found[most:], strict=False):
        assert given_ms - until >= span_ms
