"""The commands as an engineer or operator runs them: what they say, what they return, what they leave alone."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.fixtures import case
from tests.forked import python
from tests.installation import CHECKOUT, EXAMPLES, Installation, installed
from tests.waiting import LONGEST_S, looks

SUBMIT = "case.submit.yaml"
CATALOGUE = CHECKOUT / "mappings" / "catalogue"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "gateway.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )


def active(place: Installation) -> str:
    with sqlite3.connect(place.database) as database:
        (digest,) = database.execute("SELECT digest FROM activations ORDER BY place DESC").fetchone()
    return str(digest)


def rewrite(place: Installation, file: str, old: str, new: str) -> None:
    path = place.folder / "platforms" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def installation(folder: Path) -> Installation:
    """Its platforms are copies, so that a test can spoil them."""
    shutil.copytree(EXAMPLES, folder / "platforms")
    made = Installation(folder, folders=(folder / "platforms",))
    made.write()
    for name in made.stands:
        made.point(name, "http://127.0.0.1:9")
    return made


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return installation(tmp_path)


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation with its platforms and its gateway up."""
    shutil.copytree(EXAMPLES, tmp_path / "platforms")
    async with installed(tmp_path, folders=(tmp_path / "platforms",), python=python()) as made:
        await made.start_gateway()
        yield made


def test_check_says_nothing_but_the_count_when_all_is_sound(place):
    done = run("check", "--conf", place.conf)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"{len(list(EXAMPLES.iterdir()))} platforms" in done.stderr


def test_a_mistake_in_a_mapping_is_told_with_its_place_and_what_to_write(place):
    rewrite(place, f"sim-gd/{SUBMIT}", "| id_upper", "| id_uper")
    line = next(
        number
        for number, text in enumerate(
            (place.folder / "platforms/sim-gd" / SUBMIT).read_text().splitlines(), 1
        )
        if "id_uper" in text
    )
    done = run("check", "--conf", place.conf)
    assert done.returncode == 1
    assert done.stdout.startswith(f"sim-gd/{SUBMIT}:{line}:")
    assert "did you mean 'id_upper'?" in done.stdout


def test_check_tells_a_machine_the_same_as_json(place):
    rewrite(place, "sim-gx/platform.yaml", "speaks: soap", "speeks: soap")
    findings = [json.loads(line) for line in run("check", "--conf", place.conf, "--json").stdout.splitlines()]
    assert {"file", "line", "column", "what", "write"} == set(findings[0])
    assert any(each["file"] == "sim-gx/platform.yaml" and "speeks" in each["what"] for each in findings)


def test_a_retry_on_502_is_a_finding_before_it_can_double_anything(place):
    rewrite(place, "sim-gd/platform.yaml", "later: {status: [429, 503]", "later: {status: [429, 502]")
    done = run("check", "--conf", place.conf)
    assert done.returncode == 1
    assert "sim-gd/platform.yaml:" in done.stdout and "because" in done.stdout


def test_a_mistake_in_conf_is_told_with_its_place(place):
    path = place.conf / "gateway.yaml"
    path.write_text(path.read_text().replace("database:", "databse:"))
    done = run("check", "--conf", place.conf)
    assert done.returncode == 1
    assert "conf/gateway.yaml:3:1: no key 'databse': did you mean 'database'?" in done.stdout + done.stderr


def test_without_a_conf_folder_a_command_cannot_run_and_says_what_names_one(tmp_path):
    done = run("activate", "--conf", tmp_path / "nowhere", "--why", "x")
    assert done.returncode == 2
    assert "--conf" in done.stderr


def test_activate_records_who_and_a_mistake_leaves_the_release_in_force(place):
    assert run("activate", "--conf", place.conf, "--as", "li.w", "--why", "first").returncode == 0
    before = active(place)
    rewrite(place, f"sim-gd/{SUBMIT}", "| id_upper", "| id_uper")
    done = run("activate", "--conf", place.conf, "--as", "li.w", "--why", "second")
    assert done.returncode == 1
    assert f"sim-gd/{SUBMIT}:" in done.stderr
    assert active(place) == before
    with sqlite3.connect(place.database) as database:
        (body,) = database.execute(
            "SELECT body FROM audit_entries WHERE kind = 'release.activated'"
        ).fetchone()
    entry = json.loads(body)
    assert (entry["actor"], entry["release"], "why" in entry) == ("li.w", before, False)


