"""Agreements: what passes is what one of them covers, and what fails is told at the first thing that fails."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.settings.agreements import (
    Agreement,
    HandOver,
    NotAgreed,
    Opening,
    agreed,
    idle_modes,
    powers_used,
)

BEGIN = date(2026, 1, 1)
PLACES = ("000000", "330000", "330200", "330282", "330282001", "440232", "440233", "520000", "522701")
INSIDE = {  # place -> those of PLACES that lie in it
    "000000": set(PLACES),
    "330000": {"330000", "330200", "330282", "330282001"},
    "330200": {"330200", "330282", "330282001"},
    "330282": {"330282", "330282001"},
    "520000": {"520000", "522701"},
}
CODES = ("002014007000", "000117054000", "11440232007340216X4002014007000")
MODES = ("full_online", "collect_for", "joint")
POWERS = ("receive", "verify_originals", "tell_once", "serve")


def inside(place: str) -> set[str]:
    return INSIDE.get(place, {place})


def days() -> st.SearchStrategy[date]:
    return st.integers(0, 20).map(lambda days: BEGIN + timedelta(days))


def periods() -> st.SearchStrategy[dict[str, str]]:
    return st.tuples(days(), st.none() | st.integers(1, 10)).map(
        lambda given: (
            {"valid_from": given[0].isoformat()}
            | ({"valid_to": (given[0] + timedelta(given[1])).isoformat()} if given[1] else {})
        )
    )


def some(values: tuple[str, ...], least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    openings = [
        draw(periods()) | {"batch": f"b{number}", "items": draw(some((*CODES, "0020*", "*"))),
                           "per_day": draw(st.none() | st.integers(1, 5))}
        for number in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return Agreement.model_validate(
        draw(periods())
        | {
            "agreement": draw(st.sampled_from(("one", "two", "three"))),
            "title": "模拟", "document": "模通办〔2026〕1号", "openings": openings,
            "between": [draw(some(PLACES)), draw(some(PLACES))],
            "direction": draw(st.sampled_from(("both", "forth"))),
            "modes": draw(some(MODES)), "powers": draw(some(POWERS, 0)),
        }
    )  # fmt: skip


@st.composite
def hand_overs(draw: st.DrawFn) -> HandOver:
    return HandOver(
        here=draw(st.sampled_from(PLACES)),
        there=draw(st.sampled_from(PLACES)),
        mode=draw(st.sampled_from(MODES)),
        codes=tuple(draw(some(CODES))),
        powers=frozenset(draw(some(POWERS[:2], 0))),
        day=draw(days()),
    )


def covers(agreement: Agreement, opening: Opening, asked: HandOver) -> bool:
    """The same rule, written down plainly."""
    one, other = ({p for place in party for p in inside(place)} for party in agreement.between)
    joined = (asked.here in one and asked.there in other) or (
        agreement.direction == "both" and asked.here in other and asked.there in one
    )
    named = any(
        code == item or (item.endswith("*") and code.startswith(item[:-1]))
        for item in opening.items
        for code in asked.codes
    )
    dated = all(
        each.valid_from <= asked.day and (each.valid_to is None or asked.day < each.valid_to)
        for each in (agreement, opening)
    )
    return (
        joined and named and dated and asked.mode in agreement.modes and asked.powers <= set(agreement.powers)
    )


@given(st.lists(agreements(), min_size=1, max_size=4), hand_overs())
def test_exactly_what_an_agreement_covers_passes(declared: list[Agreement], asked: HandOver) -> None:
    covering = [(a, o) for a in declared for o in a.openings if covers(a, o, asked)]
    try:
        found = agreed(declared, asked)
    except NotAgreed as error:
        assert not covering
        assert error.code in {"no_agreement", "mode_not_agreed", "item_not_open", "power_not_delegated"}
    else:
        assert found in covering
        assert found is not None
        uncapped = any(opening.per_day is None for _, opening in covering)
        assert not (uncapped and found.opening.per_day), "a cap is not used up where nothing is capped"


@given(hand_overs())
def test_nothing_is_held_against_agreements_where_there_are_none(asked: HandOver) -> None:
    assert agreed((), asked) is None


SOUND = {
    "agreement": "one", "title": "模拟", "document": "模通办〔2026〕1号", "between": [["330282"], ["440232"]],
    "modes": ["full_online"], "valid_from": "2026-01-01",
    "openings": [{"batch": "first", "items": ["0020*"], "valid_from": "2026-03-01"}],
}  # fmt: skip
ASKED = HandOver("330282", "440232", "full_online", CODES[:1], frozenset(), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("declared", "asked", "code", "begins"),
    [
        ({}, {"there": "450000"}, "no_agreement", ""),
        ({}, {"day": date(2025, 12, 31)}, "no_agreement", "2026-01-01"),
        ({"valid_to": "2026-03-01"}, {}, "no_agreement", ""),
        ({"direction": "forth"}, {"here": "440232", "there": "330282"}, "no_agreement", ""),
        ({}, {"mode": "joint"}, "mode_not_agreed", None),
        ({}, {"day": date(2026, 2, 28)}, "item_not_open", "2026-03-01"),
        ({}, {"codes": CODES[1:2]}, "item_not_open", ""),
        ({"openings": []}, {}, "item_not_open", ""),
        ({}, {"powers": frozenset({"receive"})}, "power_not_delegated", None),
    ],
)
def test_what_is_not_covered_is_told_by_what_it_lacks_and_from_when_it_would_be(
    declared, asked, code, begins
):
    agreement = Agreement.model_validate(SOUND | declared)
    with pytest.raises(NotAgreed) as refused:
        agreed([agreement], HandOver(**{name: getattr(ASKED, name) for name in ASKED.__slots__} | asked))
    assert refused.value.code == code
    assert refused.value.facts.get("from") == begins


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_from": "20260101"},
        {"valid_from": "2026-1-1"},
        {"valid_to": "2026-01-01"},
        {"between": [["330282"]]},
        {"between": [["33028"], ["440232"]]},
        {"modes": []},
        {"modes": ["online"]},
        {"powers": ["all"]},
        {"openings": [SOUND["openings"][0], SOUND["openings"][0]]},
        {"openings": [SOUND["openings"][0] | {"per_day": "0"}]},
        {"openings": [SOUND["openings"][0] | {"items": []}]},
        {"document": ""},
    ],
)
def test_an_agreement_that_cannot_be_meant_is_not_taken(wrong):
    with pytest.raises(ValidationError):
        Agreement.model_validate(SOUND | wrong)


def test_what_it_says_has_a_digest_of_its_own():
    one, same = Agreement.model_validate(SOUND), Agreement.model_validate(dict(SOUND))
    other = Agreement.model_validate(SOUND | {"title": "模拟二"})
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("mode", "verified_here", "powers"),
    [
        ("full_online", False, set()),
        ("full_online", True, {"verify_originals"}),
        ("collect_for", False, {"receive"}),
        ("joint", True, {"receive", "verify_originals"}),
    ],
)
def test_only_what_a_hand_over_makes_use_of_must_have_been_delegated(mode, verified_here, powers):
    assert powers_used(mode, verified_here=verified_here) == powers


@given(agreements(), hand_overs())
def test_in_an_idle_mode_nothing_passes_and_in_any_other_only_lent_powers_are_used(
    declared: Agreement, asked: HandOver
) -> None:
    idle = idle_modes(declared)
    assert set(idle) <= set(declared.modes)
    real = replace(asked, powers=asked.powers | powers_used(asked.mode, verified_here=False))
    try:
        passes = agreed([declared], real)
    except NotAgreed:
        return
    assert passes is not None and asked.mode not in idle
