"""A test that is wrong stays wrong, however often it is looked at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import second_look

HERE = Path(second_look.__file__).parents[1]
STEADY = "def test_right(): pass\n"
WRONG = "def test_wrong(): assert False\n"
ONCE = """
import pathlib
def test_late():
    times = pathlib.Path("times")
    times.write_text(times.read_text() + "." if times.exists() else ".")
    assert len(times.read_text()) not in {wrong}
"""


def looked(folder: Path, tests: str) -> int:
    """Run the tests in a folder of their own, then look again: its exit code."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(tests)
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # it starts quickly
    first = [sys.executable, "-m", "pytest", "-q"]
    assert subprocess.run(first, cwd=folder, env=bare, capture_output=True).returncode == 1
    again = [sys.executable, str(HERE / "tests" / "second_look.py")]
    return subprocess.run(again, cwd=folder, env=bare, capture_output=True).returncode


def test_what_failed_once_and_passes_three_times_alone_is_named_and_lets_the_build_go_on(
    tmp_path: Path,
) -> None:
    assert looked(tmp_path, STEADY + ONCE.format(wrong="{1}")) == 0
    assert (tmp_path / "build" / "unsteady.txt").read_text() == "test_it.py::test_late\n"
    assert len((tmp_path / "times").read_text()) == 1 + second_look.TIMES


@pytest.mark.parametrize("tests", [WRONG, ONCE.format(wrong="{1, 4}"), WRONG + ONCE.format(wrong="{1}")])
def test_what_fails_once_more_is_wrong(tmp_path: Path, tests: str) -> None:
    assert looked(tmp_path, STEADY + tests) == 1
    assert not (tmp_path / "build").exists()


def test_where_many_fail_nothing_is_looked_at_again(tmp_path: Path) -> None:
    many = "\n".join(f"def test_{at}(): assert False" for at in range(second_look.MOST + 1))
    assert looked(tmp_path, many) == 1
