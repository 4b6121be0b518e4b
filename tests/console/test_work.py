"""The work of a unit without an interface, at the console: its list, what may be recorded, and by whom."""

import itertools
from typing import Any

import pytest

from gateway.accounts import keeping
from gateway.desk.acts import ACTS, NOT_RECORDED
from gateway.store.accounts import AccountRow
from gateway.web.console.words import WORDS
from tests.console.conftest import Desk, opened
from tests.console.nasty import NASTY
from tests.console.terminal import HASHED
from tests.console.test_console import LANGUAGES, picture, word
from tests.console.visitor import visiting
from tests.web.people import case_of_somebody
from tests.web.test_later import told, withdrawal

DIVISION, UNIT, OTHER = "440283", "11440283007341131X", "11440282007341120B"
_KEYS = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
async def windows(desk: Desk) -> None:
    """Windows of the unit that decides at a desk, of another one, and one of the unit elsewhere."""
    for name, divisions, units in (
        ("work-unit", DIVISION, f"{OTHER} {UNIT}"), ("work-other", "440000", OTHER), ("work-far", "330282", UNIT),
    ):  # fmt: skip
        row = AccountRow(name, "window", divisions, units, "", HASHED)
        assert await keeping.add(desk.service.gateway.store, row, actor="test")


async def placed(desk: Desk) -> dict[str, Any]:
    document = {**case_of_somebody(), "division": DIVISION}
    answer = await desk.service.submit(document, f"work-key-{next(_KEYS):04d}")
    assert answer.status == 201, answer.text
    case: dict[str, Any] = answer.document
    return case


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_unit_works_its_list_from_the_papers_to_the_result(desk: Desk, locale: str) -> None:
    case = await placed(desk)
    place = LANGUAGES.index(locale)
    async with await desk.browser.new_context(locale=locale) as context:
        page = await desk.enter(context, "work-unit")
        await page.goto(f"{desk.home}/work")
        assert await page.inner_text("h1") == word("work", locale)
        row = page.locator("tbody tr", has_text=case["numbers"]["ours"])
        assert UNIT in await row.inner_text() and case["case"] in await row.inner_text()
        await picture(desk, page, f"window-work-{locale}")
        for verb, said in (
            ("sign", {}), ("accept", {}), ("grant", {"document_number": "证〔2026〕9号"}), ("serve", {}),
        ):  # fmt: skip
            await page.goto(f"{desk.home}/work/{case['exchange']}")
            await page.select_option("select[name=act]", verb)
            for name, value in said.items():
                await page.fill(f"input[name={name}]", value)
            if verb == "grant":
                await page.select_option("select[name=document]", "licence")
                await picture(desk, page, f"window-work-act-{locale}")
            await opened(page, "main form button")
            assert word("told_recorded", locale) in await page.inner_text("[role=status]"), verb
        assert ACTS["serve"].text[place]
        assert not await page.locator("tbody tr", has_text=case["numbers"]["ours"]).count()
    view = (await desk.service.ask("GET", f"/v1/cases/{case['case']}")).document
    assert (view["state"], view["open"]) == ("served", False)
    recorded = [each for each in await desk.entries("desk.recorded") if each["case"] == case["case"]]
    assert [(each["event"], each["actor"], each["unit"]) for each in recorded] == [
        (kind, "work-unit", UNIT) for kind in ("signed", "accepted", "granted", "served")
    ]
    assert "证〔2026〕9号" not in str(recorded)


