"""Every list of the console has its sheets, and each says what its page says: a list added without them fails."""

import csv
import io
import re
from importlib import import_module
from pkgutil import walk_packages

import pytest
from lxml import html
from openpyxl import load_workbook

from gateway.accounts.account import MAY
from gateway.web import console
from gateway.web.console.desks.pages import PARTS, ROLLS
from gateway.web.console.doors import PAGES
from gateway.web.console.roll import Roll
from gateway.web.console.sheets import SHEETS
from tests.browser import fresh
from tests.console.conftest import Desk
from tests.console.filled import Filled
from tests.console.test_console import ACCOUNTS, LANGUAGES, entered, picture
from tests.console.visitor import Visitor, visiting
from tests.shape.sources import CHECKOUT

LOOKS = CHECKOUT / "gateway" / "web" / "console" / "looks"
# tables that are no lists of business: what one case, or one exchange of it, is made of
OWN = "it is a part of one case, which its evidence bundle has whole"
EXEMPT = {
    "case.html": (5, OWN),  # entries with their proof, timeline, numbers, clocks, contents
    "parcels.html": (1, OWN),
    "joint.html": (1, "it leads to the few parts of one joint case, each of which has a bundle"),
    "settle.html": (1, "it is what is known of one exchange, which the bundle of its case has whole"),
    "stages.html": (1, OWN),  # where each value came from
}


def test_every_table_of_a_template_is_a_list_with_sheets_or_says_why_not() -> None:
    """A table of a list is written in one place, rows.html; who uses it offers the sheets of each list."""
    for path in LOOKS.glob("*.html"):
        text = path.read_text("utf-8")
        if path.name == "rows.html":
            assert text.count("<table") == 1
            continue
        allowed, why = EXEMPT.get(path.name, (0, ""))
        assert (text.count("<table"), bool(why)) == (allowed, allowed > 0), path.name
        shown = len(re.findall(r"\blist_of\(", text))
        assert shown == len(re.findall(r"\bsheets_of\(|/search\.csv\"", text)), path.name


def test_every_list_that_the_program_knows_has_an_address_for_each_of_its_sheets() -> None:
    known = {id(each): each for each in _rolls()}
    addresses = {(page.path, page.desk) for page in PAGES}
    assert {id(each) for each in (*ROLLS, *PARTS)} <= known.keys()
    for roll in known.values():
        for form in SHEETS:
            assert (f"{roll.address}.{form}", roll.name) in addresses, roll.key
    assert len({roll.key for roll in known.values()}) == len(known)


def _rolls() -> list[Roll]:
    modules = [import_module(each.name) for each in walk_packages(console.__path__, f"{console.__name__}.")]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Roll)]


def paths(desk: Desk, filled: Filled, roll: Roll) -> tuple[str, str]:
    """Where the list stands, and where its sheets are, without what they end in."""
    of = desk.case["case"] if roll.name == "readers" else "sim-yb" if roll.part == "drift" else "sim-gd"
    page, sheet = (f"/{roll.page or roll.name}", roll.address.removeprefix("/console"))
    query = f"?days=7&boundary={filled.place}" if roll.part == "compared" else ""
    return page.format(id=of) + query, sheet.format(id=of)


async def sheet_of(visitor: Visitor, path: str, query: str, place: int) -> list[list[str]]:
    """Its rows with their heads, without who took it; as a table and as a book they are the same."""
    lang = f"{query}{'&' if query else '?'}lang={('zh', 'en')[place]}"
    text = (await visitor.get(f"{path}.csv{lang}")).text.removeprefix("\ufeff")
    rows = [row[:-1] for row in csv.reader(io.StringIO(text, newline=""))]
    headers = {"Cookie": f"tongban-console={visitor.token}"}
    async with visitor.client.get(f"{visitor.address}/console{path}.xlsx{lang}", headers=headers) as answer:
        book = load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    cells = [[str(cell or "") for cell in row[:-1]] for row in book.iter_rows(values_only=True)]
    assert cells == [[cell.removeprefix("'") for cell in row] for row in rows]
    return cells


def shown(page: str, sheet: str) -> list[list[str]]:
    """The rows with their heads of the table before the link to the sheet; "–" is nothing."""
    tree = html.fromstring(page)
    [link] = tree.xpath(f'//a[starts-with(@href, "/console{sheet}.csv")]')
    table = link.xpath("preceding::table[1]")[0]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]
    return [["" if cell == "–" else cell for cell in row] for row in rows]


