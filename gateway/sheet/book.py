"""The sheet as a workbook (XLSX): a cover to be signed, a page for each mapping, one for each code table.

Every cell is text, whatever it begins with: nothing that anybody wrote becomes a formula.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from audit.entries import china_time
from gateway.sheet.codes import Codes
from gateway.sheet.fields import Line
from gateway.sheet.sheet import Operation, Sheet

FIELDS = (  # heading, width in characters
    ("序号 no.", 6), ("目标字段 target", 28), ("必填 presence", 14), ("来源 source", 34),
    ("规范名称 canonical title", 30), ("条件 condition", 30), ("处理 words", 48), ("代码表 table", 16),
    ("固定值或缺省值 constant or default", 18), ("出处 written at", 30),
)  # fmt: skip
CODES = (
    ("我方代码 ours", 18), ("对方代码 theirs", 18), ("自（含）from", 16),
    ("止（不含）to", 16),     ("备注 note", 40), ("出处 written at", 34),
)  # fmt: skip
MAPPINGS = (
    ("映射 mapping", 24), ("名称 title", 28), ("由 from", 24), ("成 to", 24), ("字段数 fields", 12),
    ("摘要 digest", 74),
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LINE = "＿" * 12
_HEAD = PatternFill("solid", fgColor="DDEBF7")
_EDGE = Side(style="thin", color="A6A6A6")
_EDGED, _BOLD = Border(_EDGE, _EDGE, _EDGE, _EDGE), Font(bold=True)
_ALIGNED = Alignment(wrap_text=True, vertical="top")


@dataclass(slots=True)
class _Page:
    """One worksheet, written from its top."""

    page: Worksheet
    row: int = 0

    def put(self, *texts: str, edged: bool = False) -> None:
        """The next row; an empty one if there are no texts."""
        self.row += 1
        for place, text in enumerate(texts, 1):
            cell = self.page.cell(self.row, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"  # whatever it was taken for
            cell.number_format, cell.alignment = "@", _ALIGNED
            if text.startswith(_FORMULA):
                cell.quotePrefix = True  # stays text when somebody edits it
            if edged:
                cell.border = _EDGED

    def head(self, columns: Sequence[tuple[str, int]], foot: str) -> None:
        """The headings, repeated on every printed page, with `foot` below."""
        self.put(*(heading for heading, _ in columns), edged=True)
        page = self.page
        for place, (_, width) in enumerate(columns, 1):
            page.cell(self.row, place).font, page.cell(self.row, place).fill = _BOLD, _HEAD
            page.column_dimensions[get_column_letter(place)].width = width
        page.print_title_rows = f"{self.row}:{self.row}"
        page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.oddFooter.left.text, page.oddFooter.right.text = foot, "&P / &N"


def workbook(sheet: Sheet) -> bytes:
    """An XLSX file."""
    book = Workbook()
    book.remove(book.active)
    _cover(_page(book, "封面 cover"), sheet)
    for operation in sheet.operations:
        _operation(_page(book, operation.stem), sheet, operation)
    for codes in sheet.codes:
        _codes(_page(book, f"表 {codes.name}"), sheet, codes)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cover(page: _Page, sheet: Sheet) -> None:
    page.put("字段对照表 field by field", f"{sheet.title} {sheet.platform}")
    page.put("发布 release", sheet.release)
    page.put("发布人 activated by", sheet.activated or "未发布 / not in force")
    page.put("日期 date", china_time(sheet.at_ms)[:10])
    page.put()
    page.head(MAPPINGS, sheet.release)
    for each in sheet.operations:
        fields = str(len(each.lines))
        page.put(each.stem, each.title, each.reads, each.writes, fields, each.digest, edged=True)
    page.put()
    page.put("我方 our side", "", "", "对方 their side")
    for what in ("单位 unit", "签字 signature", "日期 date"):
        page.put(what, _LINE, "", what, _LINE)


def _operation(page: _Page, sheet: Sheet, operation: Operation) -> None:
    page.put(f"{sheet.title} {sheet.platform}", "", operation.stem, operation.title)
    page.put(f"{operation.reads} → {operation.writes}", "", operation.file, operation.digest)
    if operation.items:
        page.put("仅用于事项 only for items", "", ", ".join(operation.items))
    page.head(FIELDS, sheet.release)
    for place, line in enumerate(operation.lines, 1):
        page.put(*_cells(place, line), edged=True)


def _cells(place: int, line: Line) -> tuple[str, ...]:
    return (
        str(place), line.target, line.presence, line.source, line.title, line.condition, "\n".join(line.words),
        line.table, line.constant, line.at,
    )  # fmt: skip


def _codes(page: _Page, sheet: Sheet, codes: Codes) -> None:
    page.put(f"{sheet.title} {sheet.platform}", "", codes.name, codes.title)
    page.put(codes.source)
    page.head(CODES, sheet.release)
    for row in codes.rows:
        page.put(row.ours, row.theirs, row.since, row.until, row.note, row.at, edged=True)


def _page(book: Workbook, wanted: str) -> _Page:
    """A new worksheet, under a name that it may have and that no other one has."""
    name = _NOT_IN_NAMES.sub("_", wanted)[:_LONGEST_NAME]
    taken, number = {each.casefold() for each in book.sheetnames}, 2
    while name.casefold() in taken:
        ending = f"~{number}"
        name, number = name[: _LONGEST_NAME - len(ending)] + ending, number + 1
    return _Page(book.create_sheet(name))
