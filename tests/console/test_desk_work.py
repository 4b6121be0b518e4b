"""What is done at the desks: settling, reviewing, keeping searches, taking certificates; each by whom it may be."""

import asyncio
import re
import subprocess
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from gateway.certifying.daily import LAST
from gateway.clock import china_day
from gateway.exchange.papers import Papers
from gateway.items.likeness.stored import Pair, one
from gateway.store import bodies, exchanges, marks
from gateway.store.transaction import Transaction
from gateway.web.console.words import WORDS as WORDS_SAID
from tests.browser import fresh
from tests.console.conftest import Desk, opened
from tests.console.filled import HERE, THERE, Filled
from tests.console.test_console import entered, picture, word
from tests.console.visitor import Visitor, visiting
from tests.forked import python
from tests.shape.sources import CHECKOUT
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

WORDS = "系统繁忙，{} 的材料请稍后再传"


async def held(desk: Desk, key: str) -> tuple[str, dict[str, Any]]:
    """An exchange whose answer was lost, as a person finds it; and what was asked with it."""
    service, asked = desk.service, case_of_somebody("gx-person")
    await service.tell("sim-gx", do="garbage", operation="case.progress", times=0)
    await service.tell("sim-gx", do="take_then_drop")
    answer = await service.submit(asked, key, Prefer="wait=0")
    exchange_id = answer.document["exchange"]
    store, papers = service.gateway.store, service.gateway.papers
    while (  # noqa: ASYNC110 - what is waited for happens in the gateway
        was := await store.read(lambda c: exchanges.by_id(c, exchange_id))
    ).attempt < 1 or was.state == "sending":
        await asyncio.sleep(0.02)
    said = await _said(papers, exchange_id, was.attempt, WORDS.format(asked["applicant"]["name"]))

    def work(tx: Transaction) -> None:
        bodies.add(tx.connection, exchange_id, said)
        due_ms = tx.now_ms + 3_600_000
        assert exchanges.change(tx.connection, was, state="held", due_ms=due_ms, changed_ms=tx.now_ms)

    await store.write(work)
    return exchange_id, asked


async def _said(papers: Papers, exchange_id: str, attempt: int, words: str) -> dict[str, bytes]:
    key, name = await papers.key_of(exchange_id), f"answer/{attempt}"
    return {name: papers.vault.seal_tree(key, name, {"code": "", "reason": words, "document": None})}


async def test_an_operator_says_what_became_of_what_is_held_and_on_what_ground(desk: Desk) -> None:
    exchange_id, asked = await held(desk, "desk-held-0001")
    async with await fresh(desk.browser, locale="zh-CN") as context:
        page, complaints = await entered(desk, context, "operator")
        await page.goto(f"{desk.home}/held/{exchange_id}")
        assert "不识别重复" in await page.inner_text("main")
        await picture(desk, page, "operator-settle-zh-CN")
        await page.check("input[value=taken]")
        await page.fill("input[name=reason]", "电话问明：已登记")
        await opened(page, "main form button")
        assert "请填写对方编号" in await page.inner_text("[role=alert]")
        await page.check("input[value=taken]")
        await page.fill("input[name=reference]", "GX-2026-0001")
        await page.fill("input[name=reason]", "电话问明：已登记")
        await opened(page, "main form button")
        assert "/cases/" in page.url and "GX-2026-0001" in await page.inner_text("main")
        assert [each for each in complaints if "400" not in each] == []
    after = await desk.service.gateway.store.read(lambda c: exchanges.by_id(c, exchange_id))
    assert after is not None and (after.state, after.theirs) == ("delivered", "GX-2026-0001")
    settled = [each for each in await desk.entries("exchange.delivered") if each["exchange"] == exchange_id]
    assert [each["actor"] for each in settled] == ["ops-01"] and "电话" not in str(settled)
    assert asked["applicant"]["name"] not in str(settled)


