"""What is taken out of the console: as it stands on its page, marked, harmless to a spreadsheet, and on record."""

import csv
import io
import re
from hashlib import sha256

import pytest
from openpyxl import load_workbook

from gateway.web.console.asked import Asked
from gateway.web.console.desks.pages import ROLLS
from gateway.web.console.render import visible
from gateway.web.console.roll import Column, Roll, Row, Span
from gateway.web.console.sheets import BATCH, CUT, MOST_ROWS, Book, Mark, Table, fill, unformed
from gateway.web.console.words import WORDS
from tests.console.conftest import Desk
from tests.console.filled import Filled
from tests.console.nasty import NASTY
from tests.console.visitor import Visitor, visiting


async def taken(visitor: Visitor, path: str) -> tuple[bytes, dict[str, str]]:
    """The bytes of a sheet, and its headers."""
    headers = {"Cookie": f"tongban-console={visitor.token}"}
    async with visitor.client.get(f"{visitor.address}/console{path}", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read(), dict(answer.headers)


def lines(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("roll", ROLLS, ids=lambda roll: roll.name)
async def test_every_list_is_taken_as_a_table_and_as_a_book_that_say_the_same(
    desk: Desk, filled: Filled, roll: Roll
) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter({"accounts": "admin-01", "work": "window-01"}.get(roll.name, "audit-01"))
        table, _ = await taken(visitor, f"/{roll.name}.csv?lang=en")
        book, _ = await taken(visitor, f"/{roll.name}.xlsx?lang=en")
    head, *rows = lines(table)
    page = load_workbook(io.BytesIO(book)).worksheets[0]
    cells = [[str(cell or "") for cell in row] for row in page.iter_rows(values_only=True)]
    assert head == [*(WORDS[each.word][1] for each in roll.on_paper), "taken by, at"]
    assert {len(row) for row in rows} <= {len(head)} and page.freeze_panes == "A2"
    if roll.name == "checkpoints":  # every entry that is made here may be signed meanwhile
        return
    assert [row[:-1] for row in cells] == [
        [cell.removeprefix("'") for cell in row[:-1]] for row in (head, *rows)
    ]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}


async def test_who_took_it_and_when_stands_on_every_line_and_its_digest_in_the_log(
    desk: Desk, filled: Filled
) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        raw, headers = await taken(visitor, "/unsigned.csv?platform=sim-gd")
    rows = lines(raw)
    assert len(rows) == 1 + len(filled.unsigned)
    assert all(re.fullmatch(r"audit-01 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[-1]) for row in rows[1:])
    entry = (await desk.entries("account.exported"))[-1]
    assert (entry["account"], entry["role"], entry["list"], entry["form"]) == (
        "audit-01",
        "auditor",
        "unsigned",
        "csv",
    )
    assert (entry["rows"], entry["sha256"]) == (len(filled.unsigned), sha256(raw).hexdigest())
    assert headers["Content-Disposition"].startswith('attachment; filename="tongban-unsigned-')
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_hostile_values_come_out_as_text(desk: Desk, filled: Filled) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        rows = lines((await taken(visitor, "/held.csv"))[0])
    assert [row for row in rows if visible(NASTY) in row]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
)
def test_what_a_spreadsheet_takes_for_a_formula_is_text(text: str) -> None:
    assert unformed(text) == f"'{text}"
    file, book = io.BytesIO(), io.BytesIO()
    table = Table(file)
    table.put([[text, "平常"]])
    table.finish()
    assert next(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))) == [
        f"'{text}",
        "平常",
    ]
    written = Book(book)
    written.put([[text]])
    written.finish()
    cell = load_workbook(io.BytesIO(book.getvalue())).worksheets[0]["A1"]
    assert cell.data_type != "f" and cell.number_format == "@"


def test_plain_values_stay_as_they_are() -> None:
    assert [unformed(text) for text in ("", "模拟", "1-1", "GD=1")] == ["", "模拟", "1-1", "GD=1"]


async def test_a_sheet_has_an_end_however_long_its_list_is() -> None:
    """A list without an end is read in batches, no further than the bound, and the last line says so."""
    behind: list[tuple[str, ...]] = []

    async def endless(asked: Asked, span: Span) -> list[Row]:
        return await read(span)

    async def read(span: Span) -> list[Row]:
        behind.append(span.behind)
        first = int(span.behind[0]) + 1 if span.behind else 0
        return [Row(str(number), (number,)) for number in range(first, first + span.most)]

    roll = Roll("held", (Column("number", "number"),), re.compile(r"([0-9]+)"), endless)
    file = io.BytesIO()
    table = Table(file)
    count = await fill(table, roll, read, {}, Mark(1, "x"))
    table.finish()
    assert count == MOST_ROWS == BATCH * len(behind) and behind[1] == (str(BATCH - 1),)
    rows = lines(file.getvalue())
    assert len(rows) == MOST_ROWS + 2 and rows[-1] == [CUT[1].format(MOST_ROWS), "x"]


async def test_what_a_search_finds_is_taken_whole_and_on_record_and_nothing_of_another_scope(
    desk: Desk, filled: Filled
) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("audit-01")
        page = (await visitor.post("/search", state="refused", here="341702")).text
        assert 'formaction="/console/search.xlsx"' in page and 'action="/console/search.csv"' in page
        raw, headers = await posted(visitor, "/search.csv", state="refused", here="341702")
        book, _ = await posted(visitor, "/search.xlsx", state="refused", here="341702")
        everything, _ = await posted(visitor, "/search.csv")
    refused = {each.case_id for each in filled.submits if each.state == "refused"}
    rows = lines(raw)
    assert refused <= {row[0] for row in rows[1:]} and headers["Content-Disposition"].startswith("attachment")
    assert all(re.fullmatch(r"audit-01 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[-1]) for row in rows[1:])
    cells = load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)
    assert [row[0] for row in cells][1:] == [row[0] for row in rows[1:]]
    assert {each.case_id for each in filled.submits} <= {row[0] for row in lines(everything)}
    searched = (await desk.entries("account.searched", readings=True))[-1]
    assert (searched["account"], searched["found"]) == ("audit-01", len(rows) - 1)
    exported = (await desk.entries("account.exported"))[-1]
    assert (exported["list"], exported["rows"]) == ("search", len(lines(everything)) - 1)
    async with visiting(desk) as visitor:
        await visitor.enter("audit-far")
        assert lines((await posted(visitor, "/search.csv", state="refused"))[0])[1:] == []
    async with visiting(desk) as visitor:
        await visitor.enter("admin-01")
        assert (await visitor.post("/search.csv")).status == 404


async def posted(visitor: Visitor, path: str, **form: str) -> tuple[bytes, dict[str, str]]:
    """The bytes of a sheet that a form asks for, and its headers."""
    headers = {"Cookie": f"tongban-console={visitor.token}"}
    sent = {"seal": visitor.seal, **form}
    async with visitor.client.post(f"{visitor.address}/console{path}", data=sent, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read(), dict(answer.headers)
