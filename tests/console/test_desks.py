"""The desks as people use them: in a real browser, each role, both languages, every page looked at."""

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from gateway.accounts.account import MAY
from gateway.web.console.desks.pages import ROLLS
from tests.console.conftest import NASTY, Desk, opened
from tests.console.filled import Filled, fill
from tests.console.test_console import ACCOUNTS, LANGUAGES, entered, personal, picture, word
from tests.console.visitor import visiting

DESKS = (*(roll.name for roll in ROLLS), "figures", "saved")


@pytest_asyncio.fixture(scope="session")
async def filled(desk: Desk) -> Filled:
    return await desk.service.gateway.store.write(fill)


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
    async with await desk.browser.new_context(locale=locale, viewport=size) as context:  # type: ignore[arg-type]
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