async def test_their_last_words_are_shown_without_the_person_and_to_no_operator(desk: Desk) -> None:
    exchange_id, asked = await held(desk, "desk-held-0002")
    for name, sees in (("audit-01", True), ("engineer-01", True), ("ops-01", False)):
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            for path in (f"/held/{exchange_id}", "/held", "/held.csv"):
                said = (await visitor.get(path)).text
                assert ("系统繁忙" in said) is sees, (name, path)
                assert asked["applicant"]["name"] not in said
    for readings, who in ((False, ["engineer-01", "ops-01"]), (True, ["audit-01"])):
        viewed = await desk.entries("account.viewed", readings=readings)
        assert [each["account"] for each in viewed if each.get("held") == exchange_id] == who


async def test_nobody_else_can_settle_and_nothing_is_settled_without_a_ground(desk: Desk) -> None:
    exchange_id, _ = await held(desk, "desk-held-0003")
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        said = await visitor.post(f"/held/{exchange_id}", choice="stop", reason="不应能够")
        assert said.status == 404
        assert "<input" not in (await visitor.get(f"/held/{exchange_id}")).text.split("<main")[1]
    async with visiting(desk) as visitor:
        await visitor.enter("ops-01")
        for form in (
            {"choice": "stop"}, {"choice": "stop", "reason": " "}, {"choice": "all", "reason": "x"},
            {"choice": "stop", "reason": "x" * 501}, {"choice": "taken", "reason": "x", "reference": "a b"},
        ):  # fmt: skip
            assert (await visitor.post(f"/held/{exchange_id}", **form)).status == 400
        said = await visitor.post(f"/held/{exchange_id}", choice="stop", reason="对方查无此件")
        assert said.status == 303
        assert (await visitor.post(f"/held/{exchange_id}", choice="stop", reason="再一次")).status == 404
    now = await desk.service.gateway.store.read(lambda c: exchanges.by_id(c, exchange_id))
    assert now is not None and now.state == "abandoned"


async def decided(visitor: Visitor, codes: tuple[str, str], say: str, **changed: str) -> str:
    """Where the answer to a decision leads to, or its status."""
    form = {
        "here": HERE,
        "there": THERE,
        "here_code": codes[0],
        "there_code": codes[1],
        "say": say,
        **changed,
    }
    said = await visitor.post("/review", **form)
    return said.leads_to.rpartition("=")[2] or str(said.status)


async def test_an_engineer_confirms_and_refuses_and_what_is_decided_stands(
    desk: Desk, filled: Filled
) -> None:
    first, second = filled.suggested[7], filled.suggested[8]
    async with visiting(desk) as visitor:
        await visitor.enter("engineer-01")
        assert await decided(visitor, first, "yes") == "confirmed"
        assert await decided(visitor, first, "no") == "meanwhile"
        assert await decided(visitor, second, "no") == "refused"
        assert await decided(visitor, second, "perhaps") == "400"
        assert await decided(visitor, ("no-such", "code"), "yes") == "meanwhile"
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        assert await decided(visitor, filled.suggested[9], "yes") == "404"
    kept = await desk.service.gateway.store.read(lambda c: one(c, Pair(HERE, THERE), *first))
    assert kept is not None and (kept.decision, kept.first_by) == ("confirmed", "engineer-01")
    assert [each["actor"] for each in await desk.entries("alignment.confirmed")] == ["engineer-01"]


async def test_where_two_persons_are_wanted_one_alone_confirms_nothing(desk: Desk, filled: Filled) -> None:
    codes, installation = filled.suggested[10], desk.service.gateway.settings.installation
    object.__setattr__(installation, "persons_to_confirm", 2)
    try:
        async with visiting(desk) as visitor:
            await visitor.enter("engineer-01")
            assert await decided(visitor, codes, "yes") == "first"
            assert await decided(visitor, codes, "yes") == "same_person"
            assert "待第二人" in (await visitor.get("/review")).text
        async with visiting(desk) as visitor:
            await visitor.enter("engineer-02")
            assert await decided(visitor, codes, "yes") == "confirmed"
    finally:
        object.__setattr__(installation, "persons_to_confirm", 1)
    kept = await desk.service.gateway.store.read(lambda c: one(c, Pair(HERE, THERE), *codes))
    assert kept is not None and (kept.first_by, kept.second_by) == ("engineer-01", "engineer-02")


async def test_a_search_is_kept_for_oneself_alone_and_sealed(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        await visitor.get("/held?platform=sim-gd")
        kept = {"desk": "held", "query": "platform=sim-gd", "name": "<b>广东</b>待核实"}
        assert (await visitor.post("/saved", **kept)).leads_to == "/console/saved"
        for wrong in (
            {"desk": "x"},
            {"query": "caller=x"},
            {"query": "platform=%0a"},
            {"name": ""},
            {"name": "x" * 41},
        ):
            assert (await visitor.post("/saved", **{**kept, **wrong})).status in (400, 404)
        page = (await visitor.get("/saved")).text
        assert "&lt;b&gt;广东" in page and 'href="/console/saved/1"' in page
        assert (await visitor.get("/saved/1")).leads_to == "/console/held?platform=sim-gd"
        assert (await visitor.get("/held?platform=sim-gd")).status == 200
    async with visiting(desk) as other:
        await other.enter("ops-01")
        assert "广东" not in (await other.get("/saved")).text
        assert (await other.get("/saved/1")).status == 404
        await other.post("/saved/remove", place="1")
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        assert "广东" in (await visitor.get("/saved")).text
        await visitor.post("/saved/remove", place="1")
        assert "广东" not in (await visitor.get("/saved")).text
        assert (await visitor.post("/saved/remove", place="١")).status == 400


async def test_a_search_of_cases_is_kept_opened_again_and_removed_by_the_keyboard_alone(desk: Desk) -> None:
    item, caller = desk.asked["item"]["code"], "guichi"
    for locale, title in (("zh-CN", "本县待办"), ("en-GB", "ours")):
        async with await fresh(desk.browser, locale=locale) as context:
            page, complaints = await entered(desk, context, "auditor")
            await page.goto(f"{desk.home}/search")
            await page.press("details summary", "Enter")
            await page.type("input[name=caller]", caller)
            await page.select_option("select[name=state]", "delivered")
            async with page.expect_navigation():
                await page.press("input[name=caller]", "Enter")
            assert desk.case["case"] in await page.inner_text("main table")
            await picture(desk, page, f"auditor-search-kept-{locale}")
            await page.type("form.keep input[name=name]", title)
            async with page.expect_navigation():
                await page.press("form.keep input[name=name]", "Enter")
            kept = page.locator("main tr", has_text=title)
            assert (
                caller in await kept.inner_text() and word("sought_state", locale) in await kept.inner_text()
            )
            await picture(desk, page, f"auditor-saved-search-{locale}")
            async with page.expect_navigation():
                await kept.locator("a").press("Enter")
            assert desk.case["case"] in await page.inner_text("main table")
            assert await page.input_value("input[name=caller]") == caller and item not in page.url
            before = len(await desk.entries("account.searched", readings=True))
            await page.goto(page.url)
            assert len(await desk.entries("account.searched", readings=True)) == before + 1
            await page.goto(f"{desk.home}/saved")
            async with page.expect_navigation():
                await page.locator("main tr", has_text=title).locator("button").press("Enter")
            assert not await page.locator("main tr", has_text=title).count()
            assert complaints == []


async def test_what_tells_of_a_person_is_kept_in_no_search(desk: Desk) -> None:
    who = desk.asked["applicant"]
    kept = {"desk": "search", "name": "x"}
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        for said in (
            {"person": who["id_number"]}, {"name": who["name"], "caller": "guichi"}, {"number": who["id_number"]},
        ):  # fmt: skip
            found = await visitor.post("/search", **said)
            assert WORDS_SAID["not_kept"][0] in found.text and 'class="line keep"' not in found.text
            refused = await visitor.post("/saved", **kept, query=urlencode(said))
            assert refused.status == 400 and WORDS_SAID["not_kept"][0] in refused.text
        for wrong in ("", "caller=" + "x" * 101, "since=2026-02-31", "platform=sim-gd", "x=1&" * 30):
            assert (await visitor.post("/saved", **kept, query=wrong)).status == 400
        page = (await visitor.get("/saved")).text
        assert not any(value in page for value in (who["id_number"], who["name"], 'href="/console/saved/'))
        assert [(await visitor.get(f"/saved/{place}")).status for place in ("1", "x", "99999999999")] == [
            404
        ] * 3


def certified(desk: Desk, *options: str) -> None:
    """`python -m audit certificate` of today, as it is run every day."""
    gateway = desk.service.gateway
    state = gateway.settings.path(gateway.settings.installation.state)
    certificates = state / "certificates"
    certificates.mkdir(exist_ok=True)
    day = china_day(gateway.clock_ms()).isoformat()
    name = f"{day}-{len(list(certificates.iterdir()))}"
    command = [
        *python(), "-m", "audit", "certificate", "--database", gateway.settings.database.removeprefix("sqlite:///"),
        "--key", gateway.signer.vkey, "--day", day, "--into", str(certificates / name), *options,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert (certificates / name).exists(), done.stderr + done.stdout


async def test_checkpoints_and_certificates_are_listed_and_taken_word_for_word(desk: Desk) -> None:
    state = desk.service.gateway.settings.path(desk.service.gateway.settings.installation.state)
    key = state / "keys" / "audit.key"
    await desk.service.gateway.sign(now=True)
    await asyncio.to_thread(certified, desk, "--sign", str(key))
    (state / "certificates" / "2020-01-01").write_text("tongban-certificate@v1\nfrom nowhere\n")
    async with await fresh(desk.browser, locale="zh-CN") as context:
        page, complaints = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/checkpoints")
        shown = await page.inner_text("main")
        assert "已签名" in shown and "无法读取" in shown
        await picture(desk, page, "auditor-certificates-zh-CN")
        assert complaints == []
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        listed = (await visitor.get("/checkpoints")).text
        [name] = re.findall(r"/console/certificates/([0-9-]{12})", listed)
        sheet = (await visitor.get("/checkpoints/certificates.csv?lang=en")).text
        assert f"\n{name}," in sheet and '\n2020-01-01,,"unreadable' in sheet
        taken = await visitor.get(f"/certificates/{name}")
        assert (
            taken.text == (state / "certificates" / name).read_text()
            and "attachment" in taken.headers["Content-Disposition"]
        )
        size = re.findall(r"/console/checkpoints/([0-9]+)", listed)[0]
        note = await visitor.get(f"/checkpoints/{size}")
        assert note.text.splitlines()[1] == size and "— test.tongban.example/log" in note.text
        for wrong in (
            "/checkpoints/999999999",
            "/checkpoints/x",
            "/certificates/..%2fkeys%2faudit.key",
            "/certificates/nothing",
        ):
            assert (await visitor.get(wrong)).status == 404


async def test_a_day_that_could_not_be_certified_is_named_on_the_desk_in_readyz_and_in_the_metrics(
    desk: Desk,
) -> None:
    gateway = desk.service.gateway
    yesterday = china_day(gateway.clock_ms() - 60_000) - timedelta(days=1)
    before = (yesterday - timedelta(days=1)).isoformat()
    file = gateway.settings.certificates / yesterday.isoformat()
    file.parent.mkdir(exist_ok=True)
    file.write_text("something else\n")
    await gateway.store.write(lambda tx: marks.put(tx.connection, LAST, before, tx.now_ms))
    await gateway.certificates.round()
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        said = (await visitor.get("/checkpoints")).text
    assert f'role="alert">未能出具证书： <span class="day">{yesterday}' in said
    assert "<code>another_file</code>" in said
    [found] = (await desk.service.ask("GET", "/readyz", caller=None)).document["findings"]
    assert (found["code"], found["day"], found["reason"]) == (
        "certificate.failed", str(yesterday), "another_file",
    )  # fmt: skip
    assert "tongban_certificates_behind_days 1.0" in (await desk.service.ask("GET", "/metrics")).text
    file.unlink()
    gateway.certificates._next_ms = 0
    assert await gateway.certificates.round()
    assert "tongban_certificates_behind_days 0.0" in (await desk.service.ask("GET", "/metrics")).text
    assert (await desk.service.ask("GET", "/readyz", caller=None)).document["findings"] == []
