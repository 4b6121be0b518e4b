"""The modes of a case at the console: parcels as both places tell them, a joint case and its parts, both ways."""

import itertools
from typing import Any

import pytest

from gateway.accounts import keeping
from gateway.accounts.passwords import hashed
from gateway.store.accounts import AccountRow
from gateway.web.console.words_of_modes import SAYABLE
from tests.browser import fresh
from tests.console.conftest import Desk, opened
from tests.console.terminal import PASSWORD
from tests.console.test_console import LANGUAGES, entered, picture, word
from tests.console.visitor import visiting
from tests.web.joint import joint, joint_of_somebody, part_reached, submit_joint
from tests.web.test_agency import collected, parcel

DIVISION, UNIT, OTHER = "440283", "11440283007341131X", "11440282007341120B"
_KEYS = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
async def windows(desk: Desk) -> None:
    """Windows of the unit that decides at a desk, of another unit, and one without a unit; a narrow auditor."""
    same = hashed(PASSWORD)
    for name, role, divisions, units in (
        ("window-desk", "window", DIVISION, UNIT), ("window-other", "window", "440000", OTHER),
        ("window-here", "window", "341702", ""), ("audit-gd", "auditor", "440000", ""),
    ):  # fmt: skip
        row = AccountRow(name, role, divisions, units, "", same)
        assert await keeping.add(desk.service.gateway.store, row, actor="test")


async def at_the_desk(desk: Desk) -> dict[str, Any]:
    """A case of which the originals went by post to a place without an interface."""
    document = {**collected("gd-person"), "division": DIVISION}
    answer = await desk.service.submit(document, f"modes-key-{next(_KEYS):04d}")
    assert answer.status == 201, answer.text
    case: dict[str, Any] = answer.document
    sent = await desk.service.ask(
        "POST", f"/v1/cases/{case['case']}/parcels", body=parcel("gd-person", "sent")
    )
    assert sent.status == 200, sent.text
    return case


async def view(desk: Desk, case: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.service.ask("GET", f"/v1/cases/{case}")).document
    return found


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_the_window_of_the_deciding_unit_records_what_came_and_what_it_sends_back(
    desk: Desk, locale: str
) -> None:
    case = (await at_the_desk(desk))["case"]
    place = LANGUAGES.index(locale)
    async with await fresh(desk.browser, locale=locale) as context:
        page = await desk.enter(context, "window-desk")
        await page.goto(f"{desk.home}/cases/{case}")
        assert word("parcels", locale) == await page.inner_text("h2#parcels")
        assert await page.locator("select[name=what] option").all_inner_texts() == [
            texts[place] for texts in SAYABLE.values()
        ]
        await page.select_option("select[name=what]", "received.there")
        await page.fill("input[name=carrier]", "中国邮政")
        await page.fill("input[name=number]", "eb123456789cn")
        await opened(page, "form[action$='/parcels'] button")
        assert page.url.endswith(f"/cases/{case}#parcels")
        await page.select_option("select[name=what]", "sent.back")
        await page.fill("input[name=carrier]", "中国邮政")
        await page.fill("input[name=number]", "EB987654321CN")
        await opened(page, "form[action$='/parcels'] button")
        assert word("parcel_invalid_case", locale) in await page.inner_text(
            "[role=alert]"
        )  # it holds nothing
        await page.select_option("select[name=what]", "sent.back")
        await page.fill("input[name=carrier]", "中国邮政")
        await page.fill("input[name=number]", "EB987654321CN")
        await page.fill("input[name=code1]", "licence")
        await opened(page, "form[action$='/parcels'] button")
        rows = await page.locator("#parcels + .scroll tbody tr").all_inner_texts()
        assert ["EB123456789CN" in rows[0], "EB987654321CN" in rows[1]] == [True, True]
        await picture(desk, page, f"window-parcels-{locale}")
    first, second = (await view(desk, case))["parcels"]
    assert (first["state"], first["events"][1]["source"]) == ("received", "sim-desk")
    assert (second["state"], second["contents"]) == (
        "on_its_way", [{"code": "licence", "form": "original", "count": 1}],
    )  # fmt: skip
    told = [each for each in await desk.entries("case.parcel") if each["case"] == case]
    assert [(each["event"], each["source"], each["actor"]) for each in told[1:]] == [
        ("received", "sim-desk", "window-desk"), ("sent", "sim-desk", "window-desk"),
    ]  # fmt: skip


