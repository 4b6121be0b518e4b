"""Guides and comparisons as rows of words, for a table on the screen and for a workbook."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.guides.canonical import GUIDE
from gateway.guides.compare import Line, findings
from gateway.guides.guide import Guide
from gateway.guides.lookup import Known
from gateway.guides.views import MARKS, age, note, title, words
from mappings.canonical.schema import schema

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_CELL = 32_000  # what a cell of a workbook holds
_COLOURS = {"differs": "FCE4D6", "only_here": "FFF2CC", "only_there": "FFF2CC", "unknown": "EDEDED"}
_PARTS = ("materials", "fees", "questions", "situations", "results")
_OF_PARTS = {
    "materials": ("code", "necessity", "form", "kind", "originals", "copies", "count", "trust", "situations",
                  "source", "valid_from", "valid_to"),
    "fees": ("standard", "reducible", "reduction"),
    "situations": ("explained",),
    "results": ("explained",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A table: what stands above it, its headings, its rows, and of each row the mark, if it has one."""

    above: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()


def guide_page(known: Known, now_ms: int) -> Page:
    """Every element that the guide has, in the order of the canonical form."""
    guide = known.guide
    rows = []
    for name, value in _ordered(guide):
        if name == "unit":
            rows += [(title(name, key), words(key, each)) for key, each in value.items()]
        elif name in _PARTS:
            rows += [(title(name), text) for text in _parts(name, value) or ["无 / none"]]
        else:
            rows.append((title(name), words(name, value)))
    return Page((*_above(guide, now_ms), *_told(guide)), ("要素 element", "内容 content"), tuple(rows))


def comparison_page(sides: tuple[Guide, Guide], lines: Sequence[Line], now_ms: int) -> Page:
    """The comparison line by line; the two guides, their age and their findings above it."""
    here, there = sides
    above = [text for guide in sides for text in (*_above(guide, now_ms), *_told(guide))]
    rows = tuple(
        (
            " / ".join(MARKS[line.mark]),
            title(line.element),
            line.name or "—",
            _said(line, line.here),
            _said(line, line.there),
            " / ".join(filter(None, note(line))),
        )
        for line in lines
    )
    headings = (
        "标记 mark",
        "要素 element",
        "项目 name",
        f"本地 {here.division}",
        f"对方 {there.division}",
        "说明 note",
    )
    return Page(tuple(above), headings, rows, tuple(line.mark for line in lines))


def workbook(page: Page) -> bytes:
    """An XLSX file of one page. Every cell is text, whatever it begins with: nothing becomes a formula."""
    from openpyxl import Workbook  # costs a quarter of a second: only a workbook pays
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active or book.create_sheet()
    rows = [*((text,) for text in page.above), page.headings, *page.rows]
    head = len(page.above) + 1
    for number, texts in enumerate(rows, 1):
        mark = page.marks[number - head - 1] if page.marks and number > head else ""
        for place, text in enumerate(texts, 1):
            cell = sheet.cell(number, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_CELL]
            cell.data_type, cell.number_format = "s", "@"
            cell.alignment = Alignment(wrap_text=number >= head, vertical="top")
            cell.quotePrefix = text.startswith(_FORMULA)  # stays text when somebody edits it
            if number == head:
                cell.font = Font(bold=True)
            if mark in _COLOURS:
                cell.fill = PatternFill("solid", fgColor=_COLOURS[mark])
    for place in range(1, len(page.headings) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 18 if place < 3 else 40
    sheet.freeze_panes = f"A{head + 1}"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _ordered(guide: Guide) -> list[tuple[str, Any]]:
    return [(name, guide.elements[name]) for name in schema(GUIDE)["properties"] if name in guide.elements]


def _above(guide: Guide, now_ms: int) -> tuple[str, ...]:
    chinese, english = age(guide, now_ms)
    version = f"版本 {guide.version}，" if guide.version else ""
    since = f"自 {guide.valid_from} 起有效" if guide.valid_from else "生效日期未说明"
    return (
        f"{guide.division} {guide.code} {guide.elements['name']}",
        f"{version}{since}；来源 {guide.source}；截至 {chinese} / as of {english}",
    )


def _told(guide: Guide) -> list[str]:
    return [f"! {each.text('zh')} / {each.text('en')}" for each in findings(guide)]


def _parts(name: str, parts: Sequence[dict[str, object]]) -> list[str]:
    if name == "questions":
        return [f"问：{each['question']}\n答：{each['answer']}" for each in parts]
    return [
        f"{place}. {each['name']}"
        + "".join(f"；{title(name, key)}：{words(key, each[key])}" for key in _OF_PARTS[name] if key in each)
        for place, each in enumerate(parts, 1)
    ]


def _said(line: Line, value: object) -> str:
    return words(line.element, value) or "—"
