"""tongban item findings, as docs/items/alignment.md shows it."""

import csv
import io
import json
import os
import re
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gateway.cli.catalogue import item
from tests.forked import python
from tests.installation import CHECKOUT, Installation
from tests.waiting import LONGEST_S

PAGES = ("alignment.md", "alignment.zh-CN.md")


def blocks(page: str, kind: str) -> list[str]:
    text = (CHECKOUT / "docs" / "items" / page).read_text("utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    tongban, *arguments = line.split()
    assert tongban == "tongban"
    command = [*python(), "-m", "gateway.cli", *arguments]
    known = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        command, cwd=folder, env=known, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the lists of the page imported, by the commands of the page."""
    folder = tmp_path_factory.mktemp("findings")
    Installation(folder).write()
    for name, content in zip(("items.csv", "alignments.csv"), blocks(PAGES[0], "csv"), strict=True):
        (folder / name).write_text(content, encoding="utf-8")
    (commands,) = blocks(PAGES[0], "sh")
    for line in commands.splitlines()[:-1]:
        done = run(folder, line)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_both_pages_show_the_same_lists_commands_and_findings() -> None:
    for kind in ("csv", "sh", "text"):
        assert blocks(PAGES[0], kind) == blocks(PAGES[1], kind)


def test_the_command_tells_what_the_page_shows(place: Path) -> None:
    (commands,), (shown,) = blocks(PAGES[0], "sh"), blocks(PAGES[0], "text")
    done = run(place, commands.splitlines()[-1])
    assert (done.returncode, done.stdout) == (1, shown)
    assert "3 findings" in done.stderr


def ask(place: Path, *arguments: str) -> Result:
    """In this process: starting the interpreter each time costs seconds."""
    return CliRunner().invoke(
        item, ["findings", "--conf", str(place / "conf"), *arguments], standalone_mode=False
    )


def test_tables_and_documents_say_the_same_as_the_lines(place: Path) -> None:
    asked = ("--here", "341702", "--since", "2026-01-01")
    lines, documents, table = (ask(place, *asked, *shape).stdout for shape in ((), ("--json",), ("--csv",)))
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [json.loads(line) for line in documents.splitlines()] == rows
    assert [each["code"] for each in rows] == [
        "item_alignment_gap", "item_alignment_conflict", "item_target_cancelled",
    ]  # fmt: skip
    for line, each in zip(lines.splitlines(), rows, strict=True):
        assert line.startswith(f"{each['rows']}: 341702 {each['here_code']}")
        assert each["write"].split(" / ")[1] in line


def test_nothing_wrong_is_told_by_the_exit_code(place: Path) -> None:
    done = ask(place, "--here", "330282", "--there", "440232")
    assert (done.return_value, done.stdout) == (0, "")


@pytest.mark.parametrize("wrong", [("--here", "34x702"), ("--there", "3417"), ("--since", "2026-02-30")])
def test_what_is_no_place_or_day_is_said(place: Path, wrong: tuple[str, str]) -> None:
    done = ask(place, *wrong)
    assert isinstance(done.exception, click.BadParameter)
    assert done.exception.param is not None and done.exception.param.name == wrong[0].lstrip("-")