async def test_nobody_else_records_parcels_and_what_cannot_be_is_refused_by_name(desk: Desk) -> None:
    case = (await at_the_desk(desk))["case"]
    form = {"what": "received.there", "carrier": "中国邮政", "number": "EB123456789CN"}
    for name, sees in (("window-here", True), ("audit-01", True), ("ops-01", True), ("window-other", False)):
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            shown = await visitor.get(f"/cases/{case}")
            assert (shown.status, "EB123456789CN" in shown.text) == ((200, True) if sees else (404, False))
            assert "tell-parcel" not in shown.text
            assert (await visitor.post(f"/cases/{case}/parcels", **form)).status == 404, name
    async with visiting(desk) as visitor:
        await visitor.enter("window-desk")
        differing = {**form, "what": "returned.back"}
        said = await visitor.post(f"/cases/{case}/parcels", **differing)
        assert (said.status, word("parcel_parcel_differs", "zh-CN") in said.text) == (422, True)
        for wrong in (
            {"what": "lost"}, {"what": "sent.there"}, {"number": "x"}, {"carrier": ""}, {"at": "gestern"},
            {"what": "sent.back"}, {"what": "sent.back", "code1": "licence", "form1": "gold"},
            {"what": "sent.back", "code1": "licence", "form1": "copy", "count1": "many"},
            {"at": "2099-01-01T10:00"},
        ):  # fmt: skip
            said = await visitor.post(f"/cases/{case}/parcels", **{**form, **wrong})
            assert (said.status, word("parcel_invalid_case", "zh-CN") in said.text) == (422, True), wrong
        other = desk.case["case"]  # decided by a platform with an interface
        assert (await visitor.post(f"/cases/{other}/parcels", **form)).status == 404
        said = await visitor.post(f"/cases/{case}/parcels", **{**form, "at": "2026-11-20T15:00"})
        assert (said.status, said.leads_to) == (303, f"/console/cases/{case}#parcels")
    assert [each["event"] for each in (await view(desk, case))["parcels"][0]["events"]] == [
        "sent",
        "received",
    ]


async def the_joint_case(desk: Desk) -> dict[str, Any]:
    submitted = await submit_joint(desk.service, joint_of_somebody(), f"modes-joint-{next(_KEYS):04d}")
    assert submitted.status == 201, submitted.text
    document: dict[str, Any] = submitted.document
    return document


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_joint_case_leads_to_its_parts_and_each_part_back_to_it(desk: Desk, locale: str) -> None:
    submitted = await the_joint_case(desk)
    first, second = submitted["parts"]
    await part_reached(desk.service, first, "signed", "not_accepted", "served")
    assert (await joint(desk.service, submitted))["standing"] == "broken"
    async with await fresh(desk.browser, locale=locale) as context:
        page, complaints = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/cases/{first['case']}")
        assert submitted["joint"] in await page.inner_text("#joint")
        await opened(page, "#joint a")
        assert page.url.endswith(f"/joint-cases/{submitted['joint']}")
        shown = await page.inner_text("main")
        broken = "有分办件未成" if locale == "zh-CN" else "a part has failed"
        assert broken in shown and first["case"] in shown and second["case"] in shown
        assert all(each["unit"] in shown for each in (first, second))
        await picture(desk, page, f"auditor-joint-{locale}")
        await opened(page, f"main a[href$='{second['case']}']")
        assert submitted["joint"] in await page.inner_text("#joint")
        assert complaints == []
    viewed = [each["case"] for each in await desk.entries("account.viewed", readings=True)]
    assert viewed[-4:] == [first["case"], first["case"], second["case"], second["case"]]


async def test_of_a_part_in_another_scope_nothing_is_told(desk: Desk) -> None:
    submitted = await the_joint_case(desk)
    first, second = submitted["parts"]  # 440232, and 450000 which decides elsewhere
    elsewhere = AccountRow("audit-gx", "auditor", "450000", "", "", hashed(PASSWORD))
    assert await keeping.add(desk.service.gateway.store, elsewhere, actor="test")
    for name, own, foreign in (("audit-gd", first, second), ("audit-gx", second, first)):
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            shown = await visitor.get(f"/joint-cases/{submitted['joint']}")
            assert (shown.status, own["case"] in shown.text) == (200, True)
            for hidden in (foreign["case"], foreign["unit"], foreign["item"], foreign["division"]):
                assert hidden not in shown.text
            assert (await visitor.get(f"/cases/{foreign['case']}")).status == 404
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        for path in (submitted["joint"], "0" * 26, "x"):
            assert (await visitor.get(f"/joint-cases/{path}")).status == 404
