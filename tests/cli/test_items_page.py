"""docs/items.md: its commands run as they stand, and every page that it leads to is there, in both languages."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.forked import python
from tests.shape.sources import CHECKOUT
from tests.waiting import LONGEST_S

PAGES = ("items.md", "items.zh-CN.md")


@pytest.mark.parametrize("page", PAGES)
def test_its_commands_run(page: str) -> None:
    [block] = re.findall(r"```sh\n(.*?)```", (CHECKOUT / "docs" / page).read_text("utf-8"), re.DOTALL)
    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "tongban"
        command = [*python(), "-m", "gateway.cli", *arguments]
        done = subprocess.run(
            command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_it_leads_to_is_there(page: str) -> None:
    text = (CHECKOUT / "docs" / page).read_text("utf-8")
    linked = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    assert len(linked) > 6
    for each in linked:
        assert (CHECKOUT / "docs" / Path(each)).is_file(), each
