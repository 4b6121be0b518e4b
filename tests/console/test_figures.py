"""Figures are what is counted by hand, and a chart shows what its table says."""

import re
from collections import Counter

import pytest
from lxml import etree

from gateway.clock import china_day
from gateway.store.figures import Finished
from gateway.web.console.desks.charts import Bar, lying, nice, short, upright
from gateway.web.console.desks.parties import spent, with_whom
from tests.browser import fresh
from tests.console.conftest import Desk
from tests.console.filled import DAY_MS, FIX_DAYS_AGO, Filled
from tests.console.test_console import LANGUAGES, entered, picture
from tests.console.visitor import visiting

HOUR_MS = 3_600_000


def rows_of(page: str, section: str) -> list[list[str]]:
    """The cells of the table of a section."""
    part = page.split(f'id="{section}"')[1].split("</table>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", part.split("<tbody>")[1], re.DOTALL)
    found = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines)
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in cells] for cells in found]


async def test_volume_and_ends_are_what_was_admitted(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        page = (await visitor.get("/figures?days=30")).text
    delivered: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for each in filled.submits:
        day = china_day(each.admitted_ms).isoformat()
        delivered[day] += each.state == "delivered"
        refused[day] += each.state == "refused"
    today, rows = china_day(filled.now_ms).isoformat(), rows_of(page, "volume")
    assert len(rows) == 30 and rows[0][0] >= today
    for day, well, badly, *_ in rows:
        if day < today and day not in _unsigned_days(filled):
            assert (int(well), int(badly)) == (delivered[day], refused[day]), day
    for *parts, total in (row[1:] for row in rows):
        assert sum(map(int, parts)) == int(total)


def _unsigned_days(filled: Filled) -> set[str]:
    """Days on which something was handed over besides."""
    return {china_day(filled.now_ms - days * DAY_MS).isoformat() for days in range(9, 15)}


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_fix_is_seen_in_the_returns_before_and_after_its_release(
    desk: Desk, filled: Filled, locale: str
) -> None:
    size = {"width": 1440, "height": 900}
    async with await fresh(desk.browser, locale=locale, viewport=size) as context:  # type: ignore[arg-type]
        page, complaints = await entered(desk, context, "auditor")
        await page.goto(f"{desk.home}/figures")
        await page.select_option("select[name=days]", "7")
        await page.select_option("select[name=boundary]", str(filled.place))
        async with page.expect_navigation():
            await page.click("main form button")
        rows = rows_of(await page.content(), "returns")
        await picture(desk, page, f"auditor-figures-fix-{locale}")
        assert complaints == []
    fix_ms = filled.now_ms - FIX_DAYS_AGO * DAY_MS
    counted: list[int] = []
    for since, until in ((fix_ms - 7 * DAY_MS, fix_ms), (fix_ms, fix_ms + 7 * DAY_MS)):
        counted.append(sum(
            since <= at_ms - 40 < until and kind == "correction_needed" for at_ms, kind, _ in filled.back
        ))  # fmt: skip
    top = next(row for row in rows if "清晰" in row[0] or "cannot be read" in row[0])
    before, after, change = float(top[1]), float(top[2]), float(top[3])
    assert counted[0] > counted[1] and before > after and change == pytest.approx(after - before, abs=0.011)


@pytest.mark.parametrize("query", ["days=31", "days=x", "boundary=x", "boundary=99999"])
async def test_windows_and_boundaries_that_are_none_are_refused(desk: Desk, query: str) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        assert (await visitor.get(f"/figures?{query}")).status == 400


def test_a_case_is_with_each_party_for_as_long_as_it_was() -> None:
    """Received at 0 h, admitted at 2 h, handed over at 3 h, corrected from 5 h to 9 h, served at 20 h."""
    told = [
        ("signed", 4),
        ("correction_needed", 5),
        ("corrected", 9),
        ("granted", 12),
        ("served", 20),
        ("extended", 21),
    ]
    case = Finished(0, 2 * HOUR_MS, 3 * HOUR_MS, [(kind, hour * HOUR_MS) for kind, hour in told])
    hours = {party: took_ms // HOUR_MS for party, took_ms in with_whom(case).items()}
    assert hours == {"receiving": 2, "gateway": 1, "deciding": 2 + 11, "applicant": 4}
    found = {each.party: each for each in spent([case, case])}
    assert found["applicant"].median_days == pytest.approx(4 / 24) and found["applicant"].cases == 2


def test_nothing_is_nothing() -> None:
    assert [each.cases for each in spent([])] == [0, 0, 0, 0]
    for drawn in (upright("x", [], ()), lying("x", [], ())):
        etree.fromstring(str(drawn))


def test_bars_are_as_long_as_their_numbers() -> None:
    tree = etree.fromstring(str(upright("x", [Bar("a", (30, 10)), Bar("b", (20, 0))], ("p", "q"))))
    heights = [float(each.get("height")) for each in tree.iter("{*}rect")]
    assert [round(each / heights[2], 2) for each in heights] == [1.5, 0.5, 1.0]  # no bar for nothing
    tree = etree.fromstring(str(lying("x", [Bar("a", (4.0, 2.0))], ("p", "q"), stacked=False)))
    widths = [float(each.get("width")) for each in tree.iter("{*}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1.0), (1, 1.0), (1.4, 2.0), (2, 2.0), (4, 5.0), (7, 10.0), (18, 20.0), (0.03, 0.05)]
)
def test_an_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert nice(most) == pytest.approx(top)


def test_numbers_have_as_few_digits_as_say_them() -> None:
    assert [short(each) for each in (0, 3, 3.54, 0.127, 0.001, 1200)] == [
        "0",
        "3",
        "3.5",
        "0.13",
        "0",
        "1200",
    ]
