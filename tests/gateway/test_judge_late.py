"""judge, and what is heard of an attempt after its lease was over; waits that are longer than patience."""

import pytest

from gateway.exchange.judge import judge, unresolved
from gateway.model import Fact, Policy, ProbePolicy

HOUR = 3_600_000
BARE = Policy(patience_ms=HOUR)
REPEATABLE = Policy(patience_ms=HOUR, repeatable=True)
PROBED = Policy(patience_ms=HOUR, probe=ProbePolicy(settled_after_ms=1_000, tries=2, every_ms=1_000))


def decided(policy, *facts, now_ms=5_000):
    return judge(facts, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)


@pytest.mark.parametrize(
    "kind, state", [("not_sent", "deferred"), ("later", "deferred"), ("refused", "refused")]
)
def test_what_is_heard_of_the_same_attempt_resolves_its_expired_lease(kind, state):
    expired = Fact("unknown", 1_000, attempt=1, over_ms=1_000, cause="lease_expired")
    assert decided(BARE, expired, Fact(kind, 4_000, attempt=1)).state == state


def test_what_is_heard_of_another_attempt_resolves_nothing():
    expired = Fact("unknown", 1_000, attempt=1, over_ms=1_000, cause="lease_expired")
    assert decided(BARE, expired, Fact("not_sent", 4_000, attempt=2)).state == "held"


def test_resolving_the_last_unknown_uncovers_the_one_before():
    first = Fact("unknown", 1_000, attempt=1, over_ms=1_000, cause="timeout")
    second = Fact("unknown", 2_000, attempt=2, over_ms=2_000, cause="lease_expired")
    late = Fact("not_sent", 4_000, attempt=2)
    assert unresolved((first, second, late), REPEATABLE) == 0
    assert unresolved((second, late), REPEATABLE) is None


def test_who_asks_to_come_back_after_our_patience_is_not_waited_for():
    assert decided(BARE, Fact("later", 5_000, attempt=1, retry_after_ms=HOUR)).state == "abandoned"
    assert decided(BARE, Fact("later", 5_000, attempt=1, retry_after_ms=HOUR // 2)).state == "deferred"


def test_a_doubt_is_never_abandoned_for_a_long_wait():
    unknown = Fact("unknown", 1_000, attempt=1, over_ms=1_000)
    assert decided(REPEATABLE, unknown, Fact("later", 5_000, attempt=2, retry_after_ms=HOUR)).state == "held"


def test_a_probe_comes_back_no_earlier_than_it_is_asked_to():
    unknown = Fact("unknown", 1_000, attempt=1, over_ms=1_000)
    decision = decided(PROBED, unknown, Fact("unclear", 5_000, attempt=2, retry_after_ms=60_000))
    assert (decision.step, decision.due_ms) == ("probe", 65_000)


def test_what_a_probe_was_told_before_a_message_left_says_nothing_about_that_message():
    first = Fact("unknown", 1_000, attempt=1, over_ms=1_000)
    slow = Fact("absent", 60_000, attempt=2, over_ms=2_000)  # asked at 2 s; its process slept until a minute
    quick = [Fact("absent", 4_000, attempt=each, over_ms=4_000) for each in (3, 4)]
    again = Fact("unknown", 5_000, attempt=5, over_ms=5_000)
    history = (first, *quick, again, slow, slow)
    assert unresolved(history, PROBED) == 3
    assert decided(PROBED, *history, now_ms=60_000).step == "probe"


def test_each_unknown_needs_absences_of_its_own_in_whatever_order_they_become_known():
    lease = Fact("unknown", 3_000, attempt=1, over_ms=3_000, cause="lease_expired")
    absent = [Fact("absent", 4_000, attempt=each, over_ms=4_000) for each in (2, 3)]
    again = Fact("unknown", 6_000, attempt=4, over_ms=6_000)
    late = Fact("unknown", 500, attempt=1, over_ms=500)  # read before its process slept, told after
    history = (lease, *absent, again, late)
    since = [
        Fact("absent", 6_500, attempt=each, over_ms=6_500) for each in (5, 6)
    ]  # settled for the late one
    assert unresolved((*history, *since), PROBED) == 3
    assert decided(PROBED, *history, *since, now_ms=6_500).step == "probe"
    settled = [Fact("absent", 7_000, attempt=each, over_ms=7_000) for each in (7, 8)]
    assert unresolved((*history, *settled), PROBED) is None
