"""tongban item import and code as an operator runs them."""

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.test_commands import installation, run
from tests.installation import CHECKOUT, Installation

UNIT = "11440232MB2D06811W"
HEAD = ["task_code", "task_name", "task_state", "colour"]


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return installation(tmp_path)


def wrote(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def row(number: int, name: str = "", state: str = "1") -> list[str]:
    return [f"{UNIT}40001170{number:02}000", name or f"事项 {number}", state, "red"]


def imported(place: Installation, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run("item", "import", "--conf", place.conf, file, "--division", "440232000000", *more)


def test_what_a_list_would_change_is_shown_and_only_then_applied(place, tmp_path):
    file = wrote(tmp_path / "list.csv", row(51), row(52))
    shown = imported(place, file, "--dry-run")
    assert shown.returncode == 0
    assert "added: 440232 11440232MB2D06811W4000117051000 事项 51" in shown.stdout
    assert "profile: national" in shown.stderr and "csv gb18030" in shown.stderr
    assert "colour" in shown.stderr  # told, not dropped silently
    done = imported(place, file)
    assert "2 added" in done.stderr and "applied" in done.stderr
    again = imported(place, file)
    assert "0 added, 0 changed, 2 unchanged" in again.stderr and "applied" not in again.stderr


def test_nothing_is_cancelled_unasked_where_nobody_can_be_asked(place, tmp_path):
    imported(place, wrote(tmp_path / "list.csv", row(51), row(52)))
    shorter = wrote(tmp_path / "shorter.csv", row(51))
    refused = imported(place, shorter, "--complete")
    assert refused.returncode == 1 and "--yes" in refused.stderr
    assert "取消 cancelled: 440232 11440232MB2D06811W4000117052000" in refused.stdout
    assert "1 cancelled" in imported(place, shorter, "--complete", "--yes").stderr
    assert run("item", "import", "--conf", place.conf, shorter, "--complete").returncode == 2


def test_a_file_that_may_be_cut_off_cancels_nothing_unless_that_is_said(place, tmp_path):
    imported(place, wrote(tmp_path / "list.csv", *(row(number) for number in range(10, 90))))  # 80 items
    cut_off = wrote(tmp_path / "cut.csv", *(row(number) for number in range(10, 63)))
    refused = imported(place, cut_off, "--complete", "--yes")
    assert refused.returncode == 1
    assert "27 of 80" in refused.stderr and "--cancel-up-to 34" in refused.stderr  # 33.75 %
    assert "80 unchanged" in imported(place, tmp_path / "list.csv").stderr
    assert imported(place, cut_off, "--complete", "--yes", "--cancel-up-to", "33").returncode == 1
    done = imported(place, cut_off, "--complete", "--yes", "--cancel-up-to", "34")
    assert done.returncode == 0 and "27 cancelled" in done.stderr
    again = imported(place, cut_off, "--complete", "--yes")
    assert again.returncode == 0, "what is cancelled already is not lacking"


@pytest.mark.parametrize("name", ["bad.csv", "bad.xlsx"])
def test_refused_rows_are_told_by_number_and_kept_as_a_file(place, tmp_path, name):
    file = wrote(tmp_path / "list.csv", row(51), row(52, state="2"), row(53, name="=1+1", state="2"))
    done = imported(place, file, "--bad", str(tmp_path / name))
    assert done.returncode == 1 and "2 bad" in done.stderr
    assert f"{file}:3: state: " in done.stdout and "--states use" in done.stdout
    if name.endswith("csv"):
        kept = list(csv.reader((tmp_path / name).open(encoding="utf-8-sig")))
    else:
        kept = [list(each) for each in load_workbook(tmp_path / name).active.iter_rows(values_only=True)]
    assert kept[0][3:] == HEAD
    assert [(each[0], each[4].lstrip("'")) for each in kept[1:]] == [("3", "事项 52"), ("4", "=1+1")]


def test_json_and_columns_of_ones_own_come_in_by_the_same_command(place, tmp_path):
    objects = [{"名称": "甲", "编码": "0105632000"}, {"名称": "乙", "编码": 105632000}]
    (tmp_path / "list.json").write_text(json.dumps({"data": objects}), encoding="utf-8")
    done = imported(place, tmp_path / "list.json", "--columns", "name=名称,code=编码")
    assert done.returncode == 1 and "1 added" in done.stderr
    assert "list.json:2: code: " in done.stdout


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--profile", "natonal"], 1, "no such profile"),
        (["--columns", "titel=x"], 2, "titel"),
        (["--columns", "name=a", "--profile", "own"], 2, "--columns"),
        (["--charset", "klingon"], 2, "klingon"),
        (["--charset", "utf-8"], 2, "not written in utf-8 from about row 1"),
        (["--columns", "name=nowhere,code=task_code"], 2, "文件没有所指明的栏目：nowhere"),
        (["--division", "12"], 2, "6"),
    ],
)
def test_what_cannot_be_done_says_why(place, tmp_path, more, code, said):
    done = imported(place, wrote(tmp_path / "list.csv", row(51)), *more)
    assert done.returncode == code
    assert said in done.stderr


