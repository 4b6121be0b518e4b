"""Until when somebody must act: five working days to accept, ten to serve, and no day where none is known."""

from datetime import date, datetime

import pytest

from gateway.cases.due import Due, due_of
from gateway.cases.life import Event, Life, begun, told
from gateway.cases.states import ENDS, STATES
from gateway.clocks import Calendar
from mappings.china_time import CHINA

YEAR = Calendar(frozenset({2026}))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


def life_of(*steps: tuple[str, str]) -> Life:
    life = begun(Event("received", at("2026-11-16T09:00"), "here"))
    for kind, text in steps:
        life = told(life, Event(kind, at(text), "there"))  # type: ignore[arg-type]
    return life


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ((), Due("hand_over", None, "limit_unknown")),
        ((("handed_over", "2026-11-16T10:00"),), Due("accept", date(2026, 11, 23))),
        ((("handed_over", "2026-11-21T10:00"),), Due("accept", date(2026, 11, 30))),  # a Saturday
        (
            (("handed_over", "2026-11-16T10:00"), ("signed", "2026-11-18T10:00")),
            Due("accept", date(2026, 11, 23)),
        ),
        (
            (("correction_needed", "2026-11-17T10:00"),),
            Due("correct", None, "limit_unknown"),
        ),
        (
            (("correction_needed", "2026-11-17T10:00"), ("corrected", "2026-11-20T23:59")),
            Due("accept", date(2026, 11, 27)),
        ),
        ((("accepted", "2026-11-17T10:00"),), Due("decide", None, "limit_unknown")),
        ((("granted", "2026-11-17T10:00"),), Due("serve", date(2026, 12, 1))),
        ((("refused", "2026-12-28T10:00"),), Due("serve", None, "year_unknown")),
        ((("served", "2026-11-17T10:00"),), None),
    ],
)
def test_what_is_due_next_and_until_when(steps, due):
    assert due_of(life_of(*steps), YEAR) == due


def test_while_a_case_is_open_something_is_always_due():
    for state in STATES:
        life = Life(state, at("2026-11-17T10:00"))
        assert (due_of(life, YEAR) is None) == (state in ENDS)
