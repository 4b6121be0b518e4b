"""What `platform call --record` keeps: the operation's own answers, each under its own verdict, nothing else."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.workbench.check import built
from gateway.workbench.samples import read
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import Installation, Process
from tests.workbench.made import EXAMPLES, example
from tests.workbench.test_call import run
from tests.workbench.test_fronts import DIVISIONS, NAMES, standing

SECRET = "settings: {app_key: demo-yh-appkey}, secrets: {app_secret: {file: yh-appsecret}}"


@asynccontextmanager
async def yuehai(place: Installation, *, secret: str = "demo-yh-appsecret") -> AsyncIterator[None]:
    """A simulated platform with session secrets, which conf knows as a test address."""
    process = Process(
        ["tests.fakes.yh", "--port", "0", "--database", str(place.folder / "yh.sqlite")], python=python()
    )
    address = (await process.start())["address"]
    (place.folder / "yh-appsecret").write_text(secret)
    (place.conf / "platforms" / "sim-yh.yaml").write_text(
        f"platform: sim-yh\naddress: http://127.0.0.1:9\ntest: {{address: {address}, {SECRET}}}\n"
    )
    try:
        yield
    finally:
        await process.end()


def placed(tmp_path: Path, name: str) -> tuple[Installation, Path]:
    """An installation with a copy of one platform, without anything that was recorded."""
    folder = tmp_path / "platforms" / name
    shutil.copytree(EXAMPLES / name, folder)
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    return place, folder


async def recording(
    place: Installation, name: str, document: Any, *more: str
) -> subprocess.CompletedProcess[str]:
    (place.folder / "case.json").write_text(json.dumps(document))
    given = ("--given", place.folder / "case.json", "--record", "--conf", place.conf)
    return await run(name, "case.submit", *given, *more)


def recorded_in(folder: Path) -> Sequence[str]:
    return sorted(each.name for each in (folder / "samples").glob("*-recorded*"))


def judged(name: str, file: Path) -> str:
    sample = read(f"samples/{file.name}", file.read_text("utf-8"))
    return built(example(name)).judged(sample.response, sample.operation).verdict


async def test_answers_to_steps_of_the_session_are_neither_shown_nor_kept(tmp_path: Path) -> None:
    place, folder = placed(tmp_path, "sim-yh")
    async with yuehai(place):
        done = await recording(place, "sim-yh", fixtures.case("yh-person"))
    assert done.returncode == 0, done.stderr
    assert "Secret" not in done.stdout + done.stderr
    assert len(json.loads(done.stdout)["answers"]) == 1
    assert recorded_in(folder) == ["case.submit.taken-recorded.json"]


async def test_a_barred_login_leaves_no_sample_and_says_so(tmp_path: Path) -> None:
    place, folder = placed(tmp_path, "sim-yh")
    async with yuehai(place, secret="another"):
        done = await recording(place, "sim-yh", fixtures.case("yh-person"), "--wait", "2")
    assert (done.returncode, recorded_in(folder)) == (1, []), done.stdout
    said = json.loads(done.stdout)
    assert (said["verdict"], said["cause"], said["answers"]) == ("barred", "session_barred", [])
    assert "nothing was recorded" in done.stderr


async def test_each_answer_is_kept_under_its_own_verdict_and_none_is_overwritten(tmp_path: Path) -> None:
    place, folder = placed(tmp_path, "sim-yh")
    earlier = folder / "samples" / "case.submit.taken-recorded.json"
    earlier.write_text("{}")
    async with yuehai(place):
        done = await recording(place, "sim-yh", fixtures.case("yh-person"))
    assert done.returncode == 0, done.stderr
    assert earlier.read_text() == "{}"
    assert recorded_in(folder) == ["case.submit.taken-recorded-2.json", "case.submit.taken-recorded.json"]
    assert judged("sim-yh", earlier.with_name("case.submit.taken-recorded-2.json")) == "taken"


@pytest.mark.parametrize("name", NAMES)
async def test_the_answer_of_a_front_is_kept_like_any_other(name: str, tmp_path: Path) -> None:
    place, folder = placed(tmp_path, name)
    (tmp_path / "front").mkdir()
    async with standing(name, tmp_path / "front") as (side, _):
        (place.conf / "platforms" / f"{name}.yaml").write_text(
            f"platform: {name}\naddress: {side.address}\ntest: {{address: '{side.address}'}}\n"
        )
        document = {**fixtures.case("gd-person"), "division": DIVISIONS[name]}
        done = await recording(place, name, document)
    assert done.returncode == 0, done.stderr
    (kept,) = recorded_in(folder)
    assert kept == "case.submit.taken-recorded.json"
    assert judged(name, folder / "samples" / kept) == "taken"


async def test_a_desk_has_nothing_to_record_and_says_so_before_anything_is_done(tmp_path: Path) -> None:
    place, _ = placed(tmp_path, "sim-desk")
    done = await recording(place, "sim-desk", fixtures.case("gd-person"))
    assert done.returncode == 2
    assert "nothing to record" in done.stderr
