"""The console as people use it: in a real browser, each role, both languages, every page looked at."""

from playwright.async_api import Page

from tests.console.conftest import Desk


async def picture(desk: Desk, page: Page, name: str) -> None:
    await page.screenshot(path=desk.pictures / f"{name}.png", full_page=True)


async def test_an_auditor_signs_in_finds_a_case_by_its_number_and_reads_it(desk: Desk) -> None:
    async with await desk.browser.new_context(locale="zh-CN") as context:
        page = await desk.enter(context, "audit-01")
        assert page.url == f"{desk.home}/search"
        await page.fill("input[name=number]", desk.case["numbers"]["ours"])
        await page.click("main form button")
        assert desk.case["numbers"]["ours"] not in page.url
        await picture(desk, page, "auditor-search-zh")
        await page.click(f"a[href$='{desk.case['case']}']")
        shown = await page.inner_text("main")
        assert desk.case["numbers"]["theirs"] in shown and "对方已接收" in shown
        await picture(desk, page, "auditor-case-zh")
    viewed = await desk.entries("account.viewed")
    assert (viewed[-1]["account"], viewed[-1]["case"]) == ("audit-01", desk.case["case"])
