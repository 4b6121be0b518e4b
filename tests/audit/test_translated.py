"""The Chinese pages of the evidence say of the same things what the English ones say."""

import re
from pathlib import Path

import pytest

from audit.reports import QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["evidence", "audit-questions"]
VERDICTS = {"proven": "可证", "derivable": "可推", "unproven": "不可证"}


def page(name: str, language: str = "") -> str:
    return (DOCS / f"{name}{language}.md").read_text("utf-8")


def both(name: str) -> tuple[str, str]:
    return page(name), page(name, ".zh-CN")


def rows(text: str) -> list[list[str]]:
    """Of every table its rows, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    heads = {at - 1 for at, line in enumerate(lines) if set(line) <= set("|-")}
    return [row for at, row in enumerate(cells) if at not in heads and at - 1 not in heads]


def codes(text: str) -> set[str]:
    """What stands as it is in both languages; a line may end within one."""
    return {" ".join(each.split()) for each in re.findall(r"`([^`]+)`", text) if each.isascii()}


@pytest.mark.parametrize("name", PAGES)
def test_headings_stand_in_the_same_order(name: str) -> None:
    english, chinese = (re.findall(r"^(#+) (`\w+`)?", text, re.MULTILINE) for text in both(name))
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_what_is_to_be_typed_or_read_byte_by_byte_is_the_same(name: str) -> None:
    english, chinese = (re.findall(r"^    .+$", text, re.MULTILINE) for text in both(name))
    english, chinese = (
        [line for line in each if not line.startswith("    |")] for each in (english, chinese)
    )
    assert english == chinese


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_the_same_rows(name: str) -> None:
    english, chinese = map(rows, both(name))
    assert len(english) == len(chinese)
    for here, there in zip(english, chinese, strict=True):
        assert codes(here[0]) == codes(there[0])
        if here[0].startswith("`") and len(here) == 4 and name == "evidence":
            assert (codes(here[1]), VERDICTS[here[2]]) == (codes(there[1]), there[2])


def test_every_code_of_the_formats_stands_in_both() -> None:
    english, chinese = (codes(re.sub(r"^    .*$", "", text, flags=re.MULTILINE)) for text in both("evidence"))
    assert english ^ chinese == set()


def test_a_question_is_told_as_the_program_tells_it() -> None:
    told = {row[0].strip("`"): row[1:] for row in rows(page("audit-questions", ".zh-CN")) if len(row) == 4}
    assert told == {name: [each.title[0], each.shows[0], each.cannot[0]] for name, each in QUESTIONS.items()}
