"""tongban agreement list: what is open, by place and day."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.agreement import agreement
from tests.web.declared import write_agreements

FORM = {"here": "341708", "there": "440232"}


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreed") / "conf"
    (folder / "agreements").mkdir(parents=True)
    (folder / "gateway.yaml").write_text("name: test.tongban.example/log\n")
    write_agreements(folder / "agreements")
    return folder


def listed(conf: Path, *more: str) -> tuple[int, list[dict[str, str]]]:
    done = CliRunner().invoke(agreement, ["list", "--conf", str(conf), "--csv", *more], standalone_mode=False)
    return done.return_value, list(csv.DictReader(io.StringIO(done.stdout)))


def test_what_is_open_between_two_places_is_listed_with_its_ground(conf: Path) -> None:
    code, [row] = listed(conf, "--here", "341708", "--there", "440232")
    assert code == 0
    assert (row["agreement"], row["document"], row["day"], row["now"]) == (
        "tried-out",
        "模通办〔2026〕5号",
        "1",
        "open",
    )


@pytest.mark.parametrize("more", [("--on", "2019-12-31"), ("--here", "110105", "--there", "110106")])
def test_nothing_open_is_one(conf: Path, more: tuple[str, ...]) -> None:
    code, rows = listed(conf, *more)
    assert code == 1
    assert {row["now"] for row in rows} <= {"later"}


def test_a_person_reads_a_table(conf: Path) -> None:
    done = CliRunner().invoke(agreement, ["list", "--conf", str(conf)], standalone_mode=False)
    assert done.return_value == 0
    assert "模通办〔2026〕1号" in done.stdout
