"""The folder that is written for another Tongban, by the commands of docs/gateways.md."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from audit.cli import SOUND, main
from audit.notes import COSIGNATURE, Signer
from gateway.releases.compiled import compile_release, gather
from gateway.settings.callers import Caller
from gateway.settings.platforms import PlatformAccess
from tests.forked import CHECKOUT, python

PAGES = ("gateways.md", "gateways.zh-CN.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_write_a_folder_that_reaches_gold(tmp_path: Path, page: str) -> None:
    text = (CHECKOUT / "docs" / page).read_text("utf-8")
    shown, _ = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    for line in shown.splitlines():
        words = line.removeprefix("tongban ").split()
        words += ["--grade", "gold"] if "check" in words else []
        done = subprocess.run(
            [*python(), "-m", "gateway.cli", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    release = compile_release(gather([tmp_path / "mappings" / "platforms" / "lingnan"]))
    assert release.platforms["lingnan"].declared.kind == "gateway"


@pytest.mark.parametrize("page", PAGES)
def test_the_files_of_the_page_are_as_conf_takes_them(page: str) -> None:
    text = (CHECKOUT / "docs" / page).read_text("utf-8").replace("0f1e…", "0f" * 32)
    access, caller = (yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert PlatformAccess.model_validate(access).platform == "lingnan"
    assert Caller.model_validate(caller).speaks_for == ("45*",)


@pytest.mark.parametrize("page", PAGES)
def test_the_public_keys_are_shown_as_the_page_says(tmp_path: Path, page: str, monkeypatch, capsys) -> None:
    keys = tmp_path / "state" / "keys"
    keys.mkdir(parents=True)
    made = [
        Signer.create(keys / "audit.key", "lingnan.example/log").vkey,
        Signer.create(keys / "witness.key", "lingnan.example/log/witness", COSIGNATURE).vkey,
    ]
    _, shown = re.findall(r"```sh\n(.*?)```", (CHECKOUT / "docs" / page).read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for line in shown.splitlines():
        assert main(line.removeprefix("python -m audit ").split()) == SOUND
    assert capsys.readouterr().out.splitlines() == made
