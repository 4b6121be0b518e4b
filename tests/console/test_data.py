"""Every datum that a desk or a case promises is there, and is what happened: counted on a gateway of its own."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from gateway.accounts import keeping
from gateway.releases.compiled import declaration, declarations
from gateway.store import approvals, bodies, exchanges, releases
from gateway.store.accounts import AccountRow
from gateway.store.approvals import Approval
from gateway.store.transaction import Transaction
from gateway.web.console.desks.health import UNDESCRIBED
from tests.console.conftest import Desk
from tests.console.filled import Filled
from tests.console.terminal import HASHED
from tests.console.test_console import entered, word
from tests.console.visitor import visiting
from tests.fakes import yb
from tests.waiting import eventually, looks
from tests.web.people import case_of_somebody
from tests.web.service import serving

QUOTA = 100_000


@pytest_asyncio.fixture(scope="module")
async def alone(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A gateway that has sent nothing yet, and somebody who may look at its platforms."""
    folder = tmp_path_factory.mktemp("alone")
    async with serving(folder, also={"sim-yb": yb.simulator()}) as service:
        for name in ("audit-01", "ops-01"):
            role = "auditor" if name == "audit-01" else "operator"
            assert await keeping.add(
                service.gateway.store, AccountRow(name, role, "*", "", "", HASHED), actor="test"
            )
        yield replace(desk, service=service)


async def answered(desk: Desk, exchange: str) -> None:
    """Returns once the first answer to it is known."""
    store = desk.service.gateway.store
    async for _ in looks():
        if await store.read(lambda c: exchanges.facts_of(c, exchange)):
            return


async def health_of(desk: Desk, platform: str) -> dict[str, str]:
    """The platform's line of the desk, by heading."""
    return next(row for row in await sheet_of(desk, "/health.csv") if row["Platform"] == platform)


async def sheet_of(desk: Desk, path: str) -> list[dict[str, str]]:
    """The lines of a sheet, by heading."""
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        text = (await visitor.get(f"{path}?lang=en")).text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def closer_at(desk: Desk, platform: str) -> str:
    """The page of one platform."""
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        return (await visitor.get(f"/health/{platform}?lang=en")).text


async def test_a_platforms_health_is_what_it_answered_how_fast_and_what_is_left(alone: Desk) -> None:
    service = alone.service
    before = await health_of(alone, "sim-gd")
    assert (before["Now"], before["Taken"], before["Median s"], before["Quota left"]) == (
        "open", "0", "", f"{QUOTA} / {QUOTA}",
    )  # fmt: skip
    for number, step in enumerate(("", "", "refuse", "later", "garbage")):
        if step:
            await service.tell("sim-gd", do=step)
        answer = await service.submit(case_of_somebody(), f"health-{number:04d}", Prefer="wait=0")
        await answered(alone, answer.document["exchange"])
    now = await health_of(alone, "sim-gd")
    assert int(now["Taken"]) >= 2 and now["Refused"] == "1" and int(now["Not taken"]) >= 1
    assert int(now["Unknown"]) >= 1 and now["Undescribed"] == "1"
    assert 0 < float(now["Median s"]) <= float(now["p95 s"]) < 5
    left = int(now["Quota left"].split(" / ")[0])
    assert QUOTA - 40 < left <= QUOTA - 5
    answers = await sheet_of(alone, "/health/sim-gd/answers.csv")
    strange = [row for row in answers if row["Cause"] in UNDESCRIBED]
    assert [(row["Operation"], row["Count"]) for row in strange] == [("case.submit", "1")]
    assert f'<span class="tone red">{strange[0]["Cause"]}' in await closer_at(alone, "sim-gd")