async def test_what_cannot_be_is_told_and_nothing_is_kept(desk: Desk) -> None:
    case = await placed(desk)
    path = f"/work/{case['exchange']}"
    before = len(await desk.entries("desk.recorded"))
    async with visiting(desk) as visitor:
        await visitor.enter("work-unit")
        page = (await visitor.get(path)).text
        assert 'value="sign"' in page and 'value="resume"' not in page and 'value="paid"' not in page
        for form, status, why in (
            ({"act": "resume"}, 409, NOT_RECORDED["not_now"]),
            ({"act": "sign", "at": "2099-01-01T10:00"}, 409, NOT_RECORDED["in_the_future"]),
            ({"act": "sign", "at": "2020-01-01T10:00"}, 409, NOT_RECORDED["before_receipt"]),
            ({"act": "decline"}, 400, WORDS["also_say"]),
            ({"act": "correct", "due_on": "2027-01-15"}, 400, WORDS["also_say"]),
            ({"act": "correct", "material1": "居民身份证"}, 400, WORDS["also_say"]),
            ({"act": "sign", "due_on": "soon"}, 400, WORDS["no_last_day"]),
            ({"act": "sign", "at": "soon"}, 400, WORDS["no_moment"]),
            ({"act": "sign", "at": "2026-11-20T10:00+08:00"}, 400, WORDS["no_moment"]),
            ({"act": "sign", "reason": "materials_incomplete"}, 400, NOT_RECORDED["other_reason"]),
            ({"act": "sign", "words": "x" * 501}, 400, WORDS["also_say"]),
            ({"act": "seen"}, 409, NOT_RECORDED["not_now"]),
        ):  # fmt: skip
            said = await visitor.post(path, **form)
            assert (said.status, why[0] in said.text) == (status, True), form
        for form in ({"act": "everything"}, {"act": "sign", "document": "gold"}):
            assert (await visitor.post(path, **form)).status == 400
        hostile = await visitor.post(path, act="decline", words="", material1=NASTY)
        assert hostile.status == 400 and "<script>document.title" not in hostile.text
    assert len(await desk.entries("desk.recorded")) == before


async def test_what_must_be_corrected_reaches_the_place_of_the_papers(desk: Desk) -> None:
    case = await placed(desk)
    async with visiting(desk) as visitor:
        await visitor.enter("work-unit")
        form = {"act": "correct", "material1": "居民身份证", "wrong1": "影像不清", "due_on": "2099-01-15"}
        assert (
            await visitor.post(f"/work/{case['exchange']}", **form)
        ).leads_to == "/console/work?told=recorded"
        assert "told" not in (await visitor.get("/work?told=%3Cscript%3E")).text.split("<main")[1]
    view = (await desk.service.ask("GET", f"/v1/cases/{case['case']}")).document
    assert view["state"] == "correction_needed"
    assert "影像不清" not in str(await desk.entries("desk.recorded"))


async def test_another_unit_another_place_and_other_roles_have_no_such_work(desk: Desk) -> None:
    case = await placed(desk)
    path = f"/work/{case['exchange']}"
    for name, listed in (
        ("work-other", 200), ("work-far", 200), ("window-01", 200), ("audit-01", 404), ("ops-01", 404),
    ):  # fmt: skip
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            page = await visitor.get("/work")
            assert (page.status, case["numbers"]["ours"] in page.text) == (listed, False), name
            assert (await visitor.get(path)).status == 404
            assert (await visitor.post(path, act="sign")).status == 404
    async with visiting(desk) as visitor:
        await visitor.enter("work-unit")
        for wrong in ("0" * 26, "x", desk.case["exchange"], case["case"]):
            assert (await visitor.get(f"/work/{wrong}")).status == 404


async def test_what_the_caller_sends_later_is_read_and_leaves_the_list(desk: Desk) -> None:
    case = await placed(desk)
    async with visiting(desk) as visitor:
        await visitor.enter("work-unit")
        await visitor.post(f"/work/{case['exchange']}", act="sign")
        sent = await told(desk.service, case, "case.withdraw", withdrawal(), f"work-later-{next(_KEYS):04d}")
        assert sent.status == 201, sent.text
        later = f"/work/{sent.document['exchange']}"
        assert f"/console{later}" in (await visitor.get("/work")).text
        page = (await visitor.get(later)).text
        assert 'value="seen"' in page and "<select" not in page.split("<main")[1]
        assert (await visitor.post(later, act="seen")).leads_to == "/console/work?told=seen"
        assert f"/console{later}" not in (await visitor.get("/work")).text
    seen = (await desk.entries("desk.seen"))[-1]
    assert (seen["exchange"], seen["actor"], seen["unit"]) == (sent.document["exchange"], "work-unit", UNIT)


async def test_the_papers_are_printed_by_the_unit_alone_and_each_print_has_its_entry(desk: Desk) -> None:
    case = await placed(desk)
    prints = f"/work/{case['exchange']}/prints"
    for name, status in (("work-other", 404), ("audit-01", 404), ("work-unit", 200)):
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            for print_ in ("receipt", "handover"):
                said = await visitor.get(f"{prints}/{print_}")
                assert (said.status, "<svg" in said.text) == (status, status == 200), name
            assert (await visitor.get(f"{prints}/other")).status == 404
    made = [each["actor"] for each in await desk.entries("print.made") if each["case"] == case["case"]]
    assert made == ["work-unit", "work-unit"]
