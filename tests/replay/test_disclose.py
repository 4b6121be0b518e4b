"""tongban exchange disclose: what an auditor gets to see of a delivered case, and verifies without us."""

from pathlib import Path

import pytest

from audit.cli import FINDINGS, SOUND, main
from tests.fakes.fixtures import canary
from tests.faults.places import Place
from tests.faults.stores import ON_A_FILE
from tests.reconcile.told import entries_of
from tests.replay.conftest import command, erase
from tests.replay.test_trace import of

pytestmark = ON_A_FILE
WHY = ("--as", "li.w", "--why", "行政复议")


def read(file: str) -> str:
    return Path(file).read_text("utf-8")


def write(file: str, text: str) -> None:
    Path(file).write_text(text, "utf-8")


def exists(folder: Path) -> bool:
    return folder.exists()


async def test_the_fields_that_can_be_shown_are_listed_and_nothing_of_them(place: Place) -> None:
    code, results, talk = await command(place, "exchange", "disclose", of(place, "sim-gd"))
    assert (code, talk) == (0, "")
    assert {"/sqrxm", "/sxssbm", "/clxx/0/fj/0/wjm"} <= set(results.split())
    assert [value for value in canary() if value in results] == []
    assert entries_of(place, "values.shown") == []


async def test_one_field_is_shown_with_its_proof_and_whoever_asked_stands_in_the_log(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange, where = of(place, "sim-gd"), ("--into", str(tmp_path))
    words = ("exchange", "disclose", exchange, "--field", "/sxssbm", "--field", "/tbms")
    code, results, _ = await command(place, *words, *WHY, *where)
    proof, shown = results.splitlines()
    assert (code, Path(proof).suffix, Path(shown).suffix) == (0, ".tlog-proof", ".disclosure")
    key = (place.folder / "log_key").read_text()
    assert main(["verify", proof, "--key", key, "--disclosure", shown]) == SOUND
    said = capsys.readouterr().out
    assert "披露 / disclosed: commitment /sxssbm = " in said
    text = read(shown)
    assert [value for value in canary() if value in text + said] == []
    write(shown, text.replace("/tbms", "/bjlx"))
    assert main(["verify", proof, "--key", key, "--disclosure", shown]) == FINDINGS
    assert entries_of(place, "values.shown")[-1]["command"] == "exchange disclose"


async def test_without_a_reason_or_a_field_of_that_name_nothing_is_written(
    place: Place, tmp_path: Path
) -> None:
    words = ("exchange", "disclose", of(place, "sim-gd"), "--into", str(tmp_path / "out"))
    code, _, talk = await command(place, *words, "--field", "/sxssbm")
    assert (code, "--why" in talk) == (2, True)
    code, _, talk = await command(place, *words, "--field", "/nowhere", *WHY)
    assert (code, "/nowhere" in talk) == (1, True)
    assert not exists(tmp_path / "out")


async def test_what_is_erased_cannot_be_disclosed_any_more(place: Place, tmp_path: Path) -> None:
    exchange = of(place, "sim-gd", place_=1)
    erase(place, exchange)
    words = ("exchange", "disclose", exchange, "--field", "/sxssbm", "--into", str(tmp_path / "out"))
    code, _, talk = await command(place, *words, *WHY)
    assert (code, "erased" in talk, exists(tmp_path / "out")) == (1, True, False)