def test_a_killed_import_loses_nothing_and_the_file_can_be_imported_again(place, tmp_path):
    count = 40_000
    with (tmp_path / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["local_task_code", "task_name"]])
        csv.writer(file).writerows([f"L-{number}", f"事项 {number}"] for number in range(count))
    arguments = [
        "item",
        "import",
        "--conf",
        str(place.conf),
        str(tmp_path / "list.csv"),
        "--division",
        "440232",
    ]
    process = subprocess.Popen([sys.executable, "-m", "gateway.cli", *arguments], cwd=CHECKOUT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while not held(place) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = held(place)
    assert left % 2_000 == 0 and left < count  # whole parts only
    assert f"{count - left} added, 0 changed, {left} unchanged" in run(*arguments).stderr
    assert held(place) == count


def held(place: Installation) -> int:
    if not place.database.exists():
        return 0
    with sqlite3.connect(f"file:{place.database}?mode=ro", uri=True) as database:
        try:
            return int(database.execute("SELECT count(*) FROM items").fetchone()[0])
        except sqlite3.OperationalError:  # not yet migrated
            return 0


@pytest.mark.parametrize(
    ("written", "form", "code"),
    [
        ("511A0138000000-511602000000-000-115113010833722043-1-00", "dashed", 0),
        ("G-000007-001-511602000000-000-null-1-00", "dashed", 1),
        ("2510b7af-2402-4502-837c-14eb4a71177d", "guid", 0),
        ("0105632000", "ten", 0),
        ("62052400MZ-XK-0001", "old", 0),
        ("11440232MB2D06811W4000117051000", "implementation", 0),
    ],
)
def test_any_code_is_explained(written, form, code):
    done = run("item", "code", written)
    assert done.returncode == code
    first, *parts = done.stdout.splitlines()
    assert first.split()[:2] == ["form", form]
    assert all(len(part.split()) >= 3 for part in parts), "each has its name in Chinese"


@pytest.mark.parametrize(
    ("command", "content", "code", "said"),
    [
        ("align", b"id,here_division\xff\xff\x81", 2, "字符集无法识别"),
        ("align", b"id,here_division,valid_from\nA,44,\n", 1, ":2: here_division: 区划代码须为"),
        (
            "materials",
            b"a,b\n1,2\n",
            2,
            "文件没有所指明的栏目：id, there_division, there_code, means, source",
        ),
    ],
)
def test_other_lists_that_are_none_are_told_as_well(place, tmp_path, command, content, code, said):
    (tmp_path / "list.csv").write_bytes(content)
    done = run("item", command, "--conf", str(place.conf), str(tmp_path / "list.csv"))
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["suggest", "coverage"])
def test_a_place_without_a_list_and_one_place_twice_are_told(place, command):
    for there, said in (("440232", "one place"), ("511602", "the catalogue has no items of 440232")):
        done = run("item", command, "--conf", str(place.conf), "--here", "440232", "--there", there)
        assert (done.returncode, said in done.stderr) == (2, True)
