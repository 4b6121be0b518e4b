"""tongban platform check NAME --database: a table platform beside its real database, as an engineer runs it."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.fronts import MADE
from tests.forked import python
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES

Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / "sim-table", tmp_path / "sim-table")
    return tmp_path / "sim-table"


@pytest.fixture
def check(folder: Path, tmp_path: Path) -> Check:
    conf = tmp_path / "conf"
    (conf / "platforms").mkdir(parents=True)
    (conf / "gateway.yaml").write_text("name: gx.example/log\n")
    (conf / "platforms" / "sim-table.yaml").write_text(
        f"platform: sim-table\naddress: sqlite:///{tmp_path}/front.db\n"
        f"test: {{address: 'sqlite:///{tmp_path}/nowhere.db'}}\n"
    )

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [
            *python(),
            "-m",
            "gateway.cli",
            "platform",
            "check",
            str(folder),
            "--conf",
            str(conf),
            *more,
        ]
        return subprocess.run(
            command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )

    return run


def made(folder: Path, *more: str) -> None:
    connection = sqlite3.connect(folder.parent / "front.db")
    connection.executescript(MADE.format(blob="blob") + ";".join(more))
    connection.close()


def test_the_real_database_is_looked_at_only_where_it_is_asked_for(folder: Path, check: Check) -> None:
    assert check().returncode == 0
    done = check("--database", "production")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be reached: conf/platforms/sim-table.yaml" in done.stderr


def test_what_the_database_has_otherwise_stands_at_its_line(folder: Path, check: Check) -> None:
    made(folder, "alter table pro_accept drop column remark", "alter table pro_process rename to pro_steps")
    done = check("--database", "production")
    lines = (folder / "platform.yaml").read_text("utf-8").splitlines()
    at = 1 + next(place for place, line in enumerate(lines) if "remark:" in line)
    assert done.returncode == 1
    assert (
        f"sim-table/platform.yaml:{at}:" in done.stdout
        and "their table has no column 'remark'" in done.stdout
    )
    assert "their database has no table 'pro_process': did you mean pro_steps?" in done.stdout


def test_what_only_risks_something_may_be_exempt_with_a_reason(folder: Path, check: Check) -> None:
    made(folder)
    done = check("--database", "production")
    key = "database/pro_accept.key"
    assert done.returncode == 1 and f'exempt: {{"{key}": why}}' in done.stdout
    declared = folder / "platform.yaml"
    text = declared.read_text("utf-8")
    declared.write_text(
        text.replace("exempt:\n", f'exempt:\n  "{key}": their trigger refuses a second one\n')
    )
    assert check("--database", "production").returncode == 0
    assert check().returncode == 0  # nobody looked, so nobody knows whether it still stands


def test_the_test_address_is_another_database(check: Check, folder: Path) -> None:
    made(folder)
    assert check("--database", "test").returncode == 2
