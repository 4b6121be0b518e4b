"""The life of a case is the same in whatever order its events come, and an end that was told stays."""

from itertools import pairwise
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.life import APART_MS, Event, Life, begun, lived, told
from gateway.cases.states import (
    ACTS,
    ALONG,
    BESIDE,
    CLOSES,
    DECISIONS,
    ENDS,
    LEADS,
    OPENS,
    STATES,
    TEXTS,
    Kind,
)
from mappings import canonical
from tests.speed import slowness

HOUR_MS = 3_600_000
BEGIN = Event("received", 1_000 * HOUR_MS, "here", "1")


def life_of(*events: Event) -> Life:
    life = begun(BEGIN)
    for event in events:
        life = told(life, event)
    return life


def events_of(kinds: list[Kind], apart_ms: int = HOUR_MS) -> list[Event]:
    return [
        Event(kind, BEGIN.at_ms + place * apart_ms, "there", str(place))
        for place, kind in enumerate(kinds, 1)
    ]


@st.composite
def walks(draw: st.DrawFn, most: int = 8, *, once: bool = False) -> list[Kind]:
    """Kinds in a lawful order; once: none twice."""
    life, kinds = begun(BEGIN), list[Kind]()
    while len(kinds) < most:
        duties: set[Kind] = {kind for kind, duty in CLOSES.items() if duty in life.duties}  # type: ignore[misc]
        lawful = set(LEADS[life.state]) | duties | (set() if life.ended else set(OPENS))
        if once:
            lawful -= set(kinds)
        if not lawful or draw(st.integers(0, 6)) == 0:
            break
        kinds.append(draw(st.sampled_from(sorted(lawful))))
        life = life_of(*events_of(kinds))
    return kinds


@given(walks(), st.data())
def test_the_order_in_which_events_come_and_how_often_makes_no_difference(kinds, data):
    events = events_of(kinds)
    expected = life_of(*events)
    again = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    came = life_of(*data.draw(st.permutations([*events, *again])))
    for name in ("state", "since_ms", "steps", "duties", "findings"):
        assert getattr(came, name) == getattr(expected, name)
    assert {finding.what for finding in came.findings} <= {"second_correction"}


