"""Holding two sides together: whatever is given comes back once, and both sides are treated alike."""

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import State
from gateway.reconcile.compare import KINDS, Difference, Record, compare, contradicts
from gateway.store.sent import Sent

STATES = get_args(State)
NEVER_SENT = {"waiting", "withdrawn", "abandoned"}  # may have ended, or not begun, without an attempt
NUMBERS = st.sampled_from(["A1", "A2", "A3", "A4", "A5", "B1", "B2"])
THEIRS = st.sampled_from(["", "", "L1", "L2", "L3", "L4"])
PROGRESS = st.sampled_from(["", "handed_over", "accepted", "granted", "refused", "served"])
RECORDS = st.lists(st.builds(Record, NUMBERS | st.just(""), THEIRS, PROGRESS, st.integers(0, 9)), max_size=8)


def sent(ours: str, theirs: str = "", state: State = "delivered", **more: object) -> Sent:
    facts: dict[str, object] = {"attempt": 1, "admitted_ms": 1, "changed_ms": 2, **more}
    return Sent(f"E-{ours}-{theirs}-{state}", "C", ours, theirs, state, **facts)  # type: ignore[arg-type]


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[Sent], list[Record]]:
    """Exchanges with ids of their own, whatever numbers they bear, and any list."""
    made = draw(st.lists(st.tuples(NUMBERS, THEIRS, st.sampled_from(STATES), st.integers(0, 2)), max_size=8))
    ours = [
        sent(number, theirs, state, attempt=attempt or int(state not in NEVER_SENT))._replace(
            exchange=f"E{place}"
        )
        for place, (number, theirs, state, attempt) in enumerate(made)
    ]
    return ours, draw(RECORDS)


def own(number: str) -> bool:
    return number.startswith("A")


@given(sides())
def test_every_exchange_and_every_number_of_the_list_appears_exactly_once(
    both: tuple[list[Sent], list[Record]],
) -> None:
    ours, theirs = both
    found = compare(ours, theirs, is_our_form=own)
    assert Counter(each for one in found for each in one.ours) == Counter(ours)
    listed = Counter((each.ours, each.theirs) for one in found for each in one.theirs)
    given_ = Counter((each.ours, each.theirs) for each in theirs)
    assert listed.keys() == given_.keys()
    for (
        number,
        theirs_,
    ), count in listed.items():  # a row without a number of theirs may be a case of its own
        assert count == (1 if theirs_ else given_[number, theirs_])
    assert all(each.kind in KINDS and (each.ours or each.theirs) for each in found)


@given(sides(), st.randoms())
def test_the_order_of_rows_and_exchanges_changes_nothing_but_the_order(
    both: tuple[list[Sent], list[Record]], random: object
) -> None:
    ours, theirs = both
    theirs = [each._replace(at_ms=0, state="") for each in theirs]  # of equal rows the later one is kept
    before = Counter(each.kind for each in compare(ours, theirs, is_our_form=own))
    random.shuffle(ours)  # type: ignore[attr-defined]
    assert Counter(each.kind for each in compare(ours, theirs, is_our_form=own)) == before


