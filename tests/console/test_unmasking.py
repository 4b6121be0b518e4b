"""Personal values as they stand: for a reason, on record before they are shown, by two where that is asked."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from gateway.accounts import keeping
from gateway.store.accounts import AccountRow
from tests.browser import fresh
from tests.console.conftest import Desk, opened
from tests.console.terminal import HASHED
from tests.console.test_console import personal, picture
from tests.console.visitor import visiting
from tests.web.people import case_of_somebody
from tests.web.service import serving

REASON = "核对投诉 12345-2026-0042"
TWO = "console: {persons_to_unmask: 2}\n"


def shown(desk: Desk, text: str) -> list[str]:
    """Which personal values stand in a page; the hostile address is escaped there."""
    return [each for each in personal(desk) if each in text]


async def test_a_reason_shows_the_values_and_is_on_record_before(desk: Desk) -> None:
    path = f"/cases/{desk.case['case']}"
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        before = len(await desk.entries("values.shown"))
        masked = await visitor.get(path)
        assert shown(desk, masked.text) == []
        unmasked = await visitor.post(f"{path}/unmask", reason=REASON)
        assert unmasked.status == 200 and len(shown(desk, unmasked.text)) >= 3
        assert "no-store" in unmasked.headers["Cache-Control"]
        assert shown(desk, (await visitor.get(path)).text) == []
    entries = await desk.entries("values.shown")
    assert len(entries) > before
    last = entries[-1]
    assert (last["actor"], last["command"], last["case"]) == ("audit-01", "console case", desk.case["case"])
    assert REASON not in str(entries)


async def test_without_a_reason_nothing_is_shown(desk: Desk) -> None:
    path = f"/cases/{desk.case['case']}/unmask"
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        for reason in ("", "   ", "x" * 501):
            said = await visitor.post(path, reason=reason)
            assert said.status == 400 and shown(desk, said.text) == []


@pytest.mark.parametrize("name", ["ops-01", "engineer-01", "admin-01", "audit-far"])
async def test_who_may_not_see_them_does_not_by_asking(desk: Desk, name: str) -> None:
    path = f"/cases/{desk.case['case']}/unmask"
    async with visiting(desk) as visitor:
        await visitor.enter(name)
        said = await visitor.post(path, reason=REASON)
        assert said.status == 404 and shown(desk, said.text) == []


async def test_an_engineer_sees_types_and_lengths_and_masked_values(desk: Desk) -> None:
    path = f"/cases/{desk.case['case']}"
    async with visiting(desk) as engineer, visiting(desk) as auditor:
        seen = (await (await engineer.enter("engineer-01")).get(path)).text
        other = (await (await auditor.enter("audit-01")).get(path)).text
    number = re.compile(r"applicant\.id_number</code></td><td>文本</td><td>18</td><td>3\*{16}")
    assert number.search(seen) and not number.search(other)
    assert shown(desk, seen) == []


async def test_an_operator_sees_the_stages_and_nothing_of_the_bodies(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        page = (await (await visitor.enter("ops-01")).get(f"/cases/{desk.case['case']}")).text
    assert page.count('class="done"') >= 5 and "applicant" not in page and "traced" not in page


async def test_every_value_stands_beside_the_line_that_made_it(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        page = (await (await visitor.enter("audit-01")).get(f"/cases/{desk.case['case']}")).text
    assert re.search(
        r"<code>sqrxm</code>.*?<code>applicant\.name</code>.*?case\.submit\.yaml:\d+</code>", page
    )
    assert "sim-gd/case.submit" in page and "tables/" in page


async def test_the_badge_says_what_was_verified_by_which_key_at_which_size(desk: Desk) -> None:
    await desk.service.gateway.sign(now=True)
    async with visiting(desk) as visitor:
        page = (await (await visitor.enter("audit-01")).get(f"/cases/{desk.case['case']}")).text
    key = desk.service.gateway.signer.key
    badge = page.split('id="proof"')[1].split("</details>")[0]
    assert f"{key.name}+{key.id.hex()}" in badge and "包含证明" in badge
    assert re.search(r"检查点所签条数</dt><dd>\d+</dd>", badge)


async def test_an_entry_or_a_row_that_was_altered_is_not_proven(desk: Desk) -> None:
    """By somebody who can write into the database; the page says so at once."""
    path, gateway = f"/cases/{desk.case['case']}", desk.service.gateway
    exchange = desk.case["exchange"]

    async def page() -> str:
        async with visiting(desk) as visitor:
            return (await (await visitor.enter("audit-01")).get(path)).text

    async def run(text: str, *values: object) -> None:
        await gateway.store.write(lambda tx: tx.connection._driver.execute(text, values) and None)

    entry = "UPDATE audit_entries SET body = CAST(replace(body, ?, ?) AS BLOB) WHERE exchange_id = ?"
    await gateway.sign(now=True)
    assert 'class="badge failed"' not in await page()
    await run(entry, '"sim-gd"', '"sim-gx"', exchange)
    assert 'class="badge failed"' in await page()
    await run(entry, '"sim-gx"', '"sim-gd"', exchange)
    assert 'class="badge failed"' not in await page()
    await run("UPDATE exchanges SET state = 'refused' WHERE id = ?", exchange)
    try:
        failed = await page()
        assert 'class="badge failed"' in failed and "状态与条目不符" in failed
    finally:
        await run("UPDATE exchanges SET state = 'delivered' WHERE id = ?", exchange)


@pytest_asyncio.fixture(scope="module")
async def two(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """An installation where a second person has to say yes."""
    async with serving(tmp_path_factory.mktemp("two"), more=TWO) as service:
        for name in ("audit-01", "audit-02"):
            row = AccountRow(name, "auditor", "341702", "", "", HASHED)
            assert await keeping.add(service.gateway.store, row, actor="test")
        asked = case_of_somebody()
        answer = await service.submit(asked, "console-key-0002")
        assert answer.status == 201, answer.raw
        yield replace(desk, service=service, case=answer.document, asked=asked)


@pytest.mark.parametrize("granted", ["yes", "no"])
async def test_a_second_person_says_yes_or_no(two: Desk, granted: str) -> None:
    async with (
        await fresh(two.browser, locale="zh-CN") as first,
        await fresh(two.browser, locale="en-GB") as second,
    ):
        me, other = (
            "audit-01" if granted == "no" else "audit-02",
            "audit-02" if granted == "no" else "audit-01",
        )
        asker, asked = await _at_the_case(two, first, me), await _at_the_case(two, second, other)
        await asker.fill("input[name=reason]", REASON)
        await opened(asker, "form[action$='/unmask'] button")
        assert "待另一人同意" in await asker.inner_text("main") and shown(two, await asker.content()) == []
        assert await asker.locator("input[name=granted]").count() == 0  # nobody says yes to themselves
        await asked.reload()
        assert REASON in await asked.inner_text("main")
        await picture(two, asked, f"auditor-asked-{granted}-en-GB")
        await opened(asked, f"form:has(input[name=granted][value={granted}]) button")
        await asker.fill("input[name=reason]", REASON)
        await opened(asker, "form[action$='/unmask'] button")
        assert bool(shown(two, await asker.content())) is (granted == "yes")
        await picture(two, asker, f"auditor-unmasked-{granted}-zh-CN")
    kind = "unmasking.granted" if granted == "yes" else "unmasking.denied"
    last = (await two.entries(kind))[-1]
    assert (last["account"], last["asked_by"], last["case"]) == (other, me, two.case["case"])
    assert REASON not in str([*await two.entries("unmasking.asked"), last])


async def _at_the_case(two: Desk, context: BrowserContext, name: str) -> Page:
    page = await two.enter(context, name)
    await page.goto(f"{two.home}/cases/{two.case['case']}")
    return page