@given(walks(once=True), st.integers(-APART_MS // 2, APART_MS // 2))
def test_two_clocks_that_differ_by_minutes_tell_the_same_life(kinds, differ_ms):
    along = sorted(kinds, key=ALONG.__getitem__)
    if not all(_leads(along[:place], kind) for place, kind in enumerate(along)):
        return
    one = events_of(along, apart_ms=60_000)
    other = [
        event._replace(source="here", at_ms=event.at_ms + differ_ms) if place % 2 else event
        for place, event in enumerate(one)
    ]
    assert [step.kind for step in life_of(*other).steps] == ["received", *along]


def _leads(before: list[Kind], kind: Kind) -> bool:
    life = life_of(*events_of(before))
    duty = CLOSES.get(kind)
    return duty in life.duties if duty else kind in OPENS or kind in LEADS[life.state]


anything = st.builds(
    Event,
    kind=st.sampled_from(sorted(ALONG)),
    at_ms=st.integers(-5, 30).map(lambda hours: BEGIN.at_ms + hours * HOUR_MS),
    source=st.sampled_from(("here", "there")),
    number=st.sampled_from(("", "1", "2", "3", "4")),
    undoes=st.just(""),
)


@given(st.lists(anything, max_size=12))
def test_whatever_comes_an_end_that_was_told_is_never_left(events):
    life = begun(BEGIN)
    for event in events:
        before, life = life, told(life, event)
        assert not before.ended or life.state == before.state


@given(st.lists(anything, max_size=12))
def test_no_event_is_lost_and_none_is_kept_twice(events):
    life = life_of(*events)
    assert {each.key for each in life.events} == {BEGIN.key} | {each.key for each in events}
    assert len(life.events) == len({each.key for each in life.events})


records = st.lists(
    st.builds(Event._replace, anything, undoes=st.sampled_from(("", "", "", "1", "2", "9"))), max_size=12
)


@given(records)
def test_told_all_at_once_or_one_after_another_it_is_the_same_life(events):
    assert lived(BEGIN, events) == life_of(*events)


@given(records)
def test_what_was_taken_back_or_stands_against_the_end_never_counts_again(events):
    life, gone = begun(BEGIN), set[tuple[str, str]]()
    for event in events:
        before, life = life, told(life, event)
        steps = {each.key for each in life.steps}
        early = {each.event.key for each in before.findings if each.what == "corrects_nothing"}
        gone |= {each.key for each in before.events} - steps - early
        assert not gone & steps
        assert {each.key for each in life.events} >= {each.key for each in before.events}
    assert {each.event.key for each in life.findings} >= gone - {(e.source, e.undoes) for e in events}


@given(walks(once=True), st.sampled_from(sorted(ALONG)))
def test_a_record_that_comes_before_the_one_that_it_takes_back_takes_it_back_all_the_same(kinds, wrong):
    events = events_of(kinds)
    at_ms = BEGIN.at_ms + (len(kinds) + 1) * HOUR_MS
    mistake = Event(wrong, at_ms, "there", "wrong")
    mended = Event("signed", at_ms, "there", "right", undoes="wrong")
    late, early = life_of(*events, mistake, mended), life_of(*events, mended, mistake)
    if not life_of(*events).ended:
        assert (early.state, early.steps, early.duties) == (late.state, late.steps, late.duties)
    assert mistake.key not in {each.key for each in early.steps}
    assert lived(BEGIN, [*events, mended, mistake]) == early


def test_a_thousand_events_at_one_moment_are_put_in_order_within_a_moment():
    """Six hundred milliseconds would be ten times what it takes; a thousand squared takes minutes."""
    kinds = sorted(ALONG.keys() - ENDS)
    events = [Event(kinds[n % len(kinds)], BEGIN.at_ms + n, "there", str(n)) for n in range(1_000)]
    begin_s = thread_time()
    life = lived(BEGIN, events)
    assert thread_time() - begin_s < 0.6 * slowness()
    assert len(life.steps) == 1_001


@given(walks())
def test_a_record_that_is_taken_back_counts_no_more_and_what_stands_instead_does(kinds):
    events = events_of([*kinds, "withdrawn"])
    life = life_of(*events)
    wrong = events[-1]
    mended = told(life, Event("handed_over", wrong.at_ms, "there", "new", undoes=wrong.number))
    without = life_of(*events[:-1])
    if without.ended:  # the walk had ended by itself: the withdrawal was a contradiction already
        assert mended.state == without.state
    else:
        assert not mended.ended
        assert wrong not in mended.steps


@pytest.mark.parametrize(("source", "number"), [("there", "6"), (BEGIN.source, BEGIN.number)])
def test_a_correction_of_nothing_or_of_the_receipt_itself_is_a_finding(source, number):
    life = life_of(Event("accepted", BEGIN.at_ms + 1, source, "7", undoes=number))
    assert life.state == "received"
    assert [finding.what for finding in life.findings] == ["corrects_nothing"]


@pytest.mark.parametrize(
    ("kinds", "state", "acts"),
    [
        ([], "received", "receiving"),
        (["handed_over", "signed"], "signed", "deciding"),
        (["handed_over", "correction_needed"], "correction_needed", "applicant"),
        (["handed_over", "correction_needed", "corrected"], "corrected", "deciding"),
        (["accepted", "supplement_owed"], "accepted", "applicant"),
        (["accepted", "supplement_owed", "supplied"], "accepted", "deciding"),
        (["accepted", "to_pay", "supplement_owed", "paid"], "accepted", "applicant"),
        (["accepted", "suspended"], "suspended", "deciding"),
        (["accepted", "suspended", "resumed"], "accepted", "deciding"),
        (["handed_over", "granted"], "granted", "deciding"),
        (["served"], "served", "nobody"),
        (["handed_over", "not_accepted", "served"], "served", "nobody"),
        (["accepted", "supplement_owed", "withdrawn"], "withdrawn", "nobody"),
    ],
)
def test_where_a_case_stands_and_who_must_act(kinds, state, acts):
    life = life_of(*events_of(kinds))
    assert (life.state, life.acts, life.findings) == (state, acts, ())


@pytest.mark.parametrize(
    ("kinds", "state", "what"),
    [
        (["accepted", "handed_over"], "accepted", "goes_back"),
        (["granted", "accepted"], "granted", "goes_back"),
        (["granted", "refused"], "granted", "goes_back"),
        (["withdrawn", "served"], "withdrawn", "contradicts_the_end"),
        (["correction_needed", "corrected", "correction_needed"], "correction_needed", "second_correction"),
        (["supplied"], "received", "nothing_owed"),
    ],
)
def test_what_does_not_fit_is_a_finding(kinds, state, what):
    life = life_of(*events_of(kinds))
    assert (life.state, [finding.what for finding in life.findings]) == (state, [what])


def test_who_tells_states_alone_says_that_it_goes_on_by_acceptance():
    life = life_of(*events_of(["accepted", "suspended", "accepted"]))
    assert (life.state, life.findings) == ("accepted", ())


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (["accepted", "suspended", "resumed", "accepted"], "accepted"),  # by both
        (["accepted", "suspended", "accepted", "resumed", "granted"], "granted"),
        (["accepted", "supplement_owed", "supplied", "supplied"], "accepted"),
        (["accepted", "to_pay", "paid", "paid", "granted"], "granted"),
    ],
)
def test_what_two_tell_in_their_own_words_is_no_finding(kinds, state):
    for apart_ms in (HOUR_MS, 1000):
        life = life_of(*events_of(kinds, apart_ms))
        assert (life.state, life.duties, life.findings) == (state, frozenset(), ())


def test_every_state_has_its_words_its_actor_and_what_may_follow():
    assert TEXTS.keys() == LEADS.keys() == ACTS.keys() == set(STATES)
    assert ALONG.keys() == set(STATES) | {"resumed"} | OPENS.keys() | CLOSES.keys() | BESIDE
    assert {state for state, kinds in LEADS.items() if not kinds} == ENDS
    for state, kinds in LEADS.items():
        assert state not in kinds or state == "suspended"
        assert kinds <= ALONG.keys()


def test_from_every_open_state_each_way_of_ending_can_be_reached():
    reached = {state: {state} for state in STATES}
    for _ in STATES:
        for state, kinds in LEADS.items():
            for kind in kinds:
                reached[state] |= reached["accepted" if kind == "resumed" else kind]
    for state in set(STATES) - ENDS - DECISIONS:
        assert reached[state] >= ENDS
    for decision in DECISIONS:
        assert reached[decision] == {decision, "served"} | ({"voided"} if decision == "granted" else set())


def test_the_states_of_a_progress_answer_are_states_of_a_case():
    told_by_platforms = canonical.schema("canonical/progress@1")["$defs"]["state"]["enum"]
    assert set(told_by_platforms) == set(STATES) - {"received", "form_checked"}


def test_steps_stand_in_the_order_of_their_time_where_clocks_can_tell():
    life = life_of(*reversed(events_of(["handed_over", "signed", "accepted", "granted"])))
    assert all(one.at_ms <= other.at_ms for one, other in pairwise(life.steps))
