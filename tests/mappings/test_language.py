"""The expression language: few forms, read exactly, every mistake at its character."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.language import (
    BadSyntax,
    Call,
    Expression,
    Guard,
    Literal,
    Path,
    parse_expression,
    parse_guard,
)
from tests.mappings.cases import PROPERTY

NAMES = st.text(
    st.characters(exclude_characters='.?|(),="', exclude_categories=("Z", "C")), min_size=1, max_size=6
)
STEPS = st.lists(NAMES, min_size=1, max_size=4).map(tuple)
PATHS = st.builds(Path, st.just(0), STEPS) | st.builds(Path, st.integers(1, 3), st.just(()) | STEPS)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
CALLS = st.builds(Call, WORDS, st.lists(TEXTS | st.integers(-99, 99), max_size=3).map(tuple), st.just(0))
PIPES = st.lists(CALLS, max_size=3).map(tuple)
EXPRESSIONS = (
    st.builds(Expression, PATHS, st.just(False), st.none() | TEXTS, PIPES)
    | st.builds(Expression, PATHS, st.just(True), st.none(), PIPES)
    | st.builds(Expression, st.builds(Literal, TEXTS), st.just(False), st.none(), PIPES)
)


def without_offsets(expression: Expression) -> Expression:
    calls = tuple(Call(call.word, call.arguments, 0) for call in expression.calls)
    return Expression(expression.source, expression.optional, expression.default, calls)


@PROPERTY
@given(EXPRESSIONS)
def test_an_expression_reads_back_as_it_is_written(expression: Expression) -> None:
    assert without_offsets(parse_expression(str(expression))) == expression


@PROPERTY
@given(st.text(st.sampled_from('ab.?|(),="\\ @1-'), max_size=14) | TEXTS)
def test_any_text_is_an_expression_or_a_mistake_with_a_place(text: str) -> None:
    try:
        parse_expression(text)
    except BadSyntax as mistake:
        assert 0 <= mistake.offset <= len(text)
        assert mistake.what and mistake.write


@PROPERTY
@given(PATHS, st.none() | st.lists(TEXTS, min_size=1, max_size=3).map(tuple), st.integers(0, 3))
def test_a_guard_reads_back_as_it_is_written(path: Path, among: tuple[str, ...] | None, nots: int) -> None:
    quoted = ", ".join(json.dumps(one) for one in among or ())
    text = "not " * nots + str(path) + (f" in ({quoted})" if among is not None else "")
    assert parse_guard(text) == Guard(path, among, nots % 2 == 1)


@pytest.mark.parametrize(
    "text, expression",
    [
        ("a.b.c", Expression(Path(0, ("a", "b", "c")))),
        (".x", Expression(Path(1, ("x",)))),
        ("..x.y", Expression(Path(2, ("x", "y")))),
        (".", Expression(Path(1, ()))),
        (".@position", Expression(Path(1, ("@position",)))),
        ("head.@code", Expression(Path(0, ("head", "@code")))),
        ("form.姓名", Expression(Path(0, ("form", "姓名")))),
        ('="a|b"', Expression(Literal("a|b"))),
        ("note ?", Expression(Path(0, ("note",)), True)),
        ('note ? ""', Expression(Path(0, ("note",)), False, "")),
        ('a|pad(3,"x")', Expression(Path(0, ("a",)), False, None, (Call("pad", (3, "x"), 2),))),
        ("a | b()", Expression(Path(0, ("a",)), False, None, (Call("b", (), 4),))),
    ],
)
def test_the_forms_of_an_expression(text: str, expression: Expression) -> None:
    assert parse_expression(text) == expression


@pytest.mark.parametrize(
    "text, offset, what",
    [
        ("", 0, "no source"),
        ("| upper", 0, "no source"),
        ("a..b", 0, "'a..b' is no path"),
        ("a.", 0, "'a.' is no path"),
        ("a upper", 2, "'upper' is not expected here"),
        ("a | ", 4, "a word is expected"),
        ("a | 9x", 4, "a word is expected"),
        ("a | Upper", 4, "a word is expected"),
        ("a | pad(3", 9, "the bracket is not closed"),
        ("a | pad(x)", 8, "an argument is a text or an integer"),
        ('a ? "x', 4, "a text without its closing quote"),
        ('="a" ?', 5, "a literal is never absent"),
        ("=a", 1, "a text is expected"),
        ('="\\q"', 1, "is no JSON string"),
        ("a ? b", 4, "'b' is not expected here"),
        ("{{a}} + 1", 6, "'+' is not expected here"),
    ],
)
def test_a_mistake_is_told_at_its_character(text: str, offset: int, what: str) -> None:
    with pytest.raises(BadSyntax) as mistake:
        parse_expression(text)
    assert (mistake.value.offset, what in mistake.value.what) == (offset, True), mistake.value


@pytest.mark.parametrize(
    "text, offset", [("", 0), ("a =", 3), ("a = b", 4), ("a in b", 5), ('a in ("x"', 9), ("a and b", 2)]
)
def test_a_mistake_in_a_guard_is_told_at_its_character(text: str, offset: int) -> None:
    with pytest.raises(BadSyntax) as mistake:
        parse_guard(text)
    assert mistake.value.offset == offset
