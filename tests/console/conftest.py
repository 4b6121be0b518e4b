"""One running gateway with accounts of every role, and the real browser in front of it."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from gateway.accounts import keeping
from gateway.accounts.passwords import hashed
from gateway.store.accounts import AccountRow
from tests.browser import executable
from tests.console.filled import Filled, fill
from tests.console.nasty import NASTY
from tests.console.terminal import PASSWORD, account
from tests.shape.sources import CHECKOUT
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, serving

ELSEWHERE = "330282"  # a place that neither sends nor decides the cases here


@dataclass(frozen=True, slots=True)
class Desk:
    """The console of a running gateway, and a case that stands there."""

    service: Running
    browser: Browser
    pictures: Path
    case: dict[str, Any]
    asked: dict[str, Any]

    @property
    def home(self) -> str:
        return f"{self.service.address}/console"

    async def entries(self, kind: str, *, readings: bool = False) -> list[dict[str, Any]]:
        """Entries of a kind, in the order of the log; readings: of that of the auditors' readings."""

        def look(connection: Any) -> list[dict[str, Any]]:
            rows = connection._driver.execute(
                "SELECT body FROM audit_entries WHERE kind = ? ORDER BY position", (kind,)
            )
            return [orjson.loads(row[0]) for row in rows.fetchall()]

        gateway = self.service.gateway
        return await (gateway.readings.store if readings else gateway.store).read(look)

    async def enter(self, context: BrowserContext, name: str, password: str = PASSWORD) -> Page:
        """A page of somebody who typed their account and password."""
        page = await context.new_page()
        await page.goto(self.home)
        await page.fill("input[name=account]", name)
        await page.fill("input[name=password]", password)
        await opened(page, "main button")
        return page


async def opened(page: Page, what: str) -> None:
    """Click on it, and wait for the page that it leads to."""
    async with page.expect_navigation():
        await page.click(what)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of the pages are kept for people to look at."""
    folder = Path(os.environ.get("TONGBAN_PICTURES") or CHECKOUT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    return executable()


@pytest_asyncio.fixture(scope="session")
async def desk(
    tmp_path_factory: pytest.TempPathFactory, pictures: Path, chromium: str
) -> AsyncIterator[Desk]:
    async with async_playwright() as playwright, serving(tmp_path_factory.mktemp("console")) as service:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        await _accounts(service)
        asked = changed(case_of_somebody(), applicant__address=NASTY)
        answer = await service.submit(asked, "console-key-0001")
        assert answer.status == 201, answer.raw
        yield Desk(service, browser, pictures, answer.document, asked)
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def filled(desk: Desk) -> Filled:
    """A month of work, put there once."""
    return await desk.service.gateway.store.write(fill)


async def _accounts(service: Running) -> None:
    """Two as people make them, the others with the hash of the same password."""
    folder = service.folder
    await account(folder, "add audit-01 --role auditor --division 341702", PASSWORD, PASSWORD)
    await account(folder, "add ops-01 --role operator", PASSWORD, PASSWORD)
    same = hashed(PASSWORD)
    for name, role, divisions, until in (
        ("engineer-01", "engineer", "*", ""),
        ("engineer-02", "engineer", "*", ""),
        ("window-01", "window", "341700", ""),
        ("admin-01", "administrator", "*", ""),
        ("audit-far", "auditor", ELSEWHERE, ""),
        ("audit-over", "auditor", "*", "2020-01-31"),
    ):
        row = AccountRow(name, role, divisions, "", until, same)
        assert await keeping.add(service.gateway.store, row, actor="test")
