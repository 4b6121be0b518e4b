"""What may still come to a case, in every state that it can stand in."""

import pytest

from gateway.cases.later import BRINGS, CORRECT, SUPPLEMENT, WITHDRAW, why_not
from gateway.cases.life import Event, Life, begun
from gateway.cases.states import DECISIONS, ENDS, STATES, Kind
from tests.cases.test_life import BEGIN, HOUR_MS, events_of, life_of

WITH = {"duties": frozenset({"supplement"})}
OPEN = sorted(set(STATES) - ENDS - DECISIONS)


def at(state: str, **more: object) -> Life:
    return Life(state, 0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", STATES)
def test_a_correction_comes_where_one_is_asked_for_or_anywhere_where_they_take_it_unasked(state):
    over = state in ENDS | DECISIONS
    asked = None if state == "correction_needed" else "nothing_asked"
    assert why_not(at(state), CORRECT, unasked=False) == ("case_over" if over else asked)
    assert why_not(at(state), CORRECT, unasked=True) == ("case_over" if over else None)


@pytest.mark.parametrize("state", STATES)
def test_what_is_owed_comes_until_the_end_and_nothing_else(state):
    assert why_not(at(state, **WITH), SUPPLEMENT, unasked=False) == ("case_over" if state in ENDS else None)
    assert why_not(at(state), SUPPLEMENT, unasked=False) == (
        "case_over" if state in ENDS else "nothing_asked"
    )


@pytest.mark.parametrize("state", STATES)
def test_a_case_is_withdrawn_before_it_is_decided(state):
    assert why_not(at(state), WITHDRAW, unasked=False) == (None if state in OPEN else "case_over")


@pytest.mark.parametrize("state", OPEN)
def test_what_they_take_unasked_is_no_finding_and_moves_nothing(state):
    life = life_of(*events_of([state])) if state != "received" else begun(BEGIN)
    after = life_of(*events_of([state] if state != "received" else []), late("corrected"))
    assert after.findings == ()
    assert after.state == ("corrected" if state == "correction_needed" else life.state)


@pytest.mark.parametrize("state", sorted(ENDS))
def test_what_comes_to_a_case_that_is_over_is_a_finding(state):
    for kind in BRINGS.values():
        if kind != state:
            after = life_of(*events_of([state]), late(kind))
            assert (after.state, len(after.findings)) == (state, 1)


def late(kind: Kind) -> Event:
    return Event(kind, BEGIN.at_ms + 9 * HOUR_MS, "tongban", "X")
