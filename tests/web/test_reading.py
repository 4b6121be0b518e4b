"""Keys and numbers of a JSON text, against a reader that shares nothing with ours but the standard."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.web.edge.reading import DEEPEST, parse_object

SPACE = st.sampled_from(["", " ", "\n", "\t ", "\r\n"])
TEXT = st.text(st.sampled_from(["a", "b", '"', "\\", ":", " ", "中", "{", "}", "\n"]), max_size=4)
NUMBER = st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str), st.floats(
    allow_nan=False, allow_infinity=False).map(repr))  # fmt: skip


@st.composite
def written(draw: Any, depth: int = 0) -> str:
    """A JSON value as somebody could write it: odd spacing, escapes, and now and then a key twice."""
    kind = draw(st.integers(0, 4 if depth < 3 else 1))
    if kind == 0:
        return json.dumps(draw(TEXT), ensure_ascii=draw(st.booleans()))
    if kind == 1:
        return str(draw(NUMBER))
    comma = f"{draw(SPACE)},{draw(SPACE)}"
    count = draw(st.integers(0, 3))
    if kind == 2:
        return f"[{comma.join(draw(written(depth + 1)) for _ in range(count))}]"
    return draw(written_object(depth, count, comma))


@st.composite
def written_object(draw: Any, depth: int = 0, count: int = 3, comma: str = ",") -> str:
    pairs = []
    for _ in range(count):
        colon = f"{draw(SPACE)}:{draw(SPACE)}"
        pairs.append(
            json.dumps(draw(TEXT), ensure_ascii=draw(st.booleans())) + colon + draw(written(depth + 1))
        )
    return "{" + comma.join(pairs) + "}"


def slowly(text: str) -> Any:
    """The standard library's reading: (the document, whether a key stands twice, whether a number is rounded)."""
    seen = {"twice": False, "rounded": False}

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        seen["twice"] |= len(dict(found)) != len(found)
        return dict(found)

    def number(digits: str) -> Any:
        whole = digits.lstrip("-").isdigit()
        value = int(digits) if whole and -(2**63) <= int(digits) < 2**64 else float(digits)
        seen["rounded"] |= Decimal(digits) != Decimal(repr(value))
        return value

    document = json.loads(text, object_pairs_hook=pairs, parse_int=number, parse_float=number)
    return document, seen["twice"], seen["rounded"]


@given(written_object())
def test_a_text_is_read_as_the_standard_library_reads_it_or_refused_for_what_it_loses(text: str) -> None:
    document, twice, rounded = slowly(text)
    if twice or rounded:
        with pytest.raises(Refusal) as refused:
            parse_object(text.encode())
        assert refused.value.code == ("duplicate_key" if twice else "number_inexact")
    else:
        assert parse_object(text.encode()) == document


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a" : 2}',  # the second one hides behind a space
        '{"a":1,"a"\n:2}',
        '{"a":"x\\":","a":2}',  # and one that looks like a key inside a text
        '{"a":"\\":","b":1,"b" :2}',
        '{"x":[{"a":1,"a"\t:1}]}',
    ],
)
def test_a_key_that_stands_twice_cannot_hide(text: str) -> None:
    with pytest.raises(Refusal, match="duplicate_key"):
        parse_object(text.encode())


@pytest.mark.parametrize("opening, closing", [('{"a":', "}"), ("[", "]")])
def test_depth_is_counted_from_the_outermost_object(opening: str, closing: str) -> None:
    inside = DEEPEST - 1
    text = '{"form":' + opening * inside + "1" + closing * inside + "}"
    assert parse_object(text.encode())
    with pytest.raises(Refusal, match="too_deep"):
        parse_object(('{"form":' + opening * (inside + 1) + "1" + closing * (inside + 1) + "}").encode())


def test_numbers_that_fit_exactly_are_read_as_they_stand() -> None:
    text = b'{"a": [1.50, 1e3, -0.1, 18446744073709551615, 9007199254740993, -9223372036854775808, 0.0]}'
    assert parse_object(text) == json.loads(text)
