"""A short month of the network, as `make network` plays a longer one; and what its figures are made of."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.demo.network.counts import overdue, worked
from tests.demo.network.figures import Fate, differences, p90, table
from tests.demo.network.places import PARTNERS, PLATFORMS
from tests.demo.network.played import play
from tests.demo.network.stories import BEGINS, ENDS, PLOTS, drawn

SEED, CASES = 1, 12
DAY_MS = 86_400_000


async def test_a_month_of_the_network_with_a_killed_gateway_ends_rightly_and_three_counts_agree(
    tmp_path: Path,
) -> None:
    played = await play(tmp_path, drawn(SEED, CASES), SEED, kills=1)
    assert played.wrong == []
    assert len(played.fates) == CASES
    *_, across, within, every = played.rows
    assert across.received + within.received == every.received == CASES


def test_the_same_seed_draws_the_same_month() -> None:
    assert drawn(7, 50) == drawn(7, 50) != drawn(8, 50)


def test_a_long_month_has_every_place_every_plot_and_faults_of_every_platform() -> None:
    stories = drawn(SEED, 200)
    assert {each.there for each in stories} >= set(PARTNERS) and len(PARTNERS) == 16
    assert {each.plot for each in stories} == set(PLOTS)
    faulty = {each.there.platform for each in stories if each.fault}
    assert faulty == PLATFORMS.keys() - {"net-desk"}
    first, last = BEGINS.timestamp() * 1000, ENDS.timestamp() * 1000
    assert all(first <= each.received_ms and each.steps[-1].at_ms < last for each in stories if each.steps)


def test_a_case_of_which_two_counts_differ_is_told() -> None:
    one = Fate("330282", "330822", "失业登记", decided="granted", days=3)
    other = Fate("330282", "330822", "失业登记", decided="refused", days=3)
    assert list(differences("events", {"1": one}, "the store", {"1": one})) == []
    assert len(list(differences("events", {"1": one}, "the store", {"1": other}))) == 1
    assert len(list(differences("events", {"1": one}, "the store", {}))) == 1


def test_the_table_counts_by_pair_and_item_and_by_province() -> None:
    fates = {
        "1": Fate("330282", "330822", "失业登记", accepted=True, decided="granted", days=2),
        "2": Fate("330282", "520421", "失业登记", returned="wrong_item", ends="returned"),
        "3": Fate("330282", "520421", "失业登记", decided="refused", days=6, overdue=frozenset({"sign"})),
    }  # fmt: skip
    near, far, across, within, every = table(fates)
    assert (near.pair, near.received, near.median) == ("慈溪市→常山县", 1, "2")
    assert (far.received, far.returned, far.reasons, far.overdue) == (2, 1, "wrong_item 1", 1)
    assert (across.received, within.received, every.decided, every.median) == (2, 1, 2, "4")
    assert Counter(each.within for each in fates.values()) == {True: 1, False: 2}


@pytest.mark.parametrize(
    ("days", "found"), [([5], 5), ([1, 2], 2), (list(range(1, 11)), 9), ([*range(1, 12)], 10)]
)
def test_nine_of_ten_were_decided_within_these_days(days: list[int], found: int) -> None:
    assert p90(days) == found  # nearest rank: ceil(0.9 n), of 11 the tenth


def test_working_days_leave_out_the_week_end() -> None:
    assert worked(date(2026, 11, 6), date(2026, 11, 9)) == 1  # Friday to Monday
    assert worked(date(2026, 11, 6), date(2026, 11, 6)) == 0


def test_what_was_signed_for_after_two_working_days_is_overdue() -> None:
    monday = int(BEGINS.timestamp() * 1000)
    for days, ran_out in ((2, frozenset()), (3, frozenset({"sign"}))):
        assert overdue([("handed_over", monday), ("signed", monday + days * DAY_MS)]) == ran_out
