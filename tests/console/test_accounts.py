"""Accounts at the console: an administrator keeps those of their own scope, and sees nothing else at all."""

from collections.abc import Mapping

import pytest

from gateway.accounts import keeping
from gateway.accounts.account import Scope
from gateway.store.accounts import AccountRow
from gateway.web.console.words import WORDS
from tests.console.conftest import Desk, opened
from tests.console.terminal import HASHED, PASSWORD
from tests.console.test_console import LANGUAGES, entered, picture, word
from tests.console.visitor import visiting

NEW = "another-password-0002"
GOOD = {
    "act": "add", "name": "made-01", "role": "operator", "divisions": "341702 440232", "units": "", "until": "",
    "subject": "", "password": PASSWORD, "again": PASSWORD,
}  # fmt: skip


async def put(desk: Desk, name: str, role: str = "operator", divisions: str = "*", units: str = "") -> str:
    row = AccountRow(name, role, divisions, units, "", HASHED)
    assert await keeping.add(desk.service.gateway.store, row, actor="test")
    return name


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_an_administrator_makes_an_account_that_works_at_once_and_ends_it_at_once(
    desk: Desk, locale: str
) -> None:
    name = f"made-{locale}"
    async with await desk.browser.new_context(locale=locale) as context:
        page, complaints = await entered(desk, context, "administrator")
        assert page.url == f"{desk.home}/accounts" and await page.inner_text("h1") == word("accounts", locale)
        assert await page.locator("nav a").count() == 1
        await page.click("summary")
        for field, value in {
            "name": name,
            "divisions": "341702",
            "password": PASSWORD,
            "again": PASSWORD,
        }.items():
            await page.fill(f"#add [name={field}]", value)
        await page.select_option("#add [name=role]", "auditor")
        await page.fill("#add [name=until]", "2099-12-31")
        await opened(page, "#add button")
        assert word("told_added", locale) in await page.inner_text("[role=status]")
        row = page.locator("tbody tr", has_text=name)
        assert "2099-12-31" in await row.inner_text() and "341702" in await row.inner_text()
        await picture(desk, page, f"administrator-accounts-{locale}")
        async with visiting(desk) as visitor:
            await visitor.enter(name)
            assert (await visitor.get("/checkpoints")).status == 200
            await opened(page, f"tr:has-text('{name}') button[value=disable]")
            assert word("told_disabled", locale) in await page.inner_text("[role=status]")
            assert (await visitor.get("/checkpoints")).leads_to == "/console/sign-in"
            assert (await visitor.sign_in(name)).status == 401
        assert complaints == []
    added = (await desk.entries("account.added"))[-1]
    assert (added["account"], added["role"], added["divisions"], added["until"], added["actor"]) == (
        name, "auditor", ["341702"], "2099-12-31", "admin-01",
    )  # fmt: skip
    ended = (await desk.entries("account.disabled"))[-1]
    assert (ended["account"], ended["actor"]) == (name, "admin-01") and PASSWORD not in str([added, ended])


async def test_a_password_that_is_changed_ends_the_sessions_and_stands_nowhere(desk: Desk) -> None:
    name = await put(desk, "changed-01")
    async with visiting(desk) as visitor, visiting(desk) as admin:
        await visitor.enter(name)
        await admin.enter("admin-01")
        said = await admin.post("/accounts", act="password", name=name, password=NEW, again=NEW)
        assert (said.status, said.leads_to) == (303, "/console/accounts?told=password_changed")
        assert NEW not in (await admin.get("/accounts?told=password_changed")).text
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"
        assert (await visitor.sign_in(name)).status == 401
        assert (await visitor.sign_in(name, NEW)).status == 303
    changed = (await desk.entries("account.password_changed"))[-1]
    assert (changed["account"], changed["actor"]) == (name, "admin-01")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": "341702198803150013"}, "no_account_name"),
        ({"name": ""}, "no_account_name"),
        ({"name": "admin-01"}, "account_is_there"),
        ({"role": "king"}, "no_role"),
        ({"divisions": ""}, "no_places"),
        ({"divisions": "34"}, "no_places"),
        ({"units": "1144"}, "no_units"),
        ({"until": "tomorrow"}, "no_last_day"),
        ({"password": "short", "again": "short"}, "unfit_password"),
        ({"again": PASSWORD + "x"}, "unfit_password"),
        ({"subject": "somebody"}, "subject_or_password"),
        ({"subject": "a b", "password": "", "again": ""}, "subject_or_password"),
    ],
    ids=str,
)
async def test_what_is_no_account_is_told_and_not_made(
    desk: Desk, wrong: Mapping[str, str], why: str
) -> None:
    before = len(await desk.entries("account.added"))
    async with visiting(desk) as admin:
        await admin.enter("admin-01")
        said = await admin.post("/accounts", **{**GOOD, **wrong})
    assert (said.status, WORDS[why][0] in said.text) == (400, True)
    assert PASSWORD not in said.text and len(await desk.entries("account.added")) == before


