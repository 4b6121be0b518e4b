"""The demonstration as a newcomer runs it, and the commands that it and the README give to paste."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.demo import plan
from tests.installation import CHECKOUT
from tests.shape.readme import to_paste

LONGEST_S = 240


@dataclass
class Running:
    """A demonstration that stayed: what it printed, and how long it took."""

    table: list[str]
    exports: dict[str, str]
    curl: str
    took_s: float
    process: "subprocess.Popen[str]"

    def paste(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run a line in a shell in the checkout, as in a second terminal. The venv is this interpreter's own."""
        here = {".venv/bin/tongban": f"{sys.executable} -m gateway.cli", ".venv/bin/python": sys.executable}
        program, _, rest = command.partition(" ")
        line = f"{here.get(program, program)} {rest}"
        env = os.environ | self.exports
        return subprocess.run(["bash", "-c", line], cwd=CHECKOUT, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    started, lines = time.monotonic(), []
    command = [sys.executable, "-m", "tests.demo", "--stay"]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("# Ctrl-C"):
                break
        took_s = time.monotonic() - started
        pairs = [line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export ")]
        exports = {name: value.strip("'") for name, value in pairs}
        curl = next((line for line in lines if line.startswith("curl ")), "")
        yield Running([line for line in lines if line.startswith("│")], exports, curl, took_s, process)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(30) == 0, said


def test_every_case_of_the_committed_table_is_shown(running: Running) -> None:
    assert len(running.table) == len(plan.expected())
    assert running.took_s < LONGEST_S


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_first_curl_works_as_printed(running: Running) -> None:
    ran = running.paste(running.curl)
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["state"] == "delivered", answer
    assert json.loads(running.paste(running.curl).stdout)["exchange"] == answer["exchange"]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("command", to_paste("README.md"))
def test_what_the_readme_gives_to_paste_works_beside_it(running: Running, command: str) -> None:
    ran = running.paste(command)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    if command.startswith("curl"):
        assert "code" not in json.loads(ran.stdout), ran.stdout  # a problem document has one


def test_every_trial_stands_in_the_committed_table() -> None:
    assert set(plan.expected()) == {trial.name for trial in plan.PEOPLE} | {plan.SETTLED}
    assert len({trial.mark() for trial in plan.PEOPLE}) == len(plan.PEOPLE)  # a kill names one message


def test_a_row_that_differs_is_told_by_column() -> None:
    rows = list(plan.expected().values())
    wrong = replace(rows[0], platform="sim-gx")
    assert plan.differences([wrong, *rows[1:]]) == ["person: platform: expected sim-gd, got sim-gx"]
    assert plan.differences(rows[1:]) == ["person: did not happen"]
