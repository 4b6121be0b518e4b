"""What the documentation shows is what runs."""

import json
import re
from pathlib import Path

import pytest

from mappings import bundle
from mappings.examples import check_examples
from mappings.words import REGISTER, entry, reference
from mappings.words.chinese import THEMES, WORDS
from tests.mappings.cases import a_case

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```yaml\n# (\S+)\n(.*?)```", re.DOTALL)


def the_page() -> dict[str, str]:
    """The files that docs/mapping.md shows, and the sample that they refer to."""
    case = a_case()
    case |= {
        "mode": "collect_for",
        "form": {"kinds": ["a", "b"]},
        "received_at": case["receiving"]["received_at"],
    }
    case["item"]["there"] = {"implementation_code": case["item"]["code"]}
    for field in ("agent", "note"):
        del case[field]
    del case["applicant"]["mobile"]
    case["materials"][0]["files"][0]["id"] = "f1"
    shown = dict(BLOCK.findall((DOCS / "mapping.md").read_text("utf-8")))
    return {**shown, "sim-page/samples/case.json": json.dumps(case)}


def test_the_files_shown_compile_and_their_examples_hold() -> None:
    mappings, tables, findings = bundle.compile_platform("sim-page", the_page())
    assert findings == []
    assert sorted(mappings) == ["case.progress.reply", "case.submit", "case.submit@permit", "case.withdraw"]
    assert sorted(tables) == ["id_type", "state"]
    assert [str(finding) for mapping in mappings.values() for finding in check_examples(mapping)] == []


def test_the_manual_of_words_is_the_one_that_the_register_writes() -> None:
    # write it anew: tongban mapping words > docs/words.md
    assert (DOCS / "words.md").read_text("utf-8") == reference()


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_the_manual_shows_every_word(name: str) -> None:
    assert f"### `{REGISTER[name].usage}`" in reference()


def test_every_word_and_theme_is_said_in_chinese_and_no_other() -> None:
    assert WORDS.keys() == REGISTER.keys()
    assert THEMES.keys() == {word.theme for word in REGISTER.values()}


def test_one_word_is_shown_with_what_its_refusals_say() -> None:
    said = entry("table_each")
    assert said.split("\n\n- not_in_table: ")[0] in reference()
    assert "代码不在代码表" in said and "the code is not in table" in said


def test_words_named_on_the_page_exist() -> None:
    page = (DOCS / "mapping.md").read_text("utf-8")
    used = set(re.findall(r"\| ([a-z_]+)(?=[ (\n])", "\n".join(text for _, text in BLOCK.findall(page))))
    assert used <= REGISTER.keys()