async def test_who_signs_in_elsewhere_is_made_without_a_password(desk: Desk) -> None:
    async with visiting(desk) as admin:
        await admin.enter("admin-01")
        form = {**GOOD, "name": "elsewhere-02", "subject": "248289761009", "password": "", "again": ""}
        assert (await admin.post("/accounts", **form)).status == 303
        assert (await admin.sign_in("elsewhere-02", "")).status == 401
        await admin.sign_in("admin-01")
        await admin.get("/accounts")
        again = await admin.post("/accounts", **{**form, "name": "elsewhere-03"})
        assert WORDS["account_is_there"][0] in again.text  # of that subject
        said = await admin.post("/accounts", act="password", name="elsewhere-02", password=NEW, again=NEW)
        assert (said.status, WORDS["subject_or_password"][0] in said.text) == (400, True)
    assert (await desk.entries("account.added"))[-1]["elsewhere"] is True


async def test_an_administrator_of_a_place_keeps_the_accounts_of_that_place_and_knows_of_no_others(
    desk: Desk,
) -> None:
    await put(desk, "admin-chizhou", "administrator", "341700")
    within = await put(desk, "within-01", divisions="341702")
    beyond = await put(desk, "beyond-01", divisions="341702 440232")
    async with visiting(desk) as admin:
        await admin.enter("admin-chizhou")
        page, sheet = (await admin.get("/accounts")).text, (await admin.get("/accounts.csv")).text
        for name, seen in ((within, True), ("admin-chizhou", True), (beyond, False), ("ops-01", False)):
            assert (name in page, name in sheet) == (seen, seen or name == "admin-chizhou"), name
        for divisions in ("*", "340000", "341702 440232"):
            said = await admin.post("/accounts", **{**GOOD, "name": "more-01", "divisions": divisions})
            assert (said.status, WORDS["beyond_scope"][0] in said.text) == (400, True)
        for name in (beyond, "ops-01", "nobody-there"):
            for form in ({"act": "disable"}, {"act": "password", "password": NEW, "again": NEW}):
                assert (await admin.post("/accounts", name=name, **form)).status == 404, name
        assert (
            await admin.post("/accounts", **{**GOOD, "name": "more-02", "divisions": "341702"})
        ).status == 303
        assert (await admin.post("/accounts", act="disable", name=within)).status == 303
        said = await admin.post("/accounts", act="disable", name="admin-chizhou")
        assert (said.status, WORDS["not_oneself"][0] in said.text) == (400, True)
        assert (await admin.post("/accounts", act="anything", name=within)).status == 400


@pytest.mark.parametrize("name", ["audit-01", "ops-01", "engineer-01", "window-01"])
async def test_nobody_else_sees_or_keeps_accounts(desk: Desk, name: str) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter(name)
        for path in ("/accounts", "/accounts.csv", "/accounts.xlsx"):
            assert (await visitor.get(path)).status == 404
        assert (await visitor.post("/accounts", **GOOD)).status == 404


def test_a_scope_holds_those_that_see_no_more_than_it() -> None:
    whole, city, county = Scope(("",)), Scope(("3417",)), Scope(("341702",))
    unit, two = Scope(("3417",), ("U1",)), Scope(("341702",), ("U1", "U2"))
    assert whole.holds(city) and city.holds(county) and city.holds(unit) and city.holds(city)
    assert not county.holds(city) and not city.holds(whole) and not city.holds(Scope(("3417", "44")))
    assert unit.holds(Scope(("341702",), ("U1",))) and not unit.holds(county) and not unit.holds(two)
