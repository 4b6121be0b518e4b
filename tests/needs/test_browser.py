"""The page of a window in a real browser: built there from the form alone, filled by keys and clicks, it passes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.browser import executable, fresh, launched
from tests.needs.test_window import words
from tests.needs.wishes import WISHES, Wish
from tests.web.service import Running, key_of

SCRIPT = Path(__file__).with_name("window.js").read_text("utf-8")
PDF = {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\nmade up\n%%EOF\n"}
# The first control that is asked for and empty, as a person sees it: what stands beside it, what may be chosen.
NEXT = """() => {
  const asked = 'form label[data-required="1"]:not(fieldset:not([data-required="1"]) label)'
  for (const label of document.querySelectorAll(asked)) {
    const entry = label.lastElementChild
    if (entry.type === "file" ? entry.file : entry.value !== "") continue
    const options = [...entry.options ?? []].filter(each => each.value && !each.disabled)
    return {path: label.dataset.path, title: label.dataset.title, kind: entry.type,
            options: options.map(each => [each.value, each.text])}
  }
  return null
}"""


@pytest.fixture(scope="module")
def chromium() -> str:
    return executable()


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await launched(playwright, chromium)
        yield started
        await started.close()


async def opened(browser: Browser, service: Running, wish: Wish, schema: dict[str, Any]) -> Page:
    """The page under the gateway's own address, as a portal in front of it would serve it."""
    html = (
        f'<!doctype html><meta charset="utf-8"><form id="window"></form><button form="window">预检</button>'
        f'<output id="answer"></output><script id="schema" type="application/json">'
        f"{json.dumps(schema).replace('<', chr(92) + 'u003c')}</script><script>{SCRIPT}</script>"
    )
    headers = {"Authorization": f"Bearer {key_of(wish.caller)}"}
    page = await (await fresh(browser, extra_http_headers=headers)).new_page()

    async def served(route: Route) -> None:
        await route.fulfill(body=html, content_type="text/html; charset=utf-8")

    await page.route("**/window.html", served)
    await page.goto(f"{service.address}/window.html")
    return page


async def filled(page: Page, said: dict[str, str]) -> None:
    """Write, choose and attach what is marked as required, until nothing is."""
    for changes in range(80):
        asked = await page.evaluate(NEXT)
        if asked is None:
            return
        control = page.locator(f'[data-path="{asked["path"]}"]').locator("input, select")
        if asked["kind"] == "file":
            await control.set_input_files([PDF])
        elif asked["kind"] == "select-one":
            await control.select_option(_choice(asked["options"], said.get(asked["title"], "")))
        else:
            await control.fill("1" if asked["kind"] == "number" else said[asked["title"]])
            await control.blur()
        await page.wait_for_function(f"document.getElementById('window').dataset.changes > {changes}")
    raise AssertionError("the page never has enough")


def _choice(options: list[tuple[str, str]], wanted: str) -> str:
    return next((value for value, text in options if wanted in (value, text)), options[0][0])


CHOSEN = [WISHES[2], WISHES[4], WISHES[6]]  # with a guide and its situations; and two other dialects


@pytest.mark.parametrize("wish", CHOSEN, ids=lambda wish: wish.platform)
async def test_a_page_built_in_a_browser_from_the_form_alone_passes_preflight(
    service: Running, browser: Browser, wish: Wish
) -> None:
    form = (await service.ask("GET", wish.path, caller=wish.caller)).document
    if form["situations"] and not wish.more:
        path = f"{wish.path}&situation={form['situations'][0]}"
        form = (await service.ask("GET", path, caller=wish.caller)).document
    said = words()
    if form["schema"]["properties"]["applicant"]["properties"]["kind"].get("const") == "organization":
        said |= {"姓名或名称": "模拟建设有限公司", "证件类型": "001", "证件号码": said["收件单位"]}
    page = await opened(browser, service, wish, form["schema"])
    try:
        await filled(page, said)
        await page.get_by_role("button", name="预检").click()
        answer = page.locator("#answer")
        await page.wait_for_function("e => e.textContent", arg=await answer.element_handle())
        text = await answer.text_content() or ""
        assert text.startswith("200 "), text
    finally:
        await page.context.close()
