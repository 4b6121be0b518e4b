"""Sheets (导出): a list as CSV or XLSX, as it stands on its page: masked, with who took it and when on every line.

A sheet is written to a file first, batch by batch, then its entry commits with the digest of its bytes, then it is
sent: what was taken out is on record before anybody has it, and a file found elsewhere can be held against the log.
"""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Protocol

from aiohttp import web

from audit.entries import Entry, Fact
from gateway.web.console.asked import Asked
from gateway.web.console.render import sealed, visible
from gateway.web.console.roll import PRESSED, Column, Roll, Row, Span, parts_of, wanted_of
from gateway.web.console.words import WORDS
from gateway.web.stretch import file_answer
from gateway.web.views.cases import china
from mappings.china_time import CHINA

MOST_ROWS, BATCH = 20_000, 500
# a spreadsheet takes what begins so for a formula, the full-width signs too
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = ("导出人与时间", "taken by, at")
CUT = ("……仅列前 {} 行", "… the first {} lines only")


class Mark(NamedTuple):
    """What stands on every line: who took it, and when. place: of the language in Texts."""

    place: int
    text: str


class Sheet(Protocol):
    """A list that is being written to a file."""

    def __init__(self, file: IO[bytes]) -> None: ...
    def put(self, rows: Sequence[Sequence[str]]) -> None: ...
    def finish(self) -> None: ...


class Table:
    """CSV in UTF-8 with a mark, so that spreadsheets read it as it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)

    def put(self, rows: Sequence[Sequence[str]]) -> None:
        self._writer.writerows([[unformed(cell) for cell in row] for row in rows])

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()


class Book:
    """XLSX, every cell text; its rows go to a file of the library's until it is finished."""

    def __init__(self, file: IO[bytes]) -> None:
        from openpyxl import Workbook  # 0.2 s to import: only who takes one pays

        self._file = file
        self._book = Workbook(write_only=True)
        self._page = self._book.create_sheet()
        self._page.freeze_panes = "A2"

    def put(self, rows: Sequence[Sequence[str]]) -> None:
        from openpyxl.cell import WriteOnlyCell

        for row in rows:
            cells: list[Any] = [WriteOnlyCell(self._page, text) for text in row]
            for cell in cells:
                cell.data_type, cell.number_format = "s", "@"
            self._page.append(cells)

    def finish(self) -> None:
        self._book.save(self._file)


SHEETS: Mapping[str, tuple[type[Sheet], str]] = {
    "csv": (Table, "text/csv; charset=utf-8"),
    "xlsx": (Book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class Written:
    """The bytes of a sheet, any stretch of which can be read; they are gone with it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)

    def read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)

    def digest(self) -> str:
        self._file.seek(0)
        digest = sha256()
        while piece := self._file.read(1 << 16):
            digest.update(piece)
        return digest.hexdigest()


Read = Callable[[Span], Awaitable[list[Row]]]


def sheet(roll: Roll, form: str) -> Callable[[Asked], Awaitable[web.Response]]:
    async def answer(asked: Asked) -> web.Response:
        kind, media = SHEETS[form]
        file = TemporaryFile()  # noqa: SIM115 - it is sent after this returns, and closed with the last who has it
        writing: Sheet = await asyncio.to_thread(kind, file)
        try:
            count = await fill(writing, roll, partial(roll.read, asked), wanted_of(asked, roll), _mark(asked))
        finally:  # also where the list is not there for whoever asks: a book must not be left half written
            await asyncio.to_thread(writing.finish)
        written = Written(file)
        digest = await asyncio.to_thread(written.digest)
        if roll.told is not None:
            await roll.told(asked, count)
        of = asked.request.match_info.get("id")  # the case, the platform: it was found, so it is one
        facts: dict[str, Fact] = {"list": roll.key, "form": form, "rows": count, "sha256": digest}
        await _record(asked, {**facts, "of": of} if of else facts)
        headers = {"Content-Disposition": f'attachment; filename="{_name(asked, roll)}.{form}"'}
        return sealed(file_answer(asked.request, written, media, tag=digest, headers=headers), asked)

    return answer


async def fill(writing: Sheet, roll: Roll, read: Read, wanted: Mapping[str, str], mark: Mark) -> int:
    """How many rows of the list stand in it; where there are more than MOST_ROWS, a last line says so."""
    place, text = mark
    heads = [WORDS[each.word][place] for each in roll.on_paper]
    await asyncio.to_thread(writing.put, [[*heads, MARK[place]]])
    count, parts = 0, tuple[str, ...]()
    while count < MOST_ROWS:
        rows = await read(Span(parts, BATCH, wanted))
        lines = [[*_texts(roll, row, place), text] for row in rows]
        await asyncio.to_thread(writing.put, lines)
        count += len(rows)
        if len(rows) < BATCH:
            return count
        parts = parts_of(roll, rows[-1].behind)
    await asyncio.to_thread(writing.put, [[CUT[place].format(MOST_ROWS), text]])
    return count


def _texts(roll: Roll, row: Row, place: int) -> list[str]:
    pairs = zip(roll.columns, row.cells, strict=True)
    return [text_of(column, value, place) for column, value in pairs if column.kind not in PRESSED]


def text_of(column: Column, value: Any, place: int) -> str:
    """A cell as it stands on the page. place: of the language in Texts."""
    if value is None or value == "":
        return ""
    if column.kind == "time":
        return (china(value) or "")[:19].replace("T", " ")
    if column.kind in ("said", "named"):
        return visible(value[place if column.kind == "said" else 1])
    return visible(value[1][place]) if column.kind == "tone" and value else visible(value)


def unformed(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


async def _record(asked: Asked, facts: Mapping[str, Fact]) -> None:
    """Who took what is on record before it is sent; a failure here means that nothing is."""
    account = asked.somebody
    whole = {"account": account.name, "role": account.role, **facts}
    await asked.gateway.store.write(lambda tx: tx.record(Entry("account.exported", tx.now_ms, whole)))


def _mark(asked: Asked) -> Mark:
    place = 0 if asked.language == "zh" else 1
    return Mark(place, f"{asked.somebody.name} {_now(asked):%Y-%m-%d %H:%M:%S}")


def _name(asked: Asked, roll: Roll) -> str:
    of = asked.request.match_info.get("id")
    return "-".join(filter(None, ("tongban", roll.key, of, f"{_now(asked):%Y%m%d-%H%M%S}")))


def _now(asked: Asked) -> datetime:
    return datetime.fromtimestamp(asked.gateway.clock_ms() / 1000, CHINA)
