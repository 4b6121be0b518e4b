"""Where a parent stands is a function of its parts: of all of them, of nothing else, never better than they are."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.joint import (
    OPEN,
    OUTCOME_TEXTS,
    OUTCOMES,
    STANDINGS,
    TEXTS,
    Outcome,
    actors,
    outcome_of,
    standing_of,
)
from gateway.cases.life import Event, Life, lived
from gateway.cases.states import ALONG, ENDS, Kind

HOUR_MS = 3_600_000
RECEIPT = Event("received", 0, "guichi")
outcomes = st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=6)
histories = st.lists(
    st.builds(
        Event, st.sampled_from(sorted(ALONG)), st.integers(0, 40).map(lambda hour: hour * HOUR_MS),
        st.sampled_from(("sim-gd", "sim-gx")), st.sampled_from(("", "R1", "R2", "R3")),
        st.sampled_from(("", "", "R1", "R2")),
    ), max_size=8,
)  # fmt: skip


def life(*kinds: Kind) -> Life:
    return lived(RECEIPT, [Event(kind, hour * HOUR_MS, "sim-gd") for hour, kind in enumerate(kinds, 1)])


@pytest.mark.parametrize("kinds, given_up, outcome", [
    (("signed", "accepted"), False, "open"),
    (("granted",), False, "open"),                            # it is still to be served
    (("granted", "served"), False, "done"),
    (("refused", "served"), False, "failed"),
    (("not_accepted", "served"), False, "failed"),
    (("suspended", "not_accepted", "granted", "served"), False, "done"),  # a contradiction is no decision
    (("granted", "refused", "served"), False, "done"),        # likewise
    (("served",), False, "unclear"),                          # nobody said how it was decided
    (("transferred_up",), False, "unclear"),
    (("returned",), False, "failed"),
    (("withdrawn",), False, "withdrawn"),
    (("granted", "voided"), False, "failed"),
    ((), True, "failed"),                                     # it never arrived
    (("granted", "served"), True, "done"),                    # it is over there after all
])  # fmt: skip
def test_what_became_of_a_part(kinds: tuple[Kind, ...], given_up: bool, outcome: Outcome) -> None:
    assert outcome_of(life(*kinds), given_up=given_up) == outcome


@pytest.mark.parametrize("outcomes, standing", [
    (("open", "open"), "under_way"),
    (("open", "done"), "under_way"),
    (("open", "unclear"), "under_way"),
    (("open", "failed"), "broken"),
    (("open", "withdrawn", "done"), "broken"),
    (("done", "done"), "done"),
    (("done", "failed"), "partly_done"),
    (("done", "withdrawn"), "partly_done"),
    (("done", "unclear"), "unclear"),
    (("failed", "unclear"), "unclear"),
    (("failed", "failed"), "failed"),
    (("failed", "withdrawn"), "failed"),
    (("withdrawn", "withdrawn"), "withdrawn"),
])  # fmt: skip
def test_where_the_parent_stands(outcomes: tuple[Outcome, ...], standing: str) -> None:
    assert {standing_of(each) for each in permutations(outcomes)} == {standing}


@given(outcomes)
def test_a_parent_is_done_only_if_every_part_is(found: list[Outcome]) -> None:
    standing = standing_of(found)
    assert (standing == "done") == (set(found) == {"done"})
    assert (standing == "withdrawn") == (set(found) == {"withdrawn"})
    assert (standing in OPEN) == ("open" in found)
    assert standing not in ("failed", "withdrawn") or "done" not in found  # what is done is not hidden


@given(outcomes)
def test_the_order_of_the_parts_and_how_many_there_are_alike_changes_nothing(found: list[Outcome]) -> None:
    assert standing_of(found) == standing_of(sorted(found)) == standing_of([*found, *found])


@given(st.lists(st.tuples(histories, st.booleans()), min_size=1, max_size=4))
def test_whatever_is_told_of_the_parts_somebody_acts_next_while_the_parent_is_open(
    told: list[tuple[list[Event], bool]],
) -> None:
    lives = [(lived(RECEIPT, events), given_up) for events, given_up in told]
    parts = [(each, outcome_of(each, given_up=given_up)) for each, given_up in lives]
    standing = standing_of([outcome for _, outcome in parts])
    assert bool(actors(parts)) == (standing in OPEN)
    assert "nobody" not in actors(parts)
    for each, outcome in parts:
        assert (outcome == "done") <= (each.state == "served")
        assert (outcome == "open") <= (each.state not in ENDS)


def test_every_word_has_its_texts_in_both_languages() -> None:
    assert TEXTS.keys() == set(STANDINGS)
    assert OUTCOME_TEXTS.keys() == set(OUTCOMES)
    assert all(all(texts) for texts in (*TEXTS.values(), *OUTCOME_TEXTS.values()))