async def test_answers_are_held_against_the_contract_and_what_differs_is_told_by_its_path(
    alone: Desk,
) -> None:
    await alone.service.tell("sim-yb", do="refuse")
    answer = await alone.service.submit(case_of_somebody("yb-person"), "health-yb")
    assert answer.document["code"] == "platform_refused", answer.text
    sound = await closer_at(alone, "sim-yb")  # whose answers are typed by its WSDL
    assert "The newest 1 answers" in sound and "As the contract says" in sound
    exchange, papers = answer.document["exchange"], alone.service.gateway.papers
    key, kept = await papers.key_of(exchange), await papers.tree(exchange, "answer/1")
    document = {"Result": {"Code": kept["document"]["Result"]["Code"], "Extra": "张三的新字段"}}
    other = {"answer/1": papers.vault.seal_tree(key, "answer/1", {**kept, "document": document})}

    def work(tx: Transaction) -> None:
        tx.connection._driver.execute(
            "DELETE FROM bodies WHERE exchange_id = ? AND name = 'answer/1'", (exchange,)
        )
        bodies.add(tx.connection, exchange, other)

    await alone.service.gateway.store.write(work)
    drifted, page = await sheet_of(alone, "/health/sim-yb/drift.csv"), await closer_at(alone, "sim-yb")
    assert {(row["Path"], row["Count"]) for row in drifted} == {
        ("Result.Extra", "1"),
        ("Result.Message", "1"),
    }
    assert "Result.Extra" in page and "张三" not in page


async def test_a_circuit_that_is_open_says_why_on_the_desk(alone: Desk) -> None:
    service = alone.service
    await service.tell("sim-gx", do="bar", times=0, operation="*")
    await service.submit(case_of_somebody("gx-person"), "health-barred", Prefer="wait=0")
    gate = service.gateway.gates.gates["sim-gx"]
    await eventually(lambda: bool(gate.closed_because(service.gateway.clock_ms())))
    assert (await health_of(alone, "sim-gx"))["Now"] == "circuit open: 1003"
    assert (await health_of(alone, "sim-gd"))["Now"] == "open"


async def test_what_is_held_stands_there_with_its_owner_its_deadline_and_what_may_be_said(
    desk: Desk, filled: Filled
) -> None:
    async with await desk.browser.new_context(locale="en-GB") as context:
        page, complaints = await entered(desk, context, "operator")
        await page.goto(f"{desk.home}/held")
        row = await page.locator("tbody tr", has_text=filled.held[0]).inner_text()
        assert "值班一组" in row and "timeout" in row and re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", row)
        await page.goto(f"{desk.home}/held/{filled.held[0]}")
        shown = await page.inner_text("main")
        assert "值班一组" in shown and word("settle_by", "en-GB") in shown
        assert await page.locator("input[name=choice]").evaluate_all("all => all.map(each => each.value)") == [
            "taken", "again", "stop",
        ]  # fmt: skip
        assert "They know a message again by" in shown  # sim-gd does, so to send again cannot double it
        assert complaints == []


async def test_what_is_deferred_says_why_and_when_it_is_tried_next(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("ops-01")
        text = (await visitor.get("/deferred.csv?lang=en")).text.removeprefix("\ufeff")
    rows = {row["Exchange"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    row = rows[filled.deferred[1]]
    assert row["Cause"] == "platform_unavailable" and row["Attempts"] == "2"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", row["Next try"])


async def test_a_case_says_for_each_value_its_words_release_and_approver_and_whose_time_it_was(
    desk: Desk, filled: Filled
) -> None:
    """As of a release that somebody put in force, and a declaration that somebody else approved."""
    store, release = desk.service.gateway.store, desk.case["release"]
    files = await store.read(lambda c: releases.files_of(c, release))
    declared = declarations(declaration(files or {}, "sim-gd"))["sim-gd"]
    approval = Approval("sim-gd", declared, "li.approver", "通办审〔2026〕19号", filled.now_ms)
    assert await store.write(lambda tx: approvals.add(tx.connection, approval, {}))
    async with await desk.browser.new_context(locale="en-GB") as context:
        page, complaints = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/cases/{desk.case['case']}")
        sent = page.locator("details.values").first
        line = await sent.locator("p.quiet").inner_text()
        assert release[:20] in line and "put in force by chen.eng" in line
        assert "approved by li.approver (通办审〔2026〕19号)" in line
        row = await sent.locator("tr", has_text="sqrzjlx").first.inner_text()
        cells = row.split("\t")
        assert cells[0] == "sqrzjlx" and "applicant.id_type" in row and "table" in row
        assert re.search(r"case\.submit\.yaml:\d+", row) and re.search(r"tables/id_type\.yaml:\d+", row)
        turns = await page.locator("h2#parties ~ ul.legend").first.inner_text()
        assert "the receiving place" in turns or "the deciding place" in turns
        heads = await page.locator("table.timeline thead th").all_inner_texts()
        assert ["the receiving place" in heads[1], "the deciding place" in heads[2]] == [True, True]
        assert complaints == []
