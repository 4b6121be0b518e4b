"""The desks as people use them: in a real browser, each role, both languages, every page looked at."""

import re

import pytest
from lxml import etree
from playwright.async_api import Page

from gateway.accounts.account import MAY
from gateway.web.console.desks.charts import Bar, lying, upright
from gateway.web.console.desks.pages import ROLLS
from gateway.web.console.places import KEYS
from tests.browser import fresh
from tests.console.conftest import NASTY, Desk
from tests.console.filled import Filled
from tests.console.test_console import ACCOUNTS, LANGUAGES, entered, picture, word
from tests.console.visitor import visiting

DESKS = (*(roll.name for roll in ROLLS), "figures", "saved")


async def overflows(page: Page) -> bool:
    return bool(
        await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("role", [role for role in ACCOUNTS if MAY[role]])  # type: ignore[index]
async def test_every_desk_of_a_role_is_one_page_that_any_reader_finds_its_way_on(
    desk: Desk, filled: Filled, role: str, locale: str
) -> None:
    size = {"width": 1440, "height": 900}
    async with await fresh(desk.browser, locale=locale, viewport=size) as context:  # type: ignore[arg-type]
        page, complaints = await entered(desk, context, role)
        for name in [each for each in DESKS if each in MAY[role]]:  # type: ignore[index]
            await page.goto(f"{desk.home}/{name}")
            assert await page.inner_text("h1") == word(name, locale)
            assert await page.locator("main, nav, header, h1").count() == 4
            assert await page.locator("nav a[aria-current=page]").inner_text() == word(name, locale)
            assert not await page.locator("th:not([scope])").count()
            assert not await overflows(page), name
            await picture(desk, page, f"{role}-{name}-{locale}")
        assert complaints == []


async def test_what_stands_first_is_reached_by_the_keyboard_alone(desk: Desk, filled: Filled) -> None:
    async with await fresh(desk.browser, locale="en-GB") as context:
        page, _ = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/held")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == word("skip", "en-GB")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "platform"
        keys = await page.eval_on_selector_all("[accesskey]", "all => all.map(each => each.accessKey)")
        assert len(keys) == len(set(keys)) == len([each for each in KEYS if each in MAY["auditor"]])


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_page_prints_without_what_can_only_be_pressed_and_says_who_printed_it(
    desk: Desk, filled: Filled, locale: str
) -> None:
    async with await fresh(desk.browser, locale=locale) as context:
        page, _ = await entered(desk, context, "auditor")
        for name in ("unsigned", "figures"):
            await page.goto(f"{desk.home}/{name}")
            await page.emulate_media(media="print")
            for hidden in ("nav", "header form", "main form"):
                assert not [each for each in await page.locator(hidden).all() if await each.is_visible()]
            assert "audit-01" in await page.inner_text(".printed")
            await picture(desk, page, f"print-{name}-{locale}")
            await page.emulate_media(media="screen")


async def test_hostile_values_in_every_field_are_shown_and_do_nothing(desk: Desk, filled: Filled) -> None:
    async with await fresh(desk.browser, locale="en-GB") as context:
        page, complaints = await entered(desk, context, "auditor")
        for name in (
            "held",
            "deferred",
            "unsigned",
            "overdue",
            "review",
            "releases",
            f"held/{filled.held[5]}",
        ):
            await page.goto(f"{desk.home}/{name}")
            assert "<script>document.title" in await page.inner_text("main"), name
            assert await page.locator("script, img, iframe").count() == 0
            assert "\u202e" not in await page.content()
            assert await page.title() != "x"
        assert complaints == []


async def test_whatever_a_chart_is_told_is_text(desk: Desk) -> None:
    for drawn in (
        upright(NASTY, [Bar(NASTY, (1, 2))], ("a", "b")),
        lying(NASTY, [Bar(NASTY, (0.5,))], ("a",)),
    ):
        assert "<script" not in drawn and "<img" not in drawn
        etree.fromstring(str(drawn))


async def test_another_scope_sees_nothing_of_it_and_is_not_told_that_it_is_there(
    desk: Desk, filled: Filled
) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        for name in ("held", "deferred", "overdue", "unsigned", "review"):
            page = await visitor.get(f"/{name}")
            assert page.status == 200 and "<tbody" not in page.text, name
            sheet = await visitor.get(f"/{name}.csv")
            assert sheet.text.count("\n") == 1, name
        for place in (filled.held[0], "01M7ZWW086DT8J2JM6T0Y9RXRE", filled.deferred[0], "x"):
            assert (await visitor.get(f"/held/{place}")).status == 404
        assert "sim-gd" not in (await visitor.get("/health")).text
        assert (await visitor.get("/health/sim-gd")).status == 404


async def test_a_desk_that_a_role_may_not_open_is_not_there_as_a_page_or_as_a_sheet(desk: Desk) -> None:
    for role, name in ACCOUNTS.items():
        async with visiting(desk) as visitor:
            await visitor.sign_in(name)
            for page in DESKS:
                wanted = 200 if page in MAY[role] else 404  # type: ignore[index]
                assert (await visitor.get(f"/{page}")).status == wanted, (role, page)
                if page not in ("figures", "saved"):
                    assert (await visitor.get(f"/{page}.csv")).status == wanted, (role, page)


async def test_a_list_is_narrowed_and_goes_on_behind_its_last_row(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        first = (await visitor.get("/review?from=341702")).text
        following = re.search(r'rel="next" href="/console/(review\?[^"]+)"', first)
        assert following and "from=341702" in following[1]
        second = (await visitor.get("/" + following[1].replace("&amp;", "&"))).text
        pairs = [re.findall(r"(\d\d\.\d)%", each) for each in (first, second)]
        assert len(pairs[0]) == 25 and 0 < len(pairs[1]) <= 5  # some may be decided by now
        assert "".join(pairs[0] + pairs[1]) == "".join(sorted(pairs[0] + pairs[1], reverse=True))
        assert "<tbody" not in (await visitor.get("/held?platform=sim-gd&operation=case.withdraw")).text
        assert (await visitor.get("/held?platform=%22%3E%3Cscript%3E")).status == 400
        assert (await visitor.get("/releases?behind=x")).status == 400
