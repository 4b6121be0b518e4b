"""Answers of accepted writes held against contracts, over REST and SOAP: the case is delivered, the desk tells."""

import csv
import io
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from gateway.accounts import keeping
from gateway.store.accounts import AccountRow
from gateway.web.console.desks.drift import TEXTS
from tests.browser import fresh
from tests.console.conftest import Desk
from tests.console.terminal import HASHED
from tests.console.test_console import LANGUAGES, entered, picture
from tests.console.visitor import visiting
from tests.fakes import gd, yb
from tests.fakes.control import application
from tests.fakes.server import running
from tests.web.people import case_of_somebody
from tests.web.service import CHECKOUT, serving

_KEYS = count(1)
LED = "sim-led"  # the REST dialect, with a contract in OpenAPI that says what it answers
SERVES = '  - {division: "440232"}\n  - {division: "440233"}\n'
TEXT = {"type": "string"}
ANSWER = {
    "type": "object", "additionalProperties": False, "required": ["code", "msg", "time"],
    "properties": {
        "code": {"type": "string", "enum": ["200", "4091", "5010", "5030"]}, "msg": TEXT, "time": TEXT,
        "data": {
            "type": "object", "additionalProperties": False, "required": ["caseNo", "sblsh"],
            "properties": {"caseNo": TEXT, "sblsh": TEXT},
        },
    },
}  # fmt: skip
CONTRACT = {
    "openapi": "3.1.0", "info": {"title": "模拟岭南省政务服务平台", "version": "2.0"},
    "paths": {"/api/v2/cases": {"post": {
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "case.submit.schema.json"}}}},
        "responses": {"200": {"description": "答复", "content": {"application/json": {"schema": ANSWER}}}},
    }}},
}  # fmt: skip


def declare(folder: Path, address: str) -> None:
    """A copy of the REST dialect that does all items of a county, and its place in the installation."""
    declared, places = folder / "declared" / LED, folder / "conf" / "platforms"
    shutil.copytree(CHECKOUT / "mappings" / "examples" / "sim-gd", declared)
    for path in declared.rglob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("sim-gd", LED), "utf-8")
    text = (declared / "platform.yaml").read_text("utf-8")
    text = text.replace(SERVES, '  - {division: "440232", items: ["*"]}\n')
    text = re.sub(r"    message: contract/case\.submit\.schema\.json.*\n", "", text)
    text = text.replace("speaks: rest\n", "speaks: rest\ncontract: contract/openapi.yaml\n")
    (declared / "platform.yaml").write_text(text, "utf-8")
    written = yaml.safe_dump(CONTRACT, allow_unicode=True)
    (declared / "contract" / "openapi.yaml").write_text(written, "utf-8")
    places.mkdir(parents=True)
    secrets = "settings: {rid: demo-rid-0001}\nsecrets: {appkey: {file: appkey}}\n"
    (places / f"{LED}.yaml").write_text(f"platform: {LED}\naddress: {address}\n{secrets}", "utf-8")


@pytest_asyncio.fixture(scope="module")
async def led(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("led")
    async with running(gd.simulator(), application) as lingnan:
        declare(folder, lingnan.address)
        async with serving(folder, also={"sim-yb": yb.simulator()}) as service:
            service.platforms = {**service.platforms, LED: lingnan}
            row = AccountRow("audit-01", "auditor", "*", "", "", HASHED)
            assert await keeping.add(service.gateway.store, row, actor="test")
            yield replace(desk, service=service)


async def page_of(desk: Desk, platform: str) -> str:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        return (await visitor.get(f"/health/{platform}?lang=en")).text


async def drift_of(desk: Desk, platform: str) -> dict[tuple[str, str, str], int]:
    """How many answers differ, by operation, path and what it is: as its sheet has it."""
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        text = (await visitor.get(f"/health/{platform}/drift.csv?lang=en")).text.removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    return {(operation, path, what): int(answers) for operation, path, what, answers, _ in rows}


def looked_at(page: str) -> int:
    found = re.search(r"The newest (\d+) answers", page)
    assert found
    return int(found[1])


async def submitted(desk: Desk, case: str) -> None:
    """A case that was delivered, whatever the answer had besides."""
    answer = await desk.service.submit(case_of_somebody(case), f"drift-{next(_KEYS):08d}")
    assert (answer.status, answer.document["state"]) == (201, "delivered"), answer.text


REST = (  # what of the answer is another, and what the desk says of it
    ('"msg": "接收成功"', '"msg": "接收成功", "shouli": "甲"', {("shouli", "unnamed")}),
    ('"msg": "接收成功"', '"xx": "接收成功"', {("xx", "unnamed"), ("msg", "missing")}),
    ('"msg": "接收成功"', '"msg": 7', {("msg", "another_type")}),
    ('"msg": "接收成功"', '"msg": ["接收成功"]', {("msg", "another_form")}),
    ('"code": "200"', '"code": 200', {("code", "another_type")}),
)


SOAP = (
    ("<y:Number>", "<y:Window>3</y:Window><y:Number>", {("Receipt.Window", "unnamed")}),
    ("y:Message>", "y:Words>", {("Result.Words", "unnamed"), ("Result.Message", "missing")}),
    ("<y:Message>", "<y:Message><y:Text>甲</y:Text>", {("Result.Message", "another_form")}),
    ("<y:Serial>", "<y:Serial>0</y:Serial><y:Serial>", {("Receipt.Serial", "another_form")}),
)
CASES = [
    *((LED, "gd-person", *each) for each in REST),
    *(("sim-yb", "yb-person", *each) for each in SOAP),
]


@pytest.mark.parametrize(("platform", "case", "was", "now", "told"), CASES)
async def test_an_accepted_write_is_delivered_and_what_its_answer_has_otherwise_is_told(
    led: Desk, platform: str, case: str, was: str, now: str, told: set[tuple[str, str]]
) -> None:
    before = await drift_of(led, platform)
    await led.service.tell(platform, do="reword", **{"from": was, "to": now})
    await submitted(led, case)
    after = await drift_of(led, platform)
    more = {place for place in after if after[place] > before.get(place, 0)}
    assert more == {("case.submit", path, TEXTS[what][1]) for path, what in told}  # type: ignore[index]
    assert "甲" not in (await page_of(led, platform)) and after.keys() >= before.keys()


@pytest.mark.parametrize(("platform", "case"), [(LED, "gd-person"), ("sim-yb", "yb-person")])
async def test_an_accepted_write_as_the_contract_has_it_is_looked_at_and_nothing_is_told(
    led: Desk, platform: str, case: str
) -> None:
    looked, before = looked_at(await page_of(led, platform)), await drift_of(led, platform)
    await submitted(led, case)
    assert looked_at(await page_of(led, platform)) == looked + 1
    assert await drift_of(led, platform) == before


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_the_drift_of_accepted_writes_is_seen_in_a_browser(led: Desk, locale: str) -> None:
    await led.service.tell(LED, do="reword", **{"from": '"code": "200"', "to": '"code": 200'})
    await submitted(led, "gd-person")
    async with await fresh(led.browser, locale=locale) as context:
        page, complaints = await entered(led, context, "auditor")
        await page.goto(f"{led.home}/health/{LED}")
        rows = await page.locator("table").last.inner_text()
        assert "code" in rows and TEXTS["another_type"][LANGUAGES.index(locale)] in rows
        await picture(led, page, f"auditor-platform-drift-{locale}")
        assert complaints == []
