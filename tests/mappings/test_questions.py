"""Open questions of a draft are found wherever they stand, and nowhere else."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from mappings.questions import standing

LINES = st.lists(st.text(alphabet="ab #?1\"':{}", max_size=12), max_size=6)


def test_a_mark_is_told_with_its_place_its_number_and_what_it_asks() -> None:
    (found,) = standing("p/case.submit.yaml", "fields:\n  xb: applicant.sex   # ?12 guess: 性别\n")
    assert str(found) == (
        "p/case.submit.yaml:2:23: question 12 is open: guess: 性别: decide it, and remove the mark '# ?12'"
    )


def test_a_line_of_its_own_may_ask_too() -> None:
    assert [each.line for each in standing("f", "# ?1 which port?\na: b\n  #  ?2\n")] == [1, 3]


def test_what_looks_like_a_mark_inside_a_text_asks_nothing() -> None:
    assert not list(standing("f", 'a: "x # ?1 y"\nb: x#?2\nc: |\n  # ?3\n'))


def test_other_comments_ask_nothing() -> None:
    assert not list(standing("f", "a: b  # why? 4 of them\n"))


@given(LINES)
def test_no_text_is_too_broken_to_be_looked_through(lines: list[str]) -> None:
    text = "\n".join(lines)
    for finding in standing("f", text):
        assert text.splitlines()[finding.line - 1][finding.column - 1] == "#"


@given(st.text(max_size=30))
def test_a_quoted_value_never_asks(value: str) -> None:
    text = yaml.safe_dump({"a": f"# ?1 {value}"}, allow_unicode=True, default_style='"')
    assert not list(standing("f", text))
