"""Declared files are read as text with positions, and YAML's surprises are refused."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mappings.problems import Unreadable
from mappings.source import read
from tests.mappings.cases import PROPERTY

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
TREES = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS.filter(lambda key: key != "<<"), inner, max_size=3)
    ),
    max_leaves=12,
)


@PROPERTY
@given(TREES.filter(lambda tree: tree != ""))
def test_a_tree_of_texts_comes_back_as_it_was_written(tree: object) -> None:
    written = yaml.safe_dump(tree, allow_unicode=True, default_style='"')
    assert read("f.yaml", written).tree == tree


@PROPERTY
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True), TEXTS.filter(str.strip), min_size=1, max_size=5
    )
)
def test_a_mark_points_at_the_text_in_the_file(tree: dict[str, str]) -> None:
    written = yaml.safe_dump(tree, allow_unicode=True, width=10**6)
    lines = written.split("\n")
    source = read("f.yaml", written)
    for key, value in tree.items():
        mark = source.marks[(key,)]
        line, column = mark.key
        assert lines[line - 1][column - 1 :].lstrip("'\"").startswith(key)
        if mark.verbatim:
            line, column = mark.value
            assert lines[line - 1][column - 1 :].startswith(value)


@pytest.mark.parametrize(
    "written", ["010", "no", "1.10", "2026-01-01", "0x1F", "~", "null", "1e3", "=", "yes"]
)
def test_every_scalar_stays_the_text_that_was_written(written: str) -> None:
    assert read("f.yaml", f"a: {written}").tree == {"a": written}


@pytest.mark.parametrize(
    "written, value",
    [
        ("1", 1),
        ('"1"', "1"),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("010", "010"),  # no JSON number begins with 0
        ("440232", 440232),
        ("2026-01-01", "2026-01-01"),
        ("[1, '1', {a: false}]", [1, "1", {"a": False}]),
    ],
)
def test_documents_in_examples_follow_json(written: str, value: object) -> None:
    assert read("f.yaml", f"a: {written}").json(("a",)) == value


@pytest.mark.parametrize(
    "text, line, column, what",
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' is written twice"),
        ("a:\n  b: 1\n  b: 2\n", 3, 3, "'b' is written twice"),
        ("a: &x 1\n", 1, 4, "an anchor (&x)"),
        ("a: &x 1\nb: *x\n", 2, 4, "an alias (*x)"),
        ("a: !!int 1\n", 1, 4, "a tag (tag:yaml.org,2002:int)"),
        ("a: !python/object:os.system 1\n", 1, 4, "a tag (!python/object:os.system)"),
        ("<<: {a: 1}\n", 1, 1, "a merge key"),
        ("? [a, b]\n: 1\n", 1, 3, "a key that is not text"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second YAML document"),
        ("a: [1\n", 2, 1, "not YAML"),
        ("a: b: c\n", 1, 5, "not YAML"),
        ("", 1, 1, "the file is empty"),
        ("a: 1\nb: \x01\n", 2, 4, "a character that YAML does not allow (U+0001)"),
        ("a: " + "[" * 40 + "]" * 40, 1, 34, "nested too deeply"),
    ],
)
def test_what_yaml_would_do_silently_is_found(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read("p/f.yaml", text)
    found = [(one.line, one.column) for one in refused.value.findings if one.what.startswith(what)]
    assert found == [(line, column)], refused.value


def test_all_mistakes_of_one_file_are_told_together() -> None:
    with pytest.raises(Unreadable) as refused:
        read("f.yaml", "a: &x 1\nb: !t 2\na: 3\n")
    assert [one.line for one in refused.value.findings] == [1, 2, 3]


def test_a_position_that_does_not_exist_is_the_nearest_above_it() -> None:
    source = read("f.yaml", "a:\n  b: 1\n")
    assert source.position(("a", "b")) == (2, 3)
    assert source.position(("a", "c", 4)) == (1, 1)
