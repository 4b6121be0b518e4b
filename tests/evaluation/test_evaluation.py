"""The measuring itself, without the lists that it measures on."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.likeness.features import Features
from gateway.items.likeness.score import model
from tests.evaluation.calibrate import points
from tests.evaluation.figures import Share, figures
from tests.evaluation.fit import AGAINST, ASSUMED, fitted
from tests.evaluation.lists import LISTS, labels


def test_the_labels_name_pairs_of_codes_once_and_hold_no_names():
    found = labels()
    pairs = [(label.here, label.here_code, label.there, label.there_code) for label in found]
    assert max(Counter(pairs).values()) == 1
    assert {label.label for label in found} == {"same", "part", "other"}
    assert {name for label in found for name in (label.here, label.there)} <= LISTS.keys()
    assert all(code.isascii() for pair in pairs for code in pair)
    assert len(found) >= 300


def test_no_labelled_pair_is_both_fitted_on_and_tested_on():
    sets = {
        which: {(each.here, each.here_code) for each in labels() if each.set == which}
        for which in ("tune", "test")
    }
    assert sets["tune"].isdisjoint(sets["test"])


def test_every_fresh_pair_has_a_list_that_no_earlier_pair_touches():
    fresh = [label for label in labels() if label.set in ("fresh", "near")]
    earlier = {
        name
        for label in labels()
        if label.set not in ("fresh", "near", "drawn", "below")
        for name in (label.here, label.there)
    }
    assert fresh
    assert earlier.isdisjoint(label.here for label in fresh)


def test_every_drawn_pair_says_why_and_has_a_list_that_no_other_pair_touches():
    drawn = [label for label in labels() if label.set == "drawn"]
    others = {
        name for each in labels() if each.set not in ("drawn", "below") for name in (each.here, each.there)
    }
    assert len(drawn) >= 300
    assert all(label.why for label in drawn)
    assert others.isdisjoint(label.here for label in drawn)


def test_fresh_pairs_are_of_two_provinces_and_near_ones_of_one():
    for label in labels():
        provinces = {LISTS[name].division[:2] for name in (label.here, label.there)}
        assert label.set != "fresh" or len(provinces) == 2
        assert label.set != "near" or len(provinces) == 1


@pytest.mark.parametrize(
    ("good", "of", "least"),
    [
        (73, 73, 0.950),  # 73 / (73 + 1.96²)
        (59, 59, 0.939),
        (0, 10, 0.0),
        (0, 0, 0.0),
        (50, 100, 0.4038),
    ],
)
def test_the_lower_bound_is_wilsons(good, of, least):
    assert Share(good, of).least == pytest.approx(least, abs=5e-4)


def test_a_fit_finds_what_decides_and_no_difference_speaks_for_a_pair():
    nothing = dict.fromkeys(Features._fields, 0.0)
    like = Features(**nothing | {"matter": 0.9})
    unlike = Features(**nothing | {"matter": 0.2, "acts_differ": 1.0})
    odd = Features(
        **nothing | {"matter": 0.9, "department_differ": 1.0}
    )  # true: a free fit would count it for
    constant, found = fitted([(like, True), (odd, True), (unlike, False)] * 5)
    assert found["acts_differ"] < 0 < constant + 0.9 * found["matter"]
    assert all(found[name] <= 0 for name in AGAINST)
    assert {name: found[name] for name in ASSUMED} == ASSUMED


def test_the_installed_weights_say_what_they_are_from():
    assert "pairs labelled tune" in model().fitted


def test_without_lists_there_are_no_figures(tmp_path):
    assert figures(tmp_path, "test").pairs == 0


@given(st.lists(st.tuples(st.floats(0, 0.949), st.booleans()), min_size=1))
def test_the_points_of_a_calibration_rise_in_both(found):
    made = points(found)
    assert all(0 < share < 1 for _, share in made)
    assert all(one[0] <= other[0] and one[1] < other[1] for one, other in pairwise(made))


def test_a_calibration_says_what_share_was_right():
    found = [(0.7, n < 30) for n in range(98)] + [(0.8, n < 55) for n in range(98)]
    assert points(found) == [(0.7, 0.31), (0.8, 0.56)]
