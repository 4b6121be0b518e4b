"""Looking things up: by any number, only one's own; progress; proofs that verify offline; languages."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from audit.log import entries_of
from audit.proofs import read_proof
from gateway.exchange.said import show_values
from tests.forked import python
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import CHECKOUT, Running, changed


@pytest.fixture
async def submitted(service: Running, key: str) -> dict[str, Any]:
    answer = await service.submit(changed(case_of_somebody(), numbers__0__number=f"GC{key}"), key)
    document: dict[str, Any] = answer.document
    return {**document, "receipt": f"GC{key}"}


@pytest.mark.parametrize(
    "number",
    [
        lambda e: e["numbers"]["ours"],
        lambda e: e["numbers"]["theirs"],
        lambda e: e["receipt"],
        lambda e: e["exchange"],
        lambda e: e["case"],
    ],
    ids=["ours", "theirs", "the caller's own", "the exchange's", "the case's"],
)
async def test_a_case_is_found_by_any_of_its_numbers(
    service: Running, submitted: dict[str, Any], number: Any
) -> None:
    answer = await service.ask("GET", f"/v1/cases?number={number(submitted)}")
    assert [each["case"] for each in answer.document["cases"]] == [submitted["case"]]
    assert answer.document["more"] is False
    owners = {each["owner"] for each in answer.document["cases"][0]["numbers"]}
    assert owners == {"tongban", "sim-gd", "341702"}


async def test_a_number_that_nobody_knows_finds_nothing(service: Running) -> None:
    answer = await service.ask("GET", "/v1/cases?number=NONE")
    assert (answer.status, answer.document["cases"]) == (200, [])


@pytest.mark.parametrize("query", ["", "?number=", f"?number={'9' * 101}", "?nummer=1"])
async def test_a_look_up_needs_a_number(service: Running, query: str) -> None:
    answer = await service.ask("GET", f"/v1/cases{query}")
    assert (answer.status, answer.code, answer.document["name"]) == (400, "bad_parameter", "number")


async def test_what_belongs_to_another_caller_does_not_exist(
    service: Running, submitted: dict[str, Any]
) -> None:
    links = submitted["links"]
    for path in (links["self"], links["case"], links["proof"], f"{links['case']}/progress"):
        answer = await service.ask("GET", path, caller="cixi")
        assert (answer.status, answer.code) == (404, "not_found")
        nowhere = await service.ask(
            "GET", path[:-6] + "ZZZZZZ" if path[-1].isupper() else path, caller="cixi"
        )
        assert nowhere.document == answer.document, "nothing tells a hidden record from one that is not there"
    found = await service.ask("GET", f"/v1/cases?number={submitted['numbers']['ours']}", caller="cixi")
    assert found.document["cases"] == []


async def test_progress_is_told_in_our_own_words(service: Running, submitted: dict[str, Any]) -> None:
    answer = await service.ask("GET", f"{submitted['links']['case']}/progress")
    assert (answer.status, answer.document["progress"]["state"]) == (200, "handed_over")
    assert answer.headers["Cache-Control"] == "no-store"
    read = await service.ask("GET", f"/v1/exchanges/{answer.document['exchange']}")
    assert (read.document["operation"], read.document["case"]) == ("case.progress", submitted["case"])


async def test_a_read_is_one_whole_entry_of_a_log_that_is_sound(
    service: Running, submitted: dict[str, Any]
) -> None:
    answer = await service.ask("GET", f"{submitted['links']['case']}/progress")
    read = answer.document["exchange"]
    [(_, body)] = await service.gateway.store.read(lambda connection: entries_of(connection, read))
    entry = json.loads(body)
    assert {name: entry.get(name) for name in ("kind", "caller", "actor", "from", "to", "operation", "fact")} == {
        "kind": "exchange.read", "caller": "guichi", "actor": "k1", "from": "341702", "to": "440232",
        "operation": "case.progress", "fact": "taken",
    }  # fmt: skip
    assert entry["release"] == submitted["release"]
    database = service.gateway.settings.database.removeprefix("sqlite:///")
    sound = _verify("--database", database, "--key", service.gateway.signer.vkey, what="fsck")
    assert (sound.returncode, sound.stdout.count("was never admitted")) == (0, 0)


async def proof_of(service: Running, submitted: dict[str, Any]) -> Answer:
    answer = await service.ask("GET", submitted["links"]["proof"])
    while answer.status == 404:
        assert answer.code == "proof_not_ready"
        await asyncio.sleep(0.1)
        answer = await service.ask("GET", submitted["links"]["proof"])
    return answer


async def test_a_proof_is_a_file_that_the_auditor_verifies_without_us(
    service: Running, submitted: dict[str, Any], tmp_path: Path
) -> None:
    answer = await proof_of(service, submitted)
    assert answer.media == "text/plain"
    assert submitted["exchange"] in answer.headers["Content-Disposition"]
    file = tmp_path / "exchange.proof"
    file.write_text(answer.text)
    sound = _verify(str(file), "--key", service.gateway.signer.vkey)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    lines = answer.text.splitlines()
    file.write_text("\n".join([*lines[:3], lines[3][::-1], *lines[4:]]) + "\n")
    assert _verify(str(file), "--key", service.gateway.signer.vkey).returncode == 1


def _verify(*arguments: str, what: str = "verify") -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "audit", what, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.3, zh;q=0.9", "zh-CN"),
        ("zh;q=0.1, en", "en"),
        ("fr, de;q=0.7", "zh-CN"),
        ("fr, en;q=0.5", "en"),
        ("en;q=0", "zh-CN"),
        ("en;q=many", "zh-CN"),
    ],
)
async def test_a_problem_speaks_the_language_that_was_asked_for(
    service: Running, wanted: str, language: str
) -> None:
    answer = await service.ask("GET", "/v1/cases/none", Accept_Language=wanted)
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.document["title"].isascii() == (language == "en")


async def test_a_problem_says_whom_to_ring(service: Running) -> None:
    answer = await service.ask("GET", "/v1/cases/none")
    assert answer.document["contact"] == "模拟运维 0550-0000000"


async def test_the_catalogue_is_read_page_by_page_to_its_end(service: Running) -> None:
    codes: list[str] = []
    cursor = ""
    while True:
        page = (await service.ask("GET", f"/v1/items?cursor={cursor}")).document
        codes += [each["division"] + each["code"] + str(each["version"]) for each in page["items"]]
        if page["cursor"] is None:
            break
        cursor = page["cursor"]
    assert codes == sorted(codes)
    assert len(codes) == len(set(codes)) == (await service.rows())["items"]


async def test_platforms_say_what_can_be_done_where(service: Running) -> None:
    shown = (await service.ask("GET", "/v1/platforms")).document["platforms"]
    lingnan = next(each for each in shown if each["platform"] == "sim-gd")
    assert [each["division"] for each in lingnan["serves"]] == ["440232", "440233"]
    assert lingnan["operations"]["case.submit"] == {"kind": "write", "repeatable": True, "probed": False}
    assert lingnan["open"] is True


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("division=440232", None),
        ("code=002014007000", None),
        ("name=失业登记", None),
        ("division=440232&code=002014007000", 1),
        ("division=440232000000&name=失业", 1),
        ("code=002014007000&name=失业登记", None),
        ("division=440232&code=002014007000&name=失业登记", 1),
        ("name=100%25", 0),
        ("division=999999", 0),
        ("code=q%C3%BB&name=%F0%A5%82%9C", 0),
    ],
)
async def test_the_catalogue_is_asked_by_any_of_its_columns(
    service: Running, query: str, count: int | None
) -> None:
    answer = await service.ask("GET", f"/v1/items?{query}")
    assert answer.status == 200
    assert len(answer.document["items"]) == count if count is not None else answer.document["items"]


@pytest.mark.parametrize("name", ["division", "code", "name", "cursor"])
@pytest.mark.parametrize("value", ["%00", "a%0Ab", "%C2%8E", "x" * 301, "%E2%80%AE"])
async def test_a_parameter_that_is_no_line_of_text_is_refused_by_name(
    service: Running, name: str, value: str
) -> None:
    answer = await service.ask("GET", f"/v1/items?{name}={value}")
    assert (answer.status, answer.code) == (400, "bad_parameter")
    assert answer.document["name"] == name


@pytest.mark.parametrize(
    "strange", ["%00", "%ED%A0%80", "'", "01M7ZWW086DT8J2JM6T0Y9RXR", "x" * 4000, "..%2F.."]
)
@pytest.mark.parametrize("path", ["/v1/cases/{}", "/v1/exchanges/{}", "/v1/exchanges/{}/proof"])
async def test_an_id_that_cannot_be_one_is_simply_not_there(
    service: Running, path: str, strange: str
) -> None:
    answer = await service.ask("GET", path.format(strange))
    assert (answer.status, answer.code) == (404, "not_found")


async def test_the_proof_is_of_the_exchanges_own_story_whatever_people_did_to_it_later(
    service: Running, submitted: dict[str, Any]
) -> None:
    before = read_proof((await proof_of(service, submitted)).text)
    exchange = await service.gateway.exchanges.look_up(submitted["exchange"])
    await show_values(service.gateway.exchanges, "exchange trace", [exchange], actor="li.w", reason="r")
    await service.gateway.sign(now=True)
    after = read_proof((await proof_of(service, submitted)).text)
    assert (after.entry, after.position) == (before.entry, before.position)
    assert json.loads(after.entry)["kind"] == "exchange.delivered"
