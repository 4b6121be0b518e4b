"""docs/erasure.md and its Chinese page: the same examples, every ground, and a period that conf takes."""

import re

import pytest
import yaml

from gateway.erasure.periods import GROUNDS, HOLDS
from gateway.settings.installation import Retention
from tests.shape.sources import CHECKOUT

PAGES = {name: (CHECKOUT / "docs" / name).read_text("utf-8") for name in ("erasure.md", "erasure.zh-CN.md")}


@pytest.mark.parametrize("name", PAGES)
def test_every_ground_is_named_and_the_example_can_be_read(name: str) -> None:
    assert {each for each in (*GROUNDS, *HOLDS) if f"`{each}`" not in PAGES[name]} == set()
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGES[name], re.DOTALL)
    assert Retention.model_validate(yaml.safe_load(example)["retention"]).items == {"000142*": 3650}


def test_both_pages_show_the_same_commands() -> None:
    english, chinese = (re.findall(r"```\w+\n(.*?)```", page, re.DOTALL) for page in PAGES.values())
    assert english == chinese
