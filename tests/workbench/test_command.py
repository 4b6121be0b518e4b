"""tongban platform …, as an engineer runs it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.forked import python
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "gateway.cli", "platform", *map(str, arguments)]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / "sim-gd", tmp_path / "sim-gd")
    return tmp_path / "sim-gd"


def test_a_platform_at_the_asked_grade_is_sound(folder: Path) -> None:
    done = run("check", folder)
    assert done.returncode == 0, done.stdout
    assert "0 findings to silver" in done.stderr


def test_findings_up_to_the_asked_grade_make_it_unsound(folder: Path) -> None:
    (folder / "samples" / "case.submit.refused.json").unlink()
    assert run("check", folder, "--grade", "bronze").returncode == 0
    done = run("check", folder, "--json")
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"grade": "silver", "exempt": "case.submit/sample.refused"}.items() <= told[0].items()
    assert told[0]["file"] == "sim-gd/platform.yaml"


def test_what_does_not_compile_is_told_as_well(folder: Path) -> None:
    mapping = folder / "case.submit.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("| id_upper", "| id_uper"), encoding="utf-8")
    done = run("check", folder)
    assert done.returncode == 1
    assert "did you mean 'id_upper'?" in done.stdout
    assert "[bronze]" in done.stdout


def test_an_answer_to_an_operation_that_is_not_drafted_is_no_sample(tmp_path: Path) -> None:
    tutorial = CHECKOUT / "docs" / "tutorial" / "yunxi"
    sample = ("--sample", tutorial / "request.json", tutorial / "response.json")
    seen = f"case.submt.taken={tutorial / 'response.json'}"
    done = run("new", "x", "--division", "440233", "--into", tmp_path, *sample, "--seen", seen)
    assert done.returncode == 2
    assert (
        "case.submt: 没有起草该操作 / that operation is not drafted: did you mean 'case.submit'?"
        in done.stderr
    )
    assert not (tmp_path / "x").exists()


def test_a_name_that_no_platform_has_cannot_be_checked() -> None:
    done = run("check", "nobody")
    assert done.returncode == 2
    assert "no such platform" in done.stderr
