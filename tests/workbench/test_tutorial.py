"""docs/adding-a-platform.md (and in Chinese), as somebody follows it: from a contract to a delivered case."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT, Installation, installed
from tests.waiting import LONGEST_S
from tests.workbench.made import simulated

PAGES = ("adding-a-platform.md", "adding-a-platform.zh-CN.md")
MOST_BY_HAND = 25  # lines of the diff: what a person writes for one platform
PLATFORMS = ("gd-qingping", "gd-luhe", "gd-yunxi")
CASES = 3
_BLOCK = re.compile(r"^```(sh|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(folder: Path) -> list[str]:
    """Run every command of the page in its order, and apply what it says to write; the diffs."""
    (folder / "docs").symlink_to(CHECKOUT / "docs")
    (folder / "bin").mkdir()
    command = folder / "bin" / "tongban"
    command.write_text(f'#!/bin/sh\nexec {shlex.join(python())} -m gateway.cli "$@"\n')
    command.chmod(0o755)
    surroundings = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
    }
    diffs = []
    for kind, text in blocks(PAGES[0]):
        done = subprocess.run(
            ["git", "apply", "-"] if kind == "diff" else ["sh", "-e"],
            input=text, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=LONGEST_S,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        diffs += [text] if kind == "diff" else []
    return diffs


def blocks(page: str) -> list[tuple[str, str]]:
    return _BLOCK.findall((CHECKOUT / "docs" / page).read_text("utf-8"))


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, follow(folder)


def test_the_page_in_chinese_says_to_do_the_same() -> None:
    one, other = PAGES
    assert blocks(one) == blocks(other)


def test_following_the_page_leads_to_silver_with_few_lines_by_hand(followed: tuple[Path, list[str]]) -> None:
    folder, diffs = followed
    assert len(diffs) == len(PLATFORMS)
    for text in diffs:
        by_hand = [line for line in text.splitlines() if re.match(r"[-+](?![-+])", line)]
        assert 0 < len(by_hand) <= MOST_BY_HAND
    assert not list((folder / "platforms").rglob("*.py"))


@pytest.mark.parametrize("name", PLATFORMS)
async def test_cases_are_delivered_once_to_the_platform_of_the_page(
    name: str, followed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """Every second answer is lost; retries come soon, since a test does not wait half a minute."""
    folder = tmp_path / "platforms" / name
    shutil.copytree(followed[0] / "platforms" / name, folder)
    declared = (folder / "platform.yaml").read_text("utf-8")
    later = "    later: {status: 429}"
    (folder / "platform.yaml").write_text(
        declared.replace(later, f"    retry: {{first: 500ms, most: 1s}}\n{later}")
    )
    async with (
        simulated(folder, "--seed", "3", "--faults", "drop=50") as address,
        installed(
            tmp_path, platforms=False, folders=(folder.parent,), stands={name: ("", "")}, python=python()
        ) as installation,
    ):
        installation.point(name, address)
        await installation.start_gateway()
        for number in range(CASES):
            await delivered(installation, {**fixtures.case("gd-agent"), "insist": {"reason": "x"}}, number)
        assert installation.client
        async with installation.client.get(f"{address}/-/counts") as answer:
            counts = await answer.json()
    assert sum(times for outcome, times in counts.items() if outcome.startswith("taken")) == CASES, counts
    assert counts.get("taken, answer lost"), "something did go wrong"
    assert "doubled" not in str(counts)


async def delivered(place: Installation, document: dict[str, Any], number: int) -> None:
    status, answer, _ = await place.submit(document, f"tutorial-{number:04d}", Prefer="wait=5")
    assert status in (201, 202), answer
    async with asyncio.timeout(LONGEST_S):
        while answer["state"] != "delivered":
            assert answer["state"] in ("waiting", "sending", "deferred"), answer
            await asyncio.sleep(0.2)
            _, answer, _ = await place.call("GET", answer["links"]["self"], caller=place.caller_of(document))
