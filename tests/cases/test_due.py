"""Every limit of a case: from when to when it runs, its last day, its colour, and no day where none is known."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.due import Clock, Due, Terms, clocks_of, due_of
from gateway.cases.life import Event, Life, begun, told
from gateway.cases.spans import NAMES
from gateway.cases.states import ALONG, ENDS, STATES
from gateway.clocks import Calendar, Limit
from mappings.china_time import CHINA

YEAR = Calendar(frozenset({2026}))
DAY = timedelta(days=1)
GUIDE = Terms(
    sign=Limit(2, "working_days"),
    statutory=Limit(20, "working_days"),
    promised=Limit(10, "working_days"),
)
MONDAY = date(2026, 11, 2)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


def on(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def life_of(*steps: tuple[str, str]) -> Life:
    """A case received on Monday, the 2nd of November, at nine; each step is (event, MM-DD), told at ten."""
    life = begun(Event("received", at("2026-11-02T09:00"), "here"))
    for number, (kind, day) in enumerate(steps):
        life = told(life, Event(kind, at(f"2026-{day}T10:00"), "there", str(number)))  # type: ignore[arg-type]
    return life


def saying(terms: Terms, **days: str) -> Terms:
    """The same terms with last days told: number of the event -> MM-DD."""
    return Terms(
        terms.sign,
        terms.statutory,
        terms.promised,
        {("there", name[1:]): on(day) for name, day in days.items()},
    )


def running(clocks: list[Clock]) -> dict[str, date | None]:
    return {clock.name: clock.on for clock in clocks if clock.ended is None}


def of(clocks: list[Clock], name: str) -> Clock:
    """The newest of that name."""
    return [clock for clock in clocks if clock.name == name][-1]


HANDED = ("handed_over", "11-02")
ACCEPTED = ("accepted", "11-04")


@pytest.mark.parametrize(
    ("steps", "today", "clocks"),
    [
        ((), "11-02", {"hand_over": None}),
        # signed by Wednesday, accepted by the Monday after
        ((HANDED,), "11-02", {"sign": "11-04", "accept": "11-09"}),
        ((("handed_over", "11-07"),), "11-07", {"sign": "11-11", "accept": "11-16"}),  # a Saturday
        ((HANDED, ("signed", "11-04")), "11-04", {"accept": "11-09"}),
        ((("signed", "11-04"),), "11-04", {"accept": "11-11"}),  # who signs has it, whoever forgot to say so
        ((HANDED, ("correction_needed", "11-04")), "11-04", {"correct": None}),
        # five days anew from what is corrected
        ((HANDED, ("correction_needed", "11-04"), ("corrected", "11-10")), "11-10", {"accept": "11-17"}),
        ((HANDED, ACCEPTED), "11-04", {"statutory": "12-02", "promised": "11-18"}),
        ((HANDED, ACCEPTED, ("suspended", "11-06")), "11-06", {"statutory": None, "promised": None}),
        # 5 November counted; suspended from the 6th to the 16th, which counts again
        (
            (HANDED, ACCEPTED, ("suspended", "11-06"), ("resumed", "11-16")),
            "11-16",
            {"statutory": "12-10", "promised": "11-26"},
        ),
        ((HANDED, ACCEPTED, ("granted", "11-10")), "11-10", {"serve": "11-24"}),
        ((HANDED, ("granted", "11-02")), "11-02", {"serve": "11-16"}),  # 即办件
        ((HANDED, ACCEPTED, ("granted", "11-10"), ("served", "11-11")), "11-11", {}),
        ((HANDED, ACCEPTED, ("withdrawn", "11-10")), "11-10", {}),
        (
            (HANDED, ACCEPTED, ("supplement_owed", "11-05"), ("to_pay", "11-06"), ("paid", "11-06")),
            "11-06",
            {"statutory": "12-02", "promised": "11-18", "supplement": None},
        ),
        # nobody said anything in five days: it counts as accepted from the 2nd on
        ((HANDED,), "11-10", {"sign": "11-04", "accept": "11-09", "statutory": "11-30", "promised": "11-16"}),
        # and remains so when they accept at last
        ((HANDED, ("accepted", "11-12")), "11-12", {"statutory": "11-30", "promised": "11-16"}),
        # faults told too late stop it all the same
        ((HANDED, ("correction_needed", "11-12")), "11-12", {"correct": None}),
    ],
)
def test_what_runs_and_until_when(steps, today, clocks):
    found = clocks_of(life_of(*steps), GUIDE, YEAR, on(today))
    assert running(found) == {name: day and on(day) for name, day in clocks.items()}


def test_a_last_day_that_is_told_goes_before_a_limit_and_special_procedures_still_move_it():
    steps = [HANDED, ACCEPTED, ("promised", "11-04")]
    terms = saying(GUIDE, n2="11-11")
    clocks = clocks_of(life_of(*steps), terms, YEAR, on("11-05"))
    assert (of(clocks, "promised").on, of(clocks, "promised").basis) == (on("11-11"), "told")
    assert of(clocks, "statutory").on == on("12-02")
    # two working days passed (5, 6), five were left; suspended from Monday to Friday
    steps += [("suspended", "11-09"), ("resumed", "11-13")]
    assert of(clocks_of(life_of(*steps), terms, YEAR, on("11-13")), "promised").on == on("11-17")


def test_a_promise_that_came_before_the_acceptance_holds_for_it():
    terms = saying(GUIDE, n1="11-20")
    steps = (HANDED, ("promised", "11-03"), ACCEPTED)
    assert of(clocks_of(life_of(*steps), terms, YEAR, on("11-05")), "promised").on == on("11-20")


def test_an_extension_moves_both_limits_of_the_decision():
    terms = saying(GUIDE, n2="12-16")
    clocks = clocks_of(life_of(HANDED, ACCEPTED, ("extended", "12-01")), terms, YEAR, on("12-01"))
    assert running(clocks) == {"statutory": on("12-16"), "promised": on("12-16")}


@pytest.mark.parametrize("kind", ["correction_needed", "supplement_owed", "to_pay"])
def test_until_when_the_applicant_may_act_stands_in_what_asks_for_it(kind):
    name = {"correction_needed": "correct", "supplement_owed": "supplement", "to_pay": "pay"}[kind]
    clocks = clocks_of(life_of(HANDED, (kind, "11-03")), saying(GUIDE, n1="11-13"), YEAR, on("11-03"))
    assert (of(clocks, name).on, of(clocks, name).basis) == (on("11-13"), "told")


def test_what_was_met_in_time_and_what_was_not_is_told_apart():
    clocks = clocks_of(life_of(HANDED, ("signed", "11-05"), ("accepted", "11-06")), GUIDE, YEAR, on("11-06"))
    assert [(clock.name, clock.colour(on("11-06"))) for clock in clocks[1:]] == [
        ("sign", "late"), ("accept", "met"), ("statutory", "green"), ("promised", "green"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("today", "colour", "turns"),
    [
        ("11-02", "green", "11-06"),
        ("11-05", "green", "11-06"),
        ("11-06", "amber", "11-10"),  # Friday: one working day is left after it
        ("11-09", "amber", "11-10"),
        ("11-10", "red", None),
    ],
)
def test_a_limit_turns_amber_with_a_fifth_of_its_days_left_and_red_when_it_is_over(today, colour, turns):
    clock = of(clocks_of(life_of(HANDED), GUIDE, YEAR, on(today)), "accept")
    assert (clock.colour(on(today)), clock.turns_on(on(today))) == (colour, turns and on(turns))


@pytest.mark.parametrize(
    ("terms", "steps", "name", "why", "year"),
    [
        (Terms(), (HANDED,), "sign", "limit_unknown", 0),
        (Terms(), (HANDED, ACCEPTED), "statutory", "limit_unknown", 0),
        (Terms(statutory=Limit(20, "unknown")), (HANDED, ACCEPTED), "statutory", "unit_unknown", 0),
        (Terms(promised=Limit(24, "hours")), (HANDED, ACCEPTED), "promised", "not_in_days", 0),
        (Terms(), (("handed_over", "12-28"),), "accept", "year_unknown", 2027),
        (GUIDE, (HANDED, ACCEPTED, ("suspended", "11-05")), "statutory", "suspended", 0),
    ],
)
def test_where_a_day_cannot_be_known_it_is_said_why(terms, steps, name, why, year):
    clock = of(clocks_of(life_of(*steps), terms, YEAR, on("11-04")), name)
    assert (clock.on, clock.why, clock.year) == (None, why, year)
    assert clock.colour(on("11-04")) == ("suspended" if why == "suspended" else "unknown")


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ((), Due("hand_over", None, "limit_unknown")),
        ((HANDED,), Due("sign", on("11-04"))),
        ((HANDED, ("signed", "11-03")), Due("accept", on("11-09"))),
        ((HANDED, ("correction_needed", "11-03")), Due("correct", None, "limit_unknown")),
        ((HANDED, ACCEPTED), Due("decide", on("11-18"))),
        ((HANDED, ACCEPTED, ("suspended", "11-05")), Due("decide", None, "suspended")),
        ((HANDED, ACCEPTED, ("to_pay", "11-05")), Due("pay", None, "limit_unknown")),
        ((HANDED, ("refused", "12-28")), Due("serve", None, "year_unknown")),
        ((HANDED, ("served", "11-05")), None),
    ],
)
def test_what_is_due_next_is_what_ends_first_of_what_must_be_done(steps, due):
    life = life_of(*steps)
    assert due_of(life, clocks_of(life, GUIDE, YEAR, MONDAY)) == due


def test_while_a_case_is_open_something_is_always_due():
    for state in STATES:
        life = Life(state, at("2026-11-17T10:00"))
        assert (due_of(life, []) is None) == (state in ENDS)


events = st.builds(
    lambda kind, hours, number: Event(kind, at("2026-11-02T09:00") + hours * 3_600_000, "there", number),
    kind=st.sampled_from(sorted(ALONG)),
    hours=st.integers(-30, 600),
    number=st.sampled_from([str(number) for number in range(9)]),
)
day = st.integers(-10, 58).map(lambda count: MONDAY + DAY * count)
terms_of_any = st.builds(
    Terms,
    *(st.none() | st.builds(Limit, st.integers(0, 30), st.sampled_from(
        ("working_days", "calendar_days", "months", "hours", "unknown"))) for _ in range(3)),
    st.dictionaries(st.tuples(st.just("there"), st.sampled_from("012345678")), day),
)  # fmt: skip


@given(st.lists(events, max_size=10), terms_of_any, day)
def test_whatever_happens_each_limit_runs_once_at_a_time_and_says_its_day_or_why_not(happened, terms, today):
    life = begun(Event("received", at("2026-11-02T09:00"), "here"))
    for event in happened:
        life = told(life, event)
    clocks = clocks_of(life, terms, YEAR, today)
    for clock in clocks:
        assert clock.name in NAMES
        assert (clock.on is None) == (clock.why is not None)
        assert (clock.year > 0) == (clock.why == "year_unknown")
        assert clock.amber is None or clock.on is None or clock.amber <= clock.on
        turns = clock.turns_on(today)
        assert turns is None or (turns > today and clock.colour(turns) != clock.colour(turns - DAY))
    open_ = [clock.name for clock in clocks if clock.ended is None]
    assert len(open_) == len(set(open_))
    assert not (life.ended and open_)
    due = due_of(life, clocks)
    assert (due is None) == life.ended


@given(st.integers(0, 30), st.integers(0, 20), st.integers(0, 10))
def test_a_special_procedure_moves_the_last_day_by_the_working_days_that_it_takes(limit, after, takes):
    begin = date(2026, 3, 2)
    whole = Calendar(frozenset({2026}))
    steps = [("handed_over", begin), ("accepted", begin)]
    paused = [*steps, ("suspended", begin + DAY * after), ("resumed", begin + DAY * (after + takes))]

    def last(each: list[tuple[str, date]]) -> date:
        life = begun(Event("received", at("2026-03-02T08:00"), "here"))
        for number, (kind, when) in enumerate(each):
            life = told(life, Event(kind, at(f"{when}T1{number}:00"), "there", str(number)))  # type: ignore[arg-type]
        found = of(clocks_of(life, Terms(statutory=Limit(limit, "working_days")), whole, begin), "statutory")
        assert found.on is not None
        return found.on

    plain, moved = last(steps), last(paused)
    if takes and begin + DAY * after <= plain:
        first = max(begin + DAY * after, begin + DAY)  # the day of the start never counts
        stood = whole.worked_between(first, max(first, begin + DAY * (after + takes)))
        assert whole.worked_between(plain + DAY, moved + DAY) == (stood if limit else 0)
    else:
        assert moved == plain
