"""Descriptions of answers against each other: what may both fit is found, what is apart is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declared import Predicate
from gateway.workbench.answers import may_both_fit, meet

PATTERNS = st.text(alphabet="ab*", max_size=5)
TEXTS = st.text(alphabet="abc", max_size=5)


def fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_that_one_text_fits_meet(one: str, other: str, text: str) -> None:
    if fits(one, text) and fits(other, text):
        assert meet(one, other)


@given(PATTERNS, PATTERNS)
def test_patterns_that_meet_have_a_text_that_fits_both(one: str, other: str) -> None:
    shortest = len(one) + len(other)
    reached = {""}
    for _ in range(shortest + 1):
        if any(fits(one, text) and fits(other, text) for text in reached):
            break
        reached = {text + letter for text in reached if _may_grow(text, one) for letter in "ab"}
    both = any(fits(one, text) and fits(other, text) for text in reached)
    assert meet(one, other) == both


def _may_grow(text: str, pattern: str) -> bool:
    """Whether the text is a beginning of anything that the pattern takes."""
    for length in range(len(pattern) + 1):
        if fits(pattern[:length], text) or (
            length and pattern[length - 1] == "*" and fits(pattern[:length], text)
        ):
            return True
    return False


@given(PATTERNS, PATTERNS)
def test_meeting_is_mutual(one: str, other: str) -> None:
    assert meet(one, other) == meet(other, one)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({"status": 200}, {"status": 429}, False),
        ({"status": "2*"}, {"status": ["200", "429"]}, True),
        ({"body": {"code": "0"}}, {"body": {"code": "5*"}}, False),
        ({"body": {"code": "4*"}}, {"body": {"code": ["401", "E-106"]}}, True),
        ({"body": {"code": "0"}}, {"body": {"state": "1"}}, True),
        ({"records": {"at": "r", "all": {"c": "0"}}}, {"records": {"at": "r", "any": {"c": "2*"}}}, False),
        ({"records": {"at": "r", "any": {"c": "0"}}}, {"records": {"at": "r", "any": {"c": "2*"}}}, True),
        ({"records": {"at": "r", "all": {"c": "0"}}}, {"records": {"at": "s", "all": {"c": "1"}}}, True),
    ],
)
def test_two_descriptions_are_apart_only_where_no_answer_can_fit_both(
    one: dict[str, object], other: dict[str, object], both: bool
) -> None:
    first, second = Predicate.model_validate(one), Predicate.model_validate(other)
    assert may_both_fit(first, second) is both
    assert may_both_fit(second, first) is both
