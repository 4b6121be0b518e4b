"""A page for paper: everything inside one file, nothing from elsewhere, no script; every value escaped."""

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path

import segno

from gateway.prints.stamp import Stamp

Row = tuple[str, str, str]  # Chinese, English, value
QUIET = 4  # modules of white round a QR code (ISO/IEC 18004)


@cache
def _style() -> str:
    return (Path(__file__).parent / "sheet.css").read_text("utf-8")


def page(title: tuple[str, str], stamp: Stamp, body: Iterable[str]) -> str:
    """The whole document. The title names nobody: browsers print it, and keep it in their history."""
    chinese, english = title
    return "".join((
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
        f"<title>{escape(chinese)} {escape(stamp.number)}</title><style>{_style()}</style></head><body>",
        f"<header><div><h1>{escape(chinese)}</h1><small>{escape(english)}</small>",
        f'<div class="number">办件编号 No. {escape(stamp.number)}</div></div>',
        f'<div class="qr">{qr(stamp.text)}{escape(stamp.code)}<br>核验码 verification code</div></header>',
        *body,
        "</body></html>\n",
    ))  # fmt: skip


def qr(text: str) -> str:
    """The QR code as inline SVG, one path of dark modules, with its quiet zone."""
    matrix = segno.make_qr(text, error="m", boost_error=False).matrix
    size = len(matrix) + 2 * QUIET
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, bit in enumerate(row)
        if bit
    )
    drawn = f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{dark}" fill="#000"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">{drawn}</svg>'


def facts(rows: Sequence[Row]) -> str:
    """A table of names and values; what has no value is left out."""
    shown = (
        f"<tr><th>{escape(chinese)}<small>{escape(english)}</small></th><td>{escape(value)}</td></tr>"
        for chinese, english, value in rows
        if value
    )
    return f'<table class="facts"><tbody>{"".join(shown)}</tbody></table>'


def grid(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """A table with headings that are repeated on every sheet of paper."""
    head = "".join(
        f"<th>{escape(chinese)}<small>{escape(english)}</small></th>" for chinese, english in heads
    )
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def notes(lines: Iterable[tuple[str, str]]) -> str:
    shown = "".join(f"<li>{escape(zh)} <small>{escape(en)}</small></li>" for zh, en in lines)
    return f'<ol class="notes">{shown}</ol>'


def hands(left: str, right: str) -> str:
    """Room for two to sign."""
    return f'<div class="hands"><div>{escape(left)}</div><div>{escape(right)}</div></div>'
