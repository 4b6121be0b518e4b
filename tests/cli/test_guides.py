"""docs/items/guides.md as it is typed, and tongban guide on what is not as it should be."""

import asyncio
import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner

from gateway.cli import tongban
from gateway.cli.asking import Stop
from gateway.guides.columns import PROFILES
from gateway.guides.compare import Mark
from gateway.guides.vocabulary import TERMS
from tests.forked import python
from tests.installation import CHECKOUT, Installation

TEXT = (CHECKOUT / "docs" / "items" / "guides.md").read_text("utf-8")
CHINESE = (CHECKOUT / "docs" / "items" / "guides.zh-CN.md").read_text("utf-8")
REVIEW = "11440232MB2D06811W4000117051000"
LISTS = CHECKOUT / "tests" / "gateway" / "guides" / "lists"


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation, and the folder in which commands are typed; the terminal is wide."""
    Installation(tmp_path).write()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def typed(line: str) -> Done:
    """A command in this process: seven starts of Python cost more than what is tested."""
    program, *words = line.split()
    assert program == "tongban"
    done = CliRunner().invoke(tongban, words, standalone_mode=False)
    match done.exception:
        case None:
            return Done(done.return_value, done.stdout, done.stderr)
        case Stop() as stop:
            return Done(stop.code, done.stdout, f"{done.stderr}{stop}")
        case click.ClickException() as error:
            return Done(2, done.stdout, done.stderr + error.format_message())
    raise done.exception


def entries_of(place: Path, kind: str) -> list[bytes]:
    with sqlite3.connect(place / "state" / "tongban.db") as database:
        found = database.execute("SELECT body FROM audit_entries WHERE kind = ? ORDER BY rowid", (kind,))
        return [body for (body,) in found]


def commands(text: str) -> list[str]:
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1].splitlines()


def test_what_the_page_tells_to_type_runs_and_shows_what_is_shown(place):
    for name, rows in re.findall(r"```csv\n# (\S+)\n(.*?)```", TEXT, re.DOTALL):
        (place / name).write_text(rows, encoding="utf-8")
    done = [typed(line) for line in commands(TEXT)]
    assert [each.returncode for each in done] == [0, 0, 0, 0, 1, 1, 1], [each.stderr for each in done]
    assert "1 added" in done[2].stderr and "0 added, 0 changed, 1 unchanged" in done[3].stderr
    entries = [json.loads(body) for body in entries_of(place, "guides.imported")]
    assert len(entries) == 2, "the one that changed nothing leaves no entry"
    assert [(each["added"], each["divisions"]) for each in entries] == [
        (1, ["341702"]), (1, ["440232"]),
    ]  # fmt: skip
    shown = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert shown and shown[1] in done[4].stdout
    lines = json.loads(done[6].stdout)["lines"]
    assert [(each["name"], each["mark"]) for each in lines if each["element"] == "materials"] == [
        ("申请表", "unknown"), ("规划许可证", "only_here"), ("设计单位资质证明", "only_there"),
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(place / "compared.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type == "s" for cell in cells)
    assert {"不同 / differs", "规划许可证"} <= {cell.value for cell in cells}
    assert set(commands(CHINESE)) <= set(commands(TEXT))


def test_the_page_names_every_profile_every_code_and_every_mark():
    assert all(f"`--profile {name}`" in TEXT for name in PROFILES)
    rows = dict(re.findall(r"^\| `(\w+)` [^|]+ \| (.+) \|$", TEXT, re.MULTILINE))
    for name, terms in TERMS.items():
        if name in rows:
            said = ", ".join(f"`{term.word}` {term.code}".strip() for term in terms)
            assert rows[name].startswith(said)
        else:
            assert f"`{name}`" in TEXT and all(term.word == term.code for term in terms)
    assert all(f"`{mark}`" in TEXT and f"`{mark}`" in CHINESE for mark in Mark.__args__)


def test_columns_that_nobody_knows_are_named(place):
    (place / "list.csv").write_text(
        "事项名称,实施编码,收费标准,心得\n甲,11440232MB2D06811W4000117051000,无,好\n", "utf-8"
    )
    done = typed("tongban guide import --division 440232 --profile chinese list.csv")
    assert done.returncode == 0
    assert "list.csv: 未知栏目，未保存：心得、收费标准 / columns that nobody knows, not kept" in done.stderr


def test_bad_rows_are_told_on_stdout_and_the_rest_is_kept(place):
    files = " ".join(str(LISTS / name) for name in ("basic.csv", "material.csv"))
    done = typed(f"tongban guide import --division 440232 --profile national {files}")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("basic.csv:4: ")
    assert "2 added, 0 changed, 0 unchanged, 2 bad, 1 remarks" in done.stderr


async def test_a_guide_is_asked_of_the_platform_from_the_command_line(place):
    made = Installation(place, python=python())
    await made.start_platforms()
    try:
        await asyncio.to_thread(typed, "tongban activate --why first")
        line = f"tongban guide show {REVIEW} --division 440232 --refresh --as li.w --json"
        done = await asyncio.to_thread(typed, line)
    finally:
        for platform in made.platforms.values():
            await platform.end()
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert (shown["source"], shown["guide"]["visits"]) == ("sim-gd", 1)


@pytest.mark.parametrize("line, said", [
    (f"show {REVIEW} --division 440232", "No guide in force is known"),
    (f"show {REVIEW} --division 44", "6, 9 or 12 digits"),
    (f"compare {REVIEW} --here 341702 --there 440232", "the catalogue of division 341702 has no item"),
    (f"import --division 440232 {LISTS / 'fee_project.csv'}", "no columns of guides"),
    (f"import --division 440232 --columns nme=a {LISTS / 'basic.csv'}", "there is no element nme"),
    (f"import --division 440232 --columns name {LISTS / 'basic.csv'}", "write it as name="),
    (f"import --division 440232 --profile national --as-of 2999-01-01 {LISTS / 'basic.csv'}", "in the future"),
    (f"show {REVIEW} --division 440232 --refresh", "No release is active"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(place, line, said):
    done = typed(f"tongban guide {line}")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr
