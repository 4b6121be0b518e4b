"""The console as people use it: in a real browser, each role, both languages, every page looked at."""

import os
import re

import pytest
from playwright.async_api import BrowserContext, Page

from gateway.accounts.account import MAY, ROLES, TEXTS
from gateway.exchange.following import follow
from gateway.identity import new_id
from gateway.model import BLANK
from gateway.store import cases, exchanges
from gateway.store.cases import Number
from gateway.store.events import Told
from gateway.web.console.words import WORDS
from tests.browser import fresh
from tests.console.conftest import NASTY, Desk, opened
from tests.console.visitor import visiting
from tests.web.test_clocks import promised

ACCOUNTS = {
    "auditor": "audit-01", "operator": "ops-01", "engineer": "engineer-01", "window": "window-01",
    "administrator": "admin-01",
}  # fmt: skip
LANGUAGES = ("zh-CN", "en-GB")


def word(name: str, locale: str) -> str:
    return WORDS[name][LANGUAGES.index(locale)]


async def picture(desk: Desk, page: Page, name: str) -> None:
    """For people to look at, where they said that they want them."""
    if desk.pictures is not None:
        await page.screenshot(path=desk.pictures / f"{name}.png", full_page=True)


async def entered(desk: Desk, context: BrowserContext, role: str) -> tuple[Page, list[str]]:
    """The page of somebody of a role, and whatever the browser complains about from now on."""
    complaints: list[str] = []
    page = await desk.enter(context, ACCOUNTS[role])
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    return page, complaints


def personal(desk: Desk) -> list[str]:
    who = desk.asked["applicant"]
    return [who[name] for name in ("name", "id_number", "mobile", "address", "birth_date")]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("role", ["auditor", "operator"])
async def test_somebody_signs_in_finds_a_case_by_its_number_and_reads_it(
    desk: Desk, role: str, locale: str
) -> None:
    ours = desk.case["numbers"]["ours"]
    async with await fresh(desk.browser, locale=locale) as context:
        first = await context.new_page()
        await first.goto(desk.home)
        assert word("sign_in", locale) == await first.inner_text("h1")
        await picture(desk, first, f"sign-in-{locale}")
        page, complaints = await entered(desk, context, role)
        assert page.url == f"{desk.home}/search"
        await page.fill("input[name=number]", ours)
        await opened(page, "main form button")
        assert ours not in page.url and await page.locator("tbody tr").count() == 1
        await picture(desk, page, f"{role}-search-{locale}")
        await opened(page, f"a[href$='{desk.case['case']}']")
        shown, whole = await page.inner_text("main"), await page.content()
        assert desk.case["numbers"]["theirs"] in shown
        assert ("对方已接收" if locale == "zh-CN" else "taken by the other platform") in shown
        for name in ("timeline", "numbers", "clocks", "exchanges"):
            assert word(name, locale) == await page.inner_text(f"h2#{name}")
        assert [each for each in personal(desk) if each in whole] == []
        assert (await page.locator("#contents").count() == 1) is (role == "auditor")
        assert await page.get_attribute("html", "lang") == ("zh-CN" if locale == "zh-CN" else "en")
        await picture(desk, page, f"{role}-case-{locale}")
        assert complaints == []


async def test_personal_fields_are_masked_and_an_operator_sees_nothing_of_what_was_asked(desk: Desk) -> None:
    path = f"/cases/{desk.case['case']}"
    async with visiting(desk) as auditor, visiting(desk) as operator:
        seen = (await (await auditor.enter("audit-01")).get(path)).text
        hidden = (await (await operator.enter("ops-01")).get(path)).text
    assert "applicant.id_number" in seen and "3****************" in seen
    assert "applicant" not in hidden and "****" not in hidden


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_that_a_role_may_not_open_is_not_there(desk: Desk, role: str) -> None:
    pages = {
        "search": "/search",
        "case": f"/cases/{desk.case['case']}",
        "held": "/held",
        "overdue": "/overdue",
    }
    async with visiting(desk) as visitor:
        await visitor.sign_in(ACCOUNTS[role])
        for name, path in pages.items():
            said = await visitor.get(path)
            assert said.status == (200 if name in MAY[role] else 404), path  # type: ignore[comparison-overlap]
        home = await visitor.get()
        assert home.leads_to == ("/console/search" if "search" in MAY[role] else "/console/accounts")  # type: ignore[index]


async def test_the_language_is_chosen_by_hand_and_kept(desk: Desk) -> None:
    async with await fresh(desk.browser, locale="zh-CN") as context:
        page, _ = await entered(desk, context, "operator")
        assert await page.inner_text("h1") == "查找"
        await opened(page, "header > a")
        assert await page.inner_text("h1") == "Search"
        await page.goto(f"{desk.home}/held")
        assert await page.inner_text("h1") == "Held"
        assert TEXTS["operator"][1] in await page.inner_text("header")
        await opened(page, "header > a")
        assert await page.inner_text("h1") == "待核实"


async def test_a_case_of_another_scope_is_as_unknown_as_one_that_does_not_exist(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        theirs = await visitor.get(f"/cases/{desk.case['case']}")
        nothing = await visitor.get("/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")
        assert (theirs.status, nothing.status) == (404, 404)
        assert re.sub(r"[0-9A-Z]{26}", "", theirs.text) == re.sub(r"[0-9A-Z]{26}", "", nothing.text)
        assert desk.case["case"] not in (await visitor.get("/search")).text
        for number in (desk.case["numbers"]["ours"], desk.case["case"], desk.case["exchange"]):
            assert "tbody" not in (await visitor.post("/search", number=number)).text


@pytest.mark.parametrize("number", ["ours", "theirs", "case", "exchange"])
async def test_a_case_is_found_by_any_of_its_numbers(desk: Desk, number: str) -> None:
    known = {**desk.case, **desk.case["numbers"]}
    async with visiting(desk) as visitor:
        await visitor.enter("window-01")
        found = await visitor.post("/search", number=f" {known[number]} ")
        assert f"/console/cases/{desk.case['case']}" in found.text


async def test_every_view_and_search_is_an_entry_and_says_nothing_of_what_was_sought(desk: Desk) -> None:
    sought = "341702198803150013"
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        before = len(await desk.entries("account.viewed", readings=True))
        of_cases = len(await desk.entries("account.viewed")), len(await desk.entries("account.searched"))
        await visitor.get(f"/cases/{desk.case['case']}")
        await visitor.get("/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")
        await visitor.post("/search", number=sought)
    viewed = await desk.entries("account.viewed", readings=True)
    last = viewed[-1]
    assert len(viewed) == before + 1
    assert (last["account"], last["role"], last["case"]) == ("audit-01", "auditor", desk.case["case"])
    searched = (await desk.entries("account.searched", readings=True))[-1]
    assert of_cases == (
        len(await desk.entries("account.viewed")),
        len(await desk.entries("account.searched")),
    )
    assert (searched["account"], searched["found"]) == ("audit-01", 0) and sought not in str(searched)


async def test_which_lists_and_figures_an_auditor_looked_at_stands_in_the_log_of_readings_alone(
    desk: Desk,
) -> None:
    asked = [
        "/search", "/held?platform=sim-gd&341702198803150013=1", "/deferred", "/overdue", "/unsigned", "/health",
        "/health/sim-gd", "/review", "/agreements", "/releases", "/figures?days=7", "/checkpoints", "/saved",
        "/unmaskings",
    ]  # fmt: skip
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        before = len(await desk.entries("account.listed", readings=True))
        for path in asked:
            assert (await visitor.get(path)).status == 200
        assert (await visitor.get("/held?platform=%22")).status == 400
    listed = (await desk.entries("account.listed", readings=True))[before:]
    assert {each["account"] for each in listed} == {"audit-01"}
    assert [each["list"] for each in listed[:-1]] == [
        path.lstrip("/").partition("?")[0].partition("/")[0] for path in asked
    ]
    assert [bool(each["sought"]) for each in listed[:-1]] == [
        "?" in path or path == "/health/sim-gd" for path in asked
    ]
    assert "sim-gd" not in str(listed) and "341702198803150013" not in str(listed)
    assert await desk.entries("account.listed") == []


async def test_hostile_values_are_shown_and_do_nothing(desk: Desk) -> None:
    gateway, case_id = desk.service.gateway, desk.case["case"]
    numbers = [Number(NASTY, "case", NASTY), Number("tongban", NASTY, f"{NASTY}2")]
    await gateway.store.write(
        lambda tx: cases.add_numbers(tx.connection, case_id, desk.case["exchange"], numbers)
    )
    told = Told("signed", gateway.clock_ms(), NASTY, NASTY, seen_ms=gateway.clock_ms())
    await gateway.store.write(follow(case_id, [told]))
    async with await fresh(desk.browser, locale="en-GB") as context:
        page, complaints = await entered(desk, context, "auditor")
        await page.fill("input[name=number]", NASTY.replace("\u202e", ""))
        await opened(page, "main form button")
        assert await page.input_value("input[name=number]") == NASTY.replace("\u202e", "")
        await page.goto(f"{desk.home}/cases/{case_id}")
        assert "<script>document.title" in await page.inner_text("main")
        assert await page.locator("script, img, iframe").count() == 0
        assert "\\u202e" in await page.inner_text("main") and "\u202e" not in await page.content()
        assert await page.title() == f"Case {case_id} · Tongban console"
        await picture(desk, page, "auditor-hostile-en-GB")
        assert complaints == []


async def test_a_scriptlike_address_is_answered_and_not_repeated_as_it_stands(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        for path in (
            "/cases/%22%3E%3Cscript%3E1%3C%2Fscript%3E",
            "/search?behind=%22%3E%3Cscript%3E",
            "/held?behind=1",
        ):
            said = await visitor.get(path)
            assert said.status in (400, 404) and "<script>" not in said.text


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_what_is_held_and_what_is_overdue_stand_in_lists_page_by_page(desk: Desk, locale: str) -> None:
    key = f"console-late-{locale}"
    late, on = await promised(desk.service, key, days=-3)
    held = await _held(desk, 30, late["case"])
    async with await fresh(desk.browser, locale=locale) as context:
        page, complaints = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/overdue")
        row = page.locator("tbody tr", has_text=late["case"])
        shown = await row.first.inner_text()
        assert on in shown and ("已逾期" if locale == "zh-CN" else "overdue") in shown
        await picture(desk, page, f"auditor-overdue-{locale}")
        await page.goto(f"{desk.home}/held")
        seen = []
        await picture(desk, page, f"auditor-held-{locale}")
        while True:
            seen += await page.locator("tbody tr td:nth-child(2) > code").all_inner_texts()
            if not await page.locator("a[rel=next]").count():
                break
            await opened(page, "a[rel=next]")
        assert len(seen) == len(set(seen)) and [each for each in seen if each in held] == held
        await opened(page, "tbody a")
        assert complaints == []


async def _held(desk: Desk, count: int, of_case: str) -> list[str]:
    """Exchanges of which nobody knows what became; the ids in the order of their deadlines."""
    gateway, now_ms = desk.service.gateway, desk.service.gateway.clock_ms()
    ids = sorted(new_id(now_ms, os.urandom) for _ in range(count))
    rows = [
        BLANK._replace(
            id=each, case_id=of_case, kind="write", operation="case.correct", caller="guichi",
            platform="sim-gd", here="341702", division="440232", state="held", cause="timeout", place=place + 2,
            due_ms=now_ms + 86_400_000 + place // 7, admitted_ms=now_ms, changed_ms=now_ms,
        )
        for place, each in enumerate(ids)
    ]  # fmt: skip

    def work(tx: object) -> None:
        for row in rows:
            exchanges.admit(tx.connection, row)  # type: ignore[attr-defined]

    await gateway.store.write(work)
    return ids


def test_every_word_of_the_pages_is_said_in_both_languages() -> None:
    for chinese, english in WORDS.values():
        assert chinese and english and chinese != english
