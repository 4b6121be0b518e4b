"""One message to a test address: shown before it is sent, and its answer without the person in it."""

import asyncio
import json
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from aiohttp import web

from gateway.shown import MASK, scrubbed
from tests.adapters.peers import platform_server
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT, Installation
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES, simulated

PERSON = fixtures.case("gx-person")["applicant"]


async def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "gateway.cli", "platform", "call", *map(str, arguments)]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "platforms" / "sim-gx"
    shutil.copytree(EXAMPLES / "sim-gx", folder)
    return folder


async def test_a_dry_run_shows_the_request_and_needs_neither_address_nor_secret(folder: Path) -> None:
    done = await run(folder, "case.submit", "--given", folder / "samples" / "case.json", "--dry-run")
    assert done.returncode == 0, done.stderr
    head, _, body = done.stdout.partition("\n\n")
    assert head.startswith("POST /")
    assert "submitCase" in body


@pytest.mark.parametrize(
    ("test", "shown"),
    [
        ("https://test.example.invalid/gx/", "POST https://test.example.invalid/gx/"),
        ("", "POST https://their.example.invalid/gx/"),
    ],
)
async def test_a_dry_run_shows_the_whole_address_that_conf_has(
    test: str, shown: str, folder: Path, tmp_path: Path
) -> None:
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    written = "platform: sim-gx\naddress: https://their.example.invalid/gx/\n"
    written += f"test: {{address: {test}}}\n" if test else ""
    (place.conf / "platforms" / "sim-gx.yaml").write_text(written)
    case = folder / "samples" / "case.json"
    done = await run("sim-gx", "case.submit", "--given", case, "--dry-run", "--conf", place.conf)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, shown), done.stderr
    assert ("only its production address" in done.stderr) == (not test)


async def test_an_address_that_is_none_is_told_and_nothing_else(tmp_path: Path) -> None:
    place = Installation(tmp_path, folders=(EXAMPLES,))
    place.write()
    written = "platform: sim-table\naddress: x\ntest: {address: nowhere}\n"
    (place.conf / "platforms" / "sim-table.yaml").write_text(written)
    (tmp_path / "case.json").write_text(json.dumps({**fixtures.case("gd-person"), "division": "440281"}))
    done = await run("sim-table", "case.submit", "--given", tmp_path / "case.json", "--conf", place.conf)
    assert (done.returncode, "is none of a front database" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


async def test_a_dry_run_of_a_front_shows_where_its_rows_would_go(tmp_path: Path) -> None:
    place = Installation(tmp_path, folders=(EXAMPLES,))
    place.write()
    where = "postgresql://tongban@front.example.invalid/front"
    (place.conf / "platforms" / "sim-table.yaml").write_text(f"platform: sim-table\naddress: {where}\n")
    case = EXAMPLES / "sim-table" / "samples" / "case.json"
    done = await run("sim-table", "case.submit", "--given", case, "--dry-run", "--conf", place.conf)
    assert done.stdout.splitlines()[0] == f"INSERT {where} /pro_accept/pro_material", done.stderr


async def test_what_cannot_be_mapped_is_told_before_anything_is_sent(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "samples" / "case.json").read_text("utf-8"))
    case["applicant"]["name"] = "汤喆"
    (tmp_path / "odd.json").write_text(json.dumps(case))
    done = await run(folder, "case.submit", "--given", tmp_path / "odd.json", "--dry-run")
    assert done.returncode == 1
    assert "SQRXM" in done.stderr
    assert "汤" not in done.stderr


async def test_an_answer_is_shown_and_kept_without_the_person(folder: Path, tmp_path: Path) -> None:
    sample = folder / "samples" / "case.submit.taken.json"
    said_of = f"&lt;MSG&gt;{PERSON['name']}（{PERSON['id_number']}）"
    echoing = sample.read_text("utf-8").replace("&lt;MSG&gt;", said_of)
    assert said_of in echoing
    sample.write_text(echoing, encoding="utf-8")
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    (tmp_path / "case.json").write_text(json.dumps(fixtures.case("gx-person")))
    async with simulated(folder) as address:
        test = f"test: {{address: {address}, secrets: {{licence: {{file: licence}}}}}}\n"
        written = f"platform: sim-gx\naddress: http://127.0.0.1:9\n{test}"
        (place.conf / "platforms" / "sim-gx.yaml").write_text(written)
        done = await run(
            "sim-gx", "case.submit", "--given", tmp_path / "case.json", "--record", "--conf", place.conf
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["verdict"], said["answers"][-1]["status"]) == ("taken", 200)
    kept = (folder / "samples" / "case.submit.taken-recorded.json").read_text("utf-8")
    for text in (done.stdout, done.stderr, kept):
        assert not any(PERSON[field] in text for field in ("name", "id_number", "mobile"))
    assert MASK in json.loads(kept)["response"]["body"], kept[:900]


async def test_test_cases_have_numbers_of_their_own_that_never_come_again(
    folder: Path, tmp_path: Path
) -> None:
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    (tmp_path / "case.json").write_text(json.dumps(fixtures.case("gx-person")))
    async with simulated(folder) as address:
        test = f"test: {{address: {address}, secrets: {{licence: {{file: licence}}}}}}\n"
        written = f"platform: sim-gx\naddress: http://127.0.0.1:9\n{test}"
        (place.conf / "platforms" / "sim-gx.yaml").write_text(written)
        arguments = ("sim-gx", "case.submit", "--given", tmp_path / "case.json", "--conf", place.conf)
        done = [await run(*arguments), *await asyncio.gather(run(*arguments), run(*arguments))]
    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
    ours = {json.loads(each.stdout)["ours"] for each in done}
    assert {number[-6:] for number in ours} == {"900000", "900001", "900002"}
    assert not place.database.exists(), "the real sequence was not touched"


async def test_a_platform_is_told_that_a_case_is_a_test_where_its_mapping_says_how(
    folder: Path, tmp_path: Path
) -> None:
    mapping = folder / "case.submit.yaml"
    told = mapping.read_text("utf-8").replace('="跨省通办"', 'test ? "false" | yes_no("测试", "跨省通办")')
    mapping.write_text(told, encoding="utf-8")
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    (tmp_path / "case.json").write_text(json.dumps(fixtures.case("gx-person") | {"test": False}))

    async def is_away(request: web.Request, body: bytes) -> web.Response:
        return web.Response(status=429)

    async with platform_server(is_away) as (address, seen):
        test = f"test: {{address: {address}, secrets: {{licence: {{file: licence}}}}}}\n"
        written = f"platform: sim-gx\naddress: http://127.0.0.1:9\n{test}"
        (place.conf / "platforms" / "sim-gx.yaml").write_text(written)
        done = await run(
            "sim-gx", "case.submit", "--given", tmp_path / "case.json", "--conf", place.conf, "--wait", "1"
        )
    assert seen, done.stderr
    assert "<YWLBMC>测试</YWLBMC>" in unescape(seen[0][1].decode())


async def test_an_operation_that_the_platform_has_not_is_told_with_those_that_it_has(folder: Path) -> None:
    done = await run(folder, "licence.query", "--given", folder / "samples" / "case.json", "--dry-run")
    assert done.returncode == 2
    assert "case.submit" in done.stderr


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "13800138000"]
)
def test_what_looks_like_anybodys_number_is_taken_out_of_their_words(number: str) -> None:
    assert scrubbed(f"证件{number}有误") == f"证件{MASK}有误"
