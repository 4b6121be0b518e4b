"""The sending protocol, explored whole within its bounds; and that each of its guards is needed.

Two processes, one exchange, at most three disturbances (two on a platform that deduplicates and can be probed),
and as much time as matters: 196,000 moments. `python -m tests.faults.explore` prints them by platform.
"""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.judge import judge
from gateway.model import Fact, FactKind, Policy, ProbePolicy, State
from tests.faults.explore import BARE, DISTURBANCES, PROBED, REPEATABLE, explore
from tests.faults.model import Model
from tests.faults.moments import LAG, SETTLED_AFTER, Assumed, Guards, judged_by

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
LEAST_MOMENTS = 10_000  # fewer, and the model has lost its moves
NEVER = {"barred"}  # `later` by another name, as far as judge is concerned

NEEDED = [  # the guard, where it is missed, with how many disturbances, and what becomes of the case
    ("lease_checked", PROBED, 1, "doubled"),
    ("expiry_is_unknown", BARE, 1, "doubled"),
    ("unknown_sticks", REPEATABLE, 1, "refused, and they have it"),
    ("each_unknown_counts", REPEATABLE, 2, "abandoned, and they have it"),
    ("conclusion_fenced", PROBED, 1, "refused, and they have it"),
    ("absence_settles", PROBED, 1, "doubled"),
    ("absence_is_dated", PROBED, 3, "abandoned, and they have it"),
    ("claim_committed", BARE, 1, "withdrawn, and they have it"),
    ("claim_fenced", BARE, 1, "doubled"),
    ("resend_declared", BARE, 1, "doubled"),
]


def told(found):
    """What a failing test shows: the fault, and how it comes to it."""
    return "\n".join((found.fault, *found.trace))


def test_nothing_is_lost_doubled_or_stuck_whatever_befalls():
    words, arrows = set(), set()
    for platform, disturbances in DISTURBANCES.items():
        found = explore(Model(platform, disturbances))
        assert found.fault == "", told(found)
        assert found.moments > LEAST_MOMENTS
        words |= found.words
        arrows |= found.arrows
    assert words == {*get_args(State), *get_args(FactKind)} - NEVER  # every word of the code was met
    assert arrows <= set(re.findall(r"^    (\w+) --> (\w+)", PAGE.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("guard, platform, disturbances, fault", NEEDED, ids=[each[0] for each in NEEDED])
def test_without_any_one_of_its_guards_the_protocol_fails(guard, platform, disturbances, fault):
    found = explore(Model(platform, disturbances, Guards(**{guard: False})))
    assert found.fault == fault, told(found)


def test_every_guard_is_taken_away_once():
    assert [each.name for each in fields(Guards)] == [guard for guard, *_ in NEEDED]


@pytest.mark.parametrize("stopped", [SETTLED_AFTER - LAG + 1, None])
def test_who_is_stopped_between_the_check_and_the_first_byte_may_double_where_a_probe_decides(stopped):
    found = explore(Model(PROBED, 1, assumed=Assumed(stopped=stopped)))
    assert found.fault == "doubled", told(found)


def test_settled_after_covers_a_stop_that_is_shorter():
    found = explore(Model(PROBED, 2, assumed=Assumed(stopped=SETTLED_AFTER - LAG)))
    assert found.fault == "", told(found)


def test_where_they_deduplicate_a_stop_may_last_as_long_as_it_likes():
    found = explore(Model(REPEATABLE, 2, assumed=Assumed(stopped=None)))
    assert found.fault == "", told(found)


def test_who_settles_while_the_message_may_still_be_under_way_settles_wrongly():
    found = explore(Model(BARE, 2, assumed=Assumed(person_waits=False)))
    assert found.fault == "abandoned, and they have it", told(found)


PROBE = ProbePolicy(settled_after_ms=SETTLED_AFTER, tries=1, every_ms=1)
POLICIES = st.builds(
    Policy,
    repeatable=st.booleans(),
    probe=st.sampled_from([None, PROBE]),
    patience_ms=st.just(8),
    first_wait_ms=st.just(2),
    most_wait_ms=st.just(2),
)
TICKS = st.integers(0, 12)
FACTS = st.builds(
    Fact, st.sampled_from(get_args(FactKind)), at_ms=TICKS, attempt=st.integers(0, 4), over_ms=TICKS
)
HISTORIES = st.lists(FACTS, min_size=1, max_size=7).map(tuple)


@given(HISTORIES, POLICIES, TICKS)
def test_what_the_search_takes_for_the_same_history_is_judged_the_same(history, policy, now_ms):
    whole, essential = (
        judge(each, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)
        for each in (history, judged_by(history))
    )
    assert whole == essential
