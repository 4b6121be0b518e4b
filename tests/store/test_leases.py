"""Leases: one owner at a time, however many ask at once, and nobody for longer than was said."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clock import wall_ms
from gateway.store import leases
from gateway.store.database import now_ms, open_connection

an_act = st.tuples(
    st.integers(0, 60), st.sampled_from("abc"), st.sampled_from(("take", "free")), st.integers(1, 100)
)


@settings(deadline=None, max_examples=80)
@given(acts=st.lists(an_act, max_size=30))
def test_a_lease_has_one_owner_until_it_is_over_or_free(connection, acts):
    now, owner, over_ms = 1_000, "", 0
    connection.begin()
    for later_ms, who, act, long_ms in acts:
        now += later_ms
        if act == "take":
            may = owner in ("", who) or over_ms <= now
            assert leases.take(connection, "one", who, now_ms=now, until_ms=now + long_ms) == may
            owner, over_ms = (who, now + long_ms) if may else (owner, over_ms)
        else:
            leases.free(connection, "one", who)
            owner = "" if who == owner else owner
        assert leases.held(connection, now) == (["one"] if owner and over_ms > now else [])
    connection.rollback()


def test_what_is_long_over_is_forgotten(connection):
    connection.begin()
    for name, until_ms in (("old", 10), ("new", 20)):
        leases.take(connection, name, "a", now_ms=0, until_ms=until_ms)
    leases.sweep(connection, 20)
    assert leases.held(connection, 0) == ["new"]
    connection.rollback()


def test_many_at_once_never_have_one_lease_together(shared):
    """Six connections that ask without a pause for a lease of 20 ms each time."""
    until_s = monotonic() + 0.6

    def ask(who: int) -> list[tuple[int, int, int]]:
        """(from, until, who) of every time that it was had."""
        mine = []
        with closing(open_connection(shared)) as connection:
            while monotonic() < until_s:
                connection.begin()
                now = now_ms(connection, wall_ms)
                if leases.take(connection, "shared", str(who), now_ms=now, until_ms=now + 20):
                    mine.append((now, now + 20, who))
                connection.commit()
        return mine

    with ThreadPoolExecutor(6) as threads:
        found = sorted(each for mine in threads.map(ask, range(6)) for each in mine)
    assert found
    for (_, until, one), (begun, _, other) in pairwise(found):
        assert one == other or begun >= until
