"""docs/desk.md: its commands run as they stand, and its table is the one that the program goes by."""

import asyncio
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.desk.acts import ACTS
from tests.desk.conftest import DIVISION
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted
from tests.forked import python
from tests.shape.sources import CHECKOUT
from tests.waiting import LONGEST_S

PAGES = tuple(CHECKOUT / "docs" / name for name in ("desk.md", "desk.zh-CN.md"))
NUMBER = "44028320261120000001"
NEEDS = {"words": "`--words`", "materials": "`--material NAME=WHY`", "due": "`--due-on`"}


@dataclass(slots=True)
class Typed:
    """What commands said, typed one after the other where a case stands on the list."""

    folder: Path
    number: str
    said: list["subprocess.CompletedProcess[str]"] = field(default_factory=list)

    def type(self, line: str) -> "subprocess.CompletedProcess[str]":
        program, *words = shlex.split(line.replace(NUMBER, self.number))
        assert program == "tongban"
        command = [*python(), "-m", "gateway.cli", *words]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=LONGEST_S, check=False,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        self.said.append(done)
        return done


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    (tmp_path / "place").mkdir()
    place = Place(tmp_path / "place")
    place.write(names=("sim-desk",))

    async def placed() -> str:
        async with place.gateway() as gateway:
            done = await submitted(gateway, {**case("gd-person"), "division": DIVISION})
            return done.ours

    return Typed(place.folder, asyncio.run(placed()))


def commands(page: Path) -> list[str]:
    [block] = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return block.splitlines()


def test_both_pages_tell_the_same_commands() -> None:
    assert commands(PAGES[0]) == commands(PAGES[1])


def test_its_commands_run_and_lead_a_case_to_its_end(typed: Typed) -> None:
    for line in commands(PAGES[0]):
        done = typed.type(line)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    listed, _, sheet, printed, *recorded = typed.said
    applicant = case("gd-person")["applicant"]
    assert typed.number in listed.stdout and "1 件待办" in listed.stderr
    assert applicant["name"] not in listed.stdout
    assert applicant["id_number"] in sheet.stdout
    assert printed.stdout == "handover.html\n" and (typed.folder / "handover.html").is_file()
    states = [each.stdout.split()[2] for each in recorded]
    assert states == ["signed", "correction_needed", "corrected", "accepted", "accepted", "granted", "served"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_table_is_the_one_of_the_program(page: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| `(\w+)` \|(.*)\|$", page.read_text("utf-8"), re.MULTILINE)
    wanted = [
        (verb, act.text[0], act.kind, ", ".join(text for name, text in NEEDS.items() if getattr(act, name)))
        for verb, act in ACTS.items()
    ]
    assert [(verb, text, kind, needs.strip()) for verb, text, kind, needs in rows] == wanted
