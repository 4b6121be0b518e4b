"""Ids begin with their time, so that a span of time is a range of the key."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.identity import least_id, new_id

TIMES = st.integers(0, 2**48 - 2)


@given(TIMES, st.binary(min_size=10, max_size=10))
def test_an_id_lies_between_its_millisecond_and_the_next(at_ms: int, random: bytes) -> None:
    made = new_id(at_ms, lambda count: random)
    assert least_id(at_ms) <= made < least_id(at_ms + 1)
    assert len(made) == len(least_id(at_ms)) == 26