@given(
    st.lists(st.tuples(NUMBERS, THEIRS), unique_by=lambda each: each[0], max_size=7),
    st.lists(st.tuples(NUMBERS, THEIRS), unique_by=lambda each: each[0], max_size=7),
)
def test_both_sides_are_treated_alike(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> None:
    """Swap who sent and who lists: what is missing on one side is unknown on the other, the rest stays."""
    mirrored = {"missing_there": "unknown_here", "unknown_here": "missing_there"}
    left = [(number, f"{theirs}{number}" if theirs else "") for number, theirs in left]
    right = [(number, f"{theirs}{number}" if theirs else "") for number, theirs in right]

    def kinds(ours: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> Counter[tuple[str, str]]:
        found = compare([sent(*each) for each in ours], [Record(*each) for each in theirs],
                        is_our_form=lambda number: True)  # fmt: skip
        return Counter((each.kind, (each.ours or each.theirs)[0].ours) for each in found)

    swapped = Counter(
        {(mirrored.get(kind, kind), number): n for (kind, number), n in kinds(right, left).items()}
    )
    assert kinds(left, right) == swapped


@given(sides())
def test_only_what_is_unknown_here_and_there_once_under_our_number_is_clear(
    both: tuple[list[Sent], list[Record]],
) -> None:
    for each in compare(*both, is_our_form=own):
        if each.is_clear:
            (one,) = each.ours
            assert one.state == "held" and one.attempt > 0
            assert {record.theirs for record in each.theirs} == {each.theirs[0].theirs} != {""}
            assert each.theirs[0].ours == one.ours


@given(sides())
def test_absence_never_says_anything_where_nothing_could_be_learnt(
    both: tuple[list[Sent], list[Record]],
) -> None:
    ours, theirs = both
    every = frozenset(each.exchange for each in ours)
    kinds = {each.kind for each in compare(ours, theirs, is_our_form=own, unclear=every)}
    assert not kinds & {"missing_there", "held_absent"}


def one(ours: Sent, *theirs: Record) -> Difference:
    (found,) = compare([ours], theirs, is_our_form=own)
    return found


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        (sent("A1", "L1"), [Record("A1", "L1")], "agree"),
        (sent("A1", ""), [Record("A1", "L1")], "agree"),  # a platform that gives no number in its answer
        (sent("A1", "L1"), [Record("", "L1")], "agree"),  # a list without our numbers
        (sent("A1", "L1"), [Record("A1", "L1"), Record("A1", "L1")], "agree"),  # listed twice, one case
        (sent("A1", "L1"), [], "missing_there"),
        (sent("A1", "L1"), [Record("A1", "L2")], "number_differs"),
        (sent("A1", "L1"), [Record("A9", "L1")], "number_differs"),
        (sent("A1", "L1"), [Record("A1", "L1"), Record("A1", "L2")], "doubled"),
        (sent("A1", "L1"), [Record("A1"), Record("A1")], "doubled"),  # nothing says that these are one
        (sent("A1", "L1", known="granted"), [Record("A1", "L1", "signed")], "state_differs"),
        (sent("A1", "L1", known="signed"), [Record("A1", "L1", "granted")], "agree"),
        (sent("A1", state="held"), [Record("A1", "L1")], "held_there"),
        (sent("A1", state="held"), [], "held_absent"),
        (sent("A1", state="deferred"), [Record("A1", "L1")], "open_there"),
        (sent("A1", state="sending"), [], "open_absent"),
        (sent("A1", state="waiting", attempt=0), [], "open_absent"),
        (sent("A1", state="waiting", attempt=0), [Record("A1", "L1")], "contradiction"),
        (sent("A1", state="refused"), [], "agree"),
        (sent("A1", state="abandoned"), [Record("A1", "L1")], "contradiction"),
        (sent("A1", state="withdrawn", attempt=0), [Record("A1", "L1")], "contradiction"),
    ],
)
def test_what_follows_from_both_sides(ours: Sent, theirs: list[Record], kind: str) -> None:
    assert one(ours, *theirs).kind == kind


def test_what_is_only_there_is_told_by_the_form_of_its_number() -> None:
    found = compare([], [Record("A7", "L7"), Record("77", "L8"), Record("", "L9")], is_our_form=own)
    assert [each.kind for each in found] == ["unknown_here", "foreign", "foreign"]


def test_two_exchanges_here_under_one_number_are_a_double() -> None:
    twins = [sent("A1", "L1"), sent("A1", "L2")]
    (found,) = compare(twins, [Record("A1", "L1")])
    assert (found.kind, list(found.ours)) == ("doubled", twins)


@pytest.mark.parametrize(
    ("known", "now", "is_so"),
    [
        ("", "granted", False),
        ("accepted", "", False),
        ("accepted", "correction_needed", False),  # irregular, but it happens
        ("transferred_up", "granted", False),
        ("granted", "served", False),
        ("granted", "accepted", True),
        ("granted", "refused", True),
        ("served", "granted", True),
    ],
)
def test_a_case_goes_forward_and_is_decided_once(known: str, now: str, is_so: bool) -> None:
    assert contradicts(known, now) is is_so
