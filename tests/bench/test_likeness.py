"""The short form of tests.bench.likeness: what a small list costs, held to a generous share of what is asked."""

import pytest

from tests.bench.likeness import ASKED_MB, alone
from tests.speed import slowness


@pytest.mark.alone
def test_two_lists_of_1500_are_compared_in_seconds_and_little_memory():
    cost = alone("suggesting", 1500)
    assert cost.found > 500
    assert cost.seconds < 45 * slowness()  # a thirteenth of the 600 s for 20,000, as the index is shorter too
    assert cost.most_mb < ASKED_MB / 5


@pytest.mark.alone
def test_a_long_list_is_covered_in_the_memory_of_a_page():
    short, long = alone("covering", 4_000), alone("covering", 40_000)
    assert (short.found, long.found) == (4_000, 40_000)
    assert long.most_mb < short.most_mb + 30
    assert long.seconds < 30 * slowness()
