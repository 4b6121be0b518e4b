"""What stands before the call of a form gives what the form would give."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zeep.xsd.types import builtins

from adapters.codecs.markup import in_attribute, in_text
from adapters.writer.forms import form
from adapters.writer.limits import Limit, builtin, restricted
from adapters.writer.odd import Odd
from adapters.writer.quick import quick
from tests.adapters.test_limits import CASES, NAMES, TEXTS, schema_of

VALUES = st.one_of(
    TEXTS,
    st.text(alphabet="a0金&<>\"'\r\n\t ", max_size=4),
    st.integers(-(10**19), 10**19),
    st.integers(-200, 300),
    st.booleans(),
    st.none(),
    st.floats(),
)


def outcome(run: Any, value: Any) -> str | None:
    try:
        written: str = run(value)
    except Odd:
        return None
    return written


def check(name: str, limit: Limit | None, values: list[Any]) -> None:
    kind = getattr(builtins, name[0].upper() + name[1:], builtins.String)()
    for escape in (in_text, in_attribute):
        slow = form(kind, escape, limit)
        bound: dict[str, Any] = {"F": slow}

        def bind(value: Any, letter: str, bound: dict[str, Any] = bound) -> str:
            name = f"{letter}{len(bound)}"
            bound[name] = value
            return name

        source = quick(kind, limit, escape, bind).format(v="v")
        fast = eval(f"lambda v: {source}F(v)", bound)
        for value in values:
            assert outcome(fast, value) == outcome(slow, value)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(values=st.lists(VALUES, min_size=8, max_size=8))
def test_what_needs_no_call_is_what_the_form_gives(name: str, values: list[Any]) -> None:
    check(name, builtin(name), values)
    check(name, None, values)


@pytest.mark.parametrize(("name", "facets"), CASES)
@settings(max_examples=15)
@given(values=st.lists(VALUES, min_size=8, max_size=8))
def test_within_facets_too(name: str, facets: list[tuple[str, str]], values: list[Any]) -> None:
    nodes = schema_of(name, facets)[1]
    check(name, restricted(builtin(name), nodes), [*values, *(value for _, value in facets)])
