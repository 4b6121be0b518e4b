"""Paths and patterns: text stays text."""

import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.patterns import as_identifier, as_text, finder, text_matcher, value_matcher

PIECES = st.text(alphabet="ab*.[]?\n张", max_size=6)


@given(patterns=st.lists(PIECES, max_size=3), text=st.text(alphabet="ab.[]?\n张", max_size=6))
def test_only_the_star_is_special(patterns: list[str], text: str) -> None:
    by_hand = any(
        re.fullmatch(fnmatch.translate(re.sub(r"([\[?])", r"[\1]", each)), text) for each in patterns
    )
    assert text_matcher(patterns)(text) == by_hand


@given(text=st.text())
def test_every_text_fits_itself_and_a_star(text: str) -> None:
    assert text_matcher(["*"])(text)
    assert "*" in text or text_matcher([text])(text)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        *[("x", True), (0, True), (False, True), ([1], True), ({"a": 1}, True)],
        *[("", False), (None, False), ([], False), ({}, False)],
    ],
)
def test_a_bare_star_asks_that_something_is_there(value: Any, fits: bool) -> None:
    assert value_matcher(["*"])(value) is fits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[("00", "00"), (0, "0"), (200, "200"), (True, "true"), (False, "false"), (1.5, "1.5")],
        *[(None, None), ([], None), ({}, None), ({"#text": "x"}, "x"), ({"#text": {}}, None)],
    ],
)
def test_scalars_read_as_texts(value: Any, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("value", [1.15e27, True, "", "  ", "\u3000", "null", "NULL", None, [], {}])
def test_what_may_have_been_rounded_or_is_empty_is_no_identifier(value: Any) -> None:
    assert as_identifier(value) is None


def test_zero_is_an_identifier_and_leading_zeros_stay() -> None:
    assert as_identifier(0) == "0"
    assert as_identifier("0012") == "0012"
    assert as_identifier(" LN1\n") == "LN1"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b", 1),
        ("list.1.c", 2),
        ("list.9.c", None),
        ("list.c", None),
        ("list.-1.c", None),
        ("list.²", None),
        ("a.b.c", None),
        ("a", {"b": 1}),
        ("nothing", None),
        ("@code", "7"),
    ],
)
def test_a_path_leads_to_a_value_or_nowhere(path: str, value: Any) -> None:
    tree = {"a": {"b": 1}, "list": [{"c": 0}, {"c": 2}], "@code": "7"}
    assert finder(path)(tree) == value


TREES = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@given(path=st.text(alphabet="a.0²-", min_size=1), tree=TREES)
def test_looking_into_anything_finds_a_part_of_it_or_nothing(path: str, tree: Any) -> None:
    found = finder(path)(tree)
    assert found is None or repr(found) in repr(tree)
