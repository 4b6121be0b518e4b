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
from gateway.store.accounts import AccountRow
from tests.browser import executable, launched
from tests.console.filled import Filled, fill
from tests.console.nasty import NASTY
from tests.console.terminal import HASHED, PASSWORD, account
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, serving

ELSEWHERE = "330282"  # a place that neither sends nor decides the cases here


@dataclass(frozen=True, slots=True)
class Desk:
    """The console of a running gateway, a case that stands there, and a month of work before it."""

    service: Running
    browser: Browser
    pictures: Path | None
    case: dict[str, Any]
    asked: dict[str, Any]
    filled: Filled

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
def pictures() -> Path | None:
    """Where pictures of the pages are kept for people to look at; None unless TONGBAN_PICTURES names a folder."""
    if not (named := os.environ.get("TONGBAN_PICTURES")):
        return None
    Path(named).mkdir(parents=True, exist_ok=True)
    return Path(named)


@pytest.fixture(scope="session")
def chromium() -> str:
    return executable()


@pytest_asyncio.fixture(scope="session")
async def desk(
    tmp_path_factory: pytest.TempPathFactory, pictures: Path | None, chromium: str
) -> AsyncIterator[Desk]:
    async with async_playwright() as playwright, serving(tmp_path_factory.mktemp("console")) as service:
        browser = await launched(playwright, chromium)
        await _accounts(service)
        asked = changed(case_of_somebody(), applicant__address=NASTY)
        answer = await service.submit(asked, "console-key-0001")
        assert answer.status == 201, answer.raw
        filled = await service.gateway.store.write(
            fill
        )  # before any page: days that are over are counted once
        yield Desk(service, browser, pictures, answer.document, asked, filled)
        await browser.close()


@pytest.fixture(scope="session")
def filled(desk: Desk) -> Filled:
    return desk.filled


async def _accounts(service: Running) -> None:
    """One as people make them, the others with a hash of the same password that is quick to check."""
    await account(service.folder, "add ops-01 --role operator", PASSWORD, PASSWORD)
    for name, role, divisions, until in (
        ("audit-01", "auditor", "341702", ""),
        ("engineer-01", "engineer", "*", ""),
        ("engineer-02", "engineer", "*", ""),
        ("window-01", "window", "341700", ""),
        ("admin-01", "administrator", "*", ""),
        ("audit-far", "auditor", ELSEWHERE, ""),
        ("audit-over", "auditor", "*", "2020-01-31"),
    ):
        row = AccountRow(name, role, divisions, "", until, HASHED)
        assert await keeping.add(service.gateway.store, row, actor="test")
