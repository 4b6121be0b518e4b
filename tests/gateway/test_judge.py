"""judge over whole histories: examples that a reviewer would try first, then properties over all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.judge import LANDED, judge, unresolved
from gateway.model import ENDS, Fact, Policy, ProbePolicy

HOUR = 3_600_000
PROBE = ProbePolicy(settled_after_ms=600_000, tries=2, every_ms=60_000)
POLICIES = {
    "bare": Policy(patience_ms=HOUR),
    "repeatable": Policy(patience_ms=HOUR, repeatable=True),
    "probed": Policy(patience_ms=HOUR, probe=PROBE),
    "renewing": Policy(patience_ms=HOUR, renews_secret=True),
}


def verdict(policy, *facts, now_ms=1_000):
    history = tuple(Fact(f, at_ms=now_ms) if isinstance(f, str) else f for f in facts)
    decision = judge(history, POLICIES[policy], exchange_id="E", admitted_ms=0, now_ms=now_ms)
    return decision.state, decision.step


@pytest.mark.parametrize(
    "policy, facts, expected",
    [
        ("bare", ["taken"], ("delivered", None)),
        ("repeatable", ["unknown", "refused"], ("held", None)),  # of the first nothing is known
        ("repeatable", ["unknown", Fact("refused", at_ms=1_000, cause="settled")], ("refused", None)),
        ("bare", ["refused"], ("refused", None)),
        ("bare", ["unknown"], ("held", None)),  # nobody can say: a person
        ("bare", ["not_sent"], ("deferred", "send")),
        ("bare", ["unknown", "settled_again"], ("deferred", "send")),
        ("bare", ["unknown", "settled_again", "not_sent"], ("deferred", "send")),
        ("bare", ["unknown", "settled_stop"], ("abandoned", None)),
        ("bare", ["unknown", "settled_taken"], ("delivered", None)),
        ("bare", ["later", "withdraw_asked"], ("withdrawn", None)),
        ("bare", ["unknown", "withdraw_asked"], ("held", None)),  # they may have it: not ours to take back
        ("repeatable", ["unknown"], ("deferred", "send")),
        ("repeatable", ["unknown", "not_sent"], ("deferred", "send")),
        ("repeatable", ["unknown", "refused"], ("held", None)),  # a refusal does not undo the first try
        ("repeatable", ["unknown", "already"], ("delivered", None)),
        ("probed", ["unknown"], ("deferred", "probe")),
        ("probed", ["unknown", "unclear"], ("deferred", "probe")),
        ("probed", ["unknown", "landed"], ("delivered", None)),
        ("renewing", ["barred"], ("deferred", "send")),
    ],
)
def test_histories_lead_where_the_design_says(policy, facts, expected):
    assert verdict(policy, *facts) == expected


@pytest.mark.parametrize(
    "policy, facts, expected",
    [
        ("bare", ["not_sent"], "abandoned"),
        ("bare", ["unknown", "not_sent"], "held"),  # the first try may have landed
        ("repeatable", ["unknown", "not_sent"], "held"),
        ("probed", ["unknown", "unclear", "unclear"], "held"),
    ],
)
def test_when_patience_is_over_doubt_is_held_and_certainty_abandoned(policy, facts, expected):
    assert verdict(policy, *facts, now_ms=HOUR + 1)[0] == expected


def test_absent_counts_only_after_settled_after_and_as_often_as_declared():
    unknown = Fact("unknown", at_ms=0, over_ms=10_000)
    early = Fact("absent", at_ms=700_000, over_ms=609_999)  # asked at 10 s + 10 min - 1 ms, read later
    late = Fact("absent", at_ms=700_000, over_ms=610_000)
    assert unresolved((unknown, early, early, late), POLICIES["probed"]) == 0
    assert unresolved((unknown, late, late), POLICIES["probed"]) is None
    assert verdict("probed", unknown, late, late, now_ms=700_000) == ("deferred", "send")


def test_the_first_probe_waits_until_the_answer_can_be_believed():
    unknown = Fact("unknown", at_ms=0, over_ms=10_000)
    decision = judge((unknown,), POLICIES["probed"], exchange_id="E", admitted_ms=0, now_ms=10)
    assert decision.due_ms == 610_000


def test_a_stale_secret_is_renewed_once_and_then_waits_like_everything_else():
    once = judge((Fact("barred", 5),), POLICIES["renewing"], exchange_id="E", admitted_ms=0, now_ms=5)
    twice = judge(
        (Fact("barred", 5), Fact("barred", 6)), POLICIES["renewing"], exchange_id="E", admitted_ms=0, now_ms=6
    )
    assert once.due_ms == 5
    assert twice.due_ms is not None and twice.due_ms > 6 + 30_000 * 0.75


def test_we_never_come_back_before_their_retry_after():
    fact = Fact("later", at_ms=0, retry_after_ms=1_000_000)
    decision = judge((fact,), Policy(), exchange_id="E", admitted_ms=0, now_ms=0)
    assert decision.due_ms is not None and decision.due_ms >= 1_000_000


KINDS = st.sampled_from(
    ["taken", "already", "refused", "later", "barred", "not_sent", "unknown", "landed", "absent", "unclear",
     "settled_taken", "settled_again", "settled_stop", "withdraw_asked"]
)  # fmt: skip
FACTS = st.builds(Fact, KINDS, at_ms=st.integers(0, 2 * HOUR), over_ms=st.integers(0, HOUR))
HISTORIES = st.lists(FACTS, min_size=1, max_size=8).map(tuple)
POLICY = st.sampled_from(list(POLICIES.values()))
NOW = st.integers(0, 3 * HOUR)


@given(HISTORIES, POLICY, NOW)
def test_an_unresolved_unknown_is_never_refused_abandoned_withdrawn_nor_sent_blindly(history, policy, now_ms):
    decision = judge(history, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)
    settled = any(fact.kind in LANDED for fact in history) or history[-1].kind.startswith("settled")
    if unresolved(history, policy) is None or settled:
        return
    assert decision.state in {"held", "deferred"}
    if decision.step == "send":
        assert policy.repeatable


@given(HISTORIES, POLICY, NOW)
def test_what_landed_is_delivered_whatever_came_before_or_after(history, policy, now_ms):
    state = judge(history, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms).state
    assert (state == "delivered") == any(fact.kind in LANDED for fact in history)


@given(HISTORIES, POLICY, NOW)
def test_every_history_leads_to_an_end_or_to_something_due_or_to_a_person(history, policy, now_ms):
    decision = judge(history, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)
    assert decision.state in ENDS | {"held", "deferred"}
    assert (decision.state == "deferred") == (decision.step is not None and decision.due_ms is not None)
    assert decision == judge(history, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)
