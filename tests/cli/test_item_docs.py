"""What docs/items/import.md tells people to type does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.test_commands import installation, run
from tests.installation import CHECKOUT

PAGES = (CHECKOUT / "docs/items/import.md", CHECKOUT / "docs/items/import.zh-CN.md")


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture
def ran(tmp_path):
    """Each command of the page, in order, with the configuration and the written file of a place of its own."""
    place = installation(tmp_path)
    said = []
    for line in commands(PAGES[0]):
        words = shlex.split(line)[1:]
        words = [str(place.conf) if word == "conf" else word for word in words]
        said.append(run(*(str(tmp_path / word) if word == "refused.csv" else word for word in words)))
    return said


def test_both_pages_tell_the_same_commands():
    assert commands(PAGES[0]) == commands(PAGES[1])


def test_the_commands_do_what_the_page_says(ran, tmp_path):
    shown, applied, later, *codes = ran
    assert [each.returncode for each in ran] == [0, 0, 1, 0, 0, 0]
    assert "applied" not in shown.stderr and "3 added" in applied.stderr
    assert "2 added, 1 changed, 0 unchanged, 1 cancelled, 1 devolved, 1 bad" in later.stderr
    assert "name (spelling only)" in later.stdout
    assert "下放 devolved: 440232 11440232MB2D06811W4000117051000" in later.stdout
    assert "by_law" in later.stderr
    assert "校验位有误的一行" in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert [each.stdout.split()[1] for each in codes] == ["implementation", "dashed", "guid"]