async def test_a_running_gateway_follows_an_activation_and_old_exchanges_end_under_their_own_release(running):
    later = {"do": "later", "after_s": 3, "operation": "case.submit"}
    await running.control("sim-gd", "programme", later)
    status, exchange, _ = await running.submit(case("gd-person"), "key-before-0001", Prefer="wait=1")
    assert (status, exchange["state"]) == (202, "deferred")
    old = exchange["release"]
    rewrite(
        running,
        f"sim-gd/{SUBMIT}",
        "sqnr: form.summary ? | at_most(500)",
        "sqnr: form.summary ? | at_most(400)",
    )
    done = await asyncio.to_thread(run, "activate", "--conf", running.conf, "--why", "shorter")
    assert done.returncode == 0, done.stderr
    new = done.stdout.strip()
    assert new != old
    async for _ in looks():
        if (await running.call("GET", "/v1/platforms"))[1]["release"] == new:
            break
    else:
        raise AssertionError("the gateway did not follow")
    status, fresh, _ = await running.submit(case("gd-organization"), "key-after-00001")
    assert (status, fresh["release"]) == (201, new)
    async for _ in looks():
        _, now, _ = await running.call("GET", exchange["links"]["self"])
        if now["ended"]:
            break
    assert (now["state"], now["release"]) == ("delivered", old)


async def test_a_gateway_whose_declarations_are_broken_starts_with_the_release_in_force(running):
    assert running.gateway
    before = (await running.call("GET", "/v1/platforms"))[1]["release"]
    await running.gateway.end()
    rewrite(running, f"sim-gd/{SUBMIT}", "| id_upper", "| id_uper")
    await running.start_gateway()
    assert (await running.call("GET", "/v1/platforms"))[1]["release"] == before


def test_a_bad_row_of_a_list_is_told_by_its_number_and_good_rows_are_kept(place, tmp_path):
    head, *rows = (CATALOGUE / "items.csv").read_text("utf-8").splitlines()
    (tmp_path / "list.csv").write_text(
        "\n".join([head, rows[0], rows[1].replace("11440100007482575H", "114401000074825750")])
    )
    done = run("item", "import", "--conf", place.conf, tmp_path / "list.csv")
    assert done.returncode == 1
    assert ":3: " in done.stdout
    assert "1 added" in done.stderr
    again = run("item", "import", "--conf", place.conf, tmp_path / "list.csv")
    assert "0 added, 0 changed, 1 unchanged" in again.stderr


def test_alignments_are_imported_and_the_same_file_twice_changes_nothing(place):
    first = run("item", "align", "--conf", place.conf, CATALOGUE / "alignments.csv")
    assert first.returncode == 0 and "5 added" in first.stderr
    assert "5 unchanged" in run("item", "align", "--conf", place.conf, CATALOGUE / "alignments.csv").stderr


def test_an_item_code_is_explained_part_by_part_and_a_wrong_one_is_said_to_be_wrong():
    sound = run("item", "code", "11440232MB2D06811W4000117051000")
    assert sound.returncode == 0
    assert [line.split()[0] for line in sound.stdout.splitlines()] == [
        "form", "unit", "level", "province", "type", "main_item", "sub_item",
    ]  # fmt: skip
    wrong = run("item", "code", "11440232MB2D06812W4000117051000")
    assert wrong.returncode == 1 and wrong.stderr


def test_a_key_for_a_caller_comes_with_the_line_that_admits_it():
    done = run("caller", "key", "k2")
    assert done.returncode == 0
    assert len(done.stdout.strip()) >= 43
    assert 'id: "k2"' in done.stderr and done.stdout.strip() not in done.stderr


def test_nothing_held_is_nothing_to_do(place):
    done = run("exchange", "held", "--conf", place.conf)
    assert (done.returncode, done.stdout) == (0, "")


def test_several_processes_on_one_file_are_refused_with_what_to_write_instead(place):
    done = run("serve", "--conf", place.conf, "--workers", "2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--workers 2" in done.stderr and "database: postgresql://" in done.stderr
    assert not place.database.exists()


def test_several_processes_do_not_watch_the_declared_files(place):
    done = run("serve", "--conf", place.conf, "--workers", "2", "--watch")
    assert done.returncode == 2
    assert "--watch" in done.stderr


def test_no_process_at_all_is_refused(place):
    assert run("serve", "--conf", place.conf, "--workers", "0").returncode == 2


def test_a_list_that_the_configuration_names_and_that_is_not_there_is_told_at_its_line(
    place: Installation,
) -> None:
    conf = place.conf / "gateway.yaml"
    text = conf.read_text("utf-8")
    conf.write_text(text.replace(f"{CATALOGUE}/items.csv", "nowhere/items.csv"), encoding="utf-8")
    line = next(n for n, each in enumerate(text.splitlines(), 1) if each.startswith("catalogue:"))
    for command in (("check",), ("serve",)):
        done = run(*command, "--conf", place.conf)
        assert done.returncode == 1
        assert f"conf/gateway.yaml:{line}:13: no such file: nowhere/items.csv" in done.stderr
        assert "Traceback" not in done.stderr
