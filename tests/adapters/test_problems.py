"""Every problem that an adapter can report has a text in both languages that its facts fill."""

import re
import string
from pathlib import Path

import pytest

from adapters.problems import TEXTS, Problem
from tests.adapters.peers import ROOT

FACTS = {
    "position": 3,
    "character": "䶮",
    "charset": "gbk",
    "type": "xsd:int",
    "limit": 5,
    "fields": "a, b",
    "types": "A, B",
}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", TEXTS)
def test_both_texts_say_the_same_and_can_be_filled(code: str) -> None:
    chinese, english = TEXTS[code]
    assert fields(chinese) == fields(english)
    assert fields(chinese) <= {"path", *FACTS}
    assert re.search("[\u4e00-\u9fff]", chinese.format(path="a.b", **FACTS))
    assert english.format(path="a.b", **FACTS).isprintable()


def test_every_code_that_is_used_has_its_text_and_the_other_way_round() -> None:
    used = set()
    for file in Path(ROOT, "adapters").rglob("*.py"):
        used |= set(re.findall(r'Problem\(.+?, "([a-z_]+)"', file.read_text()))
        used |= set(re.findall(r'return path, "([a-z_]+)"', file.read_text()))
    assert used == set(TEXTS)


def test_a_problem_without_facts_shares_one_empty_map_that_nobody_can_change() -> None:
    assert Problem("a", "not_text").facts is Problem("b", "not_text").facts
    with pytest.raises(TypeError):
        Problem("a", "not_text").facts["x"] = 1  # type: ignore[index]
