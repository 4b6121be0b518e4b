"""The report of a joint test (联调测试报告): as a page and as a spreadsheet, with lines for both signatures.

It holds numbers, codes and times, and no value of any person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO

COLUMNS = ("序号 No.", "测试用例 Case", "预期 Expected", "实际 Actual", "结论 Verdict", "我方编号 Ours",
           "对方编号 Theirs", "对方代码 Their code", "原因 Cause", "尝试 Attempts", "用时 s")  # fmt: skip
_WIDTHS = (8, 36, 14, 14, 10, 34, 24, 14, 18, 10, 8)
_PASSED, _FAILED = "通过 passed", "不符 failed"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one agreed case. actual: the state of its exchange, or the code of a refusal here."""

    title: str
    expected: str
    actual: str
    as_expected: bool
    ours: str = ""
    theirs: str = ""
    code: str = ""
    cause: str = ""
    attempts: int = 0
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Of one run. address: host and port of the test address. checkpoint: the head of this run's own log."""

    platform: str
    title: str
    release: str
    address: str
    begun: datetime
    actor: str
    tried: tuple[Tried, ...]
    checkpoint: str

    @property
    def passed(self) -> int:
        return sum(each.as_expected for each in self.tried)

    @property
    def is_passed(self) -> bool:
        return self.passed == len(self.tried)

    @property
    def facts(self) -> list[tuple[str, str]]:
        verdict = _PASSED if self.is_passed else _FAILED
        return [
            ("平台 Platform", f"{self.title}（{self.platform}）"),
            ("发布 Release", self.release),
            ("测试地址 Test address", self.address),
            ("时间 Time", self.begun.strftime("%Y-%m-%d %H:%M:%S %z")),
            ("执行人 Run by", self.actor),
            ("性质 Nature", "均为测试用例，不计入任何统计 / test cases all of them, in no figures"),
            ("结论 Verdict", f"{verdict}：{self.passed}/{len(self.tried)}"),
        ]


def rows(tried: Iterable[Tried]) -> list[tuple[str, ...]]:
    return [
        (
            str(number), each.title, each.expected, each.actual, _PASSED if each.as_expected else _FAILED,
            each.ours, each.theirs, each.code, each.cause, str(each.attempts), f"{each.took_s:.1f}",
        )
        for number, each in enumerate(tried, 1)
    ]  # fmt: skip


def page(report: Report) -> str:
    """One HTML page that needs nothing else, made to be printed."""
    facts = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in report.facts
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    body = "".join(
        f'<tr class="{"" if each.as_expected else "failed"}">'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for each, row in zip(report.tried, rows(report.tried), strict=True)
    )
    return _PAGE.format(
        title=escape(f"联调测试报告：{report.title}"),
        facts=facts,
        head=head,
        body=body,
        checkpoint=escape(report.checkpoint),
    )


def sheet(report: Report) -> bytes:
    """The same as a spreadsheet; every cell is text, so nothing in it is ever a formula."""
    from openpyxl import Workbook  # 0.2 s to import: only who writes one pays
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    cover = book.active
    cover.title = "联调测试报告"
    for name, value in [*report.facts, ("", ""), *_SIGNED]:
        cover.append([name, value])
    tried = book.create_sheet("用例 Cases")
    tried.append(list(COLUMNS))
    for row in rows(report.tried):
        tried.append(list(row))
    for column, width in enumerate(_WIDTHS, 1):
        tried.column_dimensions[get_column_letter(column)].width = width
    failed = PatternFill("solid", fgColor="FFF2CC")
    for each, cells in zip(report.tried, tried.iter_rows(min_row=2), strict=True):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if not each.as_expected:
                cell.fill = failed
    for at in (cover, tried):
        for line in at.iter_rows():
            for cell in line:
                cell.data_type, cell.number_format = "s", "@"
    for cell in (*tried[1], *cover["A"]):
        cell.font = Font(bold=True)
    cover.column_dimensions["A"].width, cover.column_dimensions["B"].width = 28, 80
    tried.freeze_panes = "C2"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


_SIGNED = [
    ("我方 Our side（签字、日期 signature, date）", "____________________"),
    ("对方 Their side（签字、日期 signature, date）", "____________________"),
]
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 14px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2em; color: #111 }}
table {{ border-collapse: collapse; margin: 1em 0 }}
th, td {{ border: 1px solid #999; padding: .3em .6em; text-align: left; vertical-align: top }}
.cases td {{ overflow-wrap: anywhere }}
.failed td {{ background: #fff2cc; font-weight: 600 }}
.sign td {{ width: 22em; height: 4em }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font-size: 11px }}
@page {{ size: A4 landscape }}
</style></head><body>
<h1>{title}</h1>
<table>{facts}</table>
<table class="cases"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
<table class="sign"><tr><th>我方 Our side</th><td></td><th>对方 Their side</th><td></td></tr></table>
<h2>存证检查点 Checkpoint</h2><pre>{checkpoint}</pre>
</body></html>
"""