async def looked_at(desk: Desk) -> None:
    """By somebody whose looks are in the log of cases, not in that of the auditors' readings."""
    async with visiting(desk) as visitor:
        await visitor.enter("ops-01")
        assert (await visitor.get(f"/cases/{desk.case['case']}")).status == 200


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "roll", [each for each in PARTS if each.part not in ("drift", "certificates")], ids=lambda roll: roll.key
)
async def test_a_list_beside_others_is_taken_as_it_stands_on_its_page(
    desk: Desk, filled: Filled, roll: Roll, place: int
) -> None:
    path, sheet = paths(desk, filled, roll)
    page_path, _, query = path.partition("?")
    query = f"?{query}" if query else ""
    await looked_at(desk)
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        before = len(await desk.entries("account.exported"))
        lang = f"{query}{'&' if query else '?'}lang={('zh', 'en')[place]}"
        page = (await visitor.get(page_path + lang)).text
        taken = await sheet_of(visitor, sheet, query, place)
    on_page = shown(page, sheet)
    assert taken == on_page and len(taken) > 1
    entries = (await desk.entries("account.exported"))[before:]
    assert [(each["list"], each["form"], each["account"]) for each in entries] == [
        (roll.key, form, "audit-01") for form in ("csv", "xlsx")
    ]
    if "{id}" in roll.page:
        assert {each["of"] for each in entries} == {page_path.rpartition("/")[2]}


async def test_what_one_keeps_and_who_asks_are_taken_too_by_nobody_else(desk: Desk, filled: Filled) -> None:
    kept = {"desk": "held", "query": "platform=sim-gd&operation=case.submit", "name": "=导出"}
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        assert (await visitor.post("/saved", **kept)).leads_to == "/console/saved"
        page, taken = (await visitor.get("/saved?lang=en")).text, await sheet_of(visitor, "/saved", "", 1)
        assert taken[1][:3] == ["=导出", "Held", "Platform = sim-gd, Operation = case.submit"]
        assert [row[:-1] for row in shown(page, "/saved")] == taken
        place = re.search(r'/console/saved/(\d+)"', page)
        assert place
        await visitor.post("/saved/remove", place=place[1])
    async with visiting(desk) as other:
        await other.enter("ops-01")
        assert await sheet_of(other, "/saved", "", 1) == [["Name", "Page", "What it asks for", "Kept"]]


@pytest.mark.parametrize("role", ACCOUNTS)
async def test_a_sheet_is_there_for_whom_its_page_is_there(desk: Desk, filled: Filled, role: str) -> None:
    async with visiting(desk) as visitor:
        await visitor.sign_in(ACCOUNTS[role])
        for roll in (*ROLLS, *PARTS):
            path, sheet = paths(desk, filled, roll)
            query = f"?{path.partition('?')[2]}"
            for form in SHEETS:
                status = await status_of(visitor, f"{sheet}.{form}{query}")
                assert status == (200 if roll.name in MAY[role] else 404), (role, sheet)  # type: ignore[index]


async def status_of(visitor: Visitor, path: str) -> int:
    headers = {"Cookie": f"tongban-console={visitor.token}"}
    async with visitor.client.get(f"{visitor.address}/console{path}", headers=headers) as answer:
        return answer.status


async def test_the_sheets_of_another_scope_are_not_found_or_have_nothing(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        for path in ("/health/sim-gd/answers", "/health/sim-gd/drift", f"/cases/{desk.case['case']}/readers"):
            assert (await visitor.get(f"{path}.csv")).status == 404
            assert (await visitor.get(f"{path}.xlsx")).status == 404
        for path in ("/figures/by_platform", "/figures/returns", "/unmaskings"):
            assert len(await sheet_of(visitor, path, "", 1)) == 1, path


@pytest.mark.parametrize("query", ["days=31", "boundary=x", ""])
async def test_figures_that_are_none_are_refused_as_a_sheet_too(desk: Desk, query: str) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        assert (await visitor.get(f"/figures/compared.csv?{query}")).status == 400


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_lists_and_their_sheets_are_seen_in_a_browser(desk: Desk, filled: Filled, locale: str) -> None:
    await looked_at(desk)
    size = {"width": 1440, "height": 900}
    async with await fresh(desk.browser, locale=locale, viewport=size) as context:  # type: ignore[arg-type]
        page, complaints = await entered(desk, context, "auditor")
        for roll, name in ((PARTS[0], "figures"), (PARTS[-1], "case"), (PARTS[-3], "platform")):
            path, sheet = paths(desk, filled, roll)
            await page.goto(f"{desk.home}{path}")
            async with page.expect_download() as downloading:
                await page.click(f'a[href^="/console{sheet}.csv"]')
            assert (await downloading.value).suggested_filename.startswith(f"tongban-{roll.key}-")
            await picture(desk, page, f"taken-{name}-{locale}")
        assert complaints == []
