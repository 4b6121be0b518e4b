"""A reconciliation as people and machines read it: lines, one JSON document, a CSV for a spreadsheet."""

import csv
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from audit.entries import china_time
from gateway.reconcile.compare import Difference, Record
from gateway.reconcile.day import Reconciled
from gateway.reconcile.texts import FAULTS, KINDS, MOVED, SETTLED, Texts
from gateway.shown import printable
from gateway.store.sent import Sent

_HEADINGS = (
    "类别 kind", "交换 exchange", "办件 case", "我方编号 ours", "对方编号 theirs", "此处状态 state",
    "接收时间 admitted_at", "清单中我方编号 ours_there", "清单中对方编号 theirs_there", "清单中状态 state_there",
    "清单中时间 at_there", "说明 what", "下一步 next",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(done: Reconciled, file: Path | None) -> Iterator[str]:
    """One line for each bad row, and for each difference that somebody has to look at."""
    where = file or done.order.platform
    for fault in done.faults:
        yield f"{where}:{fault.row}: {' / '.join(FAULTS[fault.code])}"
    for difference in done.findings:
        what, then = _said(done, difference)
        facts = " ".join((_sides(difference.ours, _here), _sides(difference.theirs, _there))).strip()
        yield printable(f"{difference.kind} {facts}: {' / '.join(what)}; {' / '.join(then)}")


def _said(done: Reconciled, difference: Difference) -> tuple[Texts, Texts]:
    """(what it is, what to do next)"""
    what, then = KINDS[difference.kind]
    if done.is_settled(difference):
        return what, SETTLED
    if any(each.exchange in done.moved for each in difference.ours):
        return what, MOVED
    return what, then


def _sides(rows: Any, show: Any) -> str:
    return " ".join(show(each) for each in rows)


def _here(sent: Sent) -> str:
    return f"{sent.exchange} state={sent.state} ours={sent.ours} theirs={sent.theirs or '-'}"


def _there(record: Record) -> str:
    return f"there: ours={record.ours or '-'} theirs={record.theirs or '-'} state={record.state or '-'}"


def document(done: Reconciled) -> dict[str, Any]:
    """Everything, what agrees included."""
    return {
        "platform": done.order.platform,
        "day": done.order.day.isoformat(),
        "source": done.source,
        "sent": done.sent,
        "listed": done.listed,
        "counts": done.counts,
        "settled": sorted(done.settled),
        "moved": sorted(done.moved),
        "bad_rows": [_fault(fault.row, fault.code, kept=fault.kept) for fault in done.faults],
        "differences": [_difference(done, each) for each in done.differences],
    }


def _fault(row: int, code: str, *, kept: bool) -> dict[str, Any]:
    chinese, english = FAULTS[code]
    return {"row": row, "code": code, "kept": kept, "zh": chinese, "en": english}


def _difference(done: Reconciled, difference: Difference) -> dict[str, Any]:
    what, then = _said(done, difference)
    return {
        "kind": difference.kind,
        "settled": done.is_settled(difference),
        "ours": [
            {
                "exchange": each.exchange, "case": each.case, "ours": each.ours, "theirs": each.theirs or None,
                "state": each.state, "known": each.known or None, "admitted_at": china_time(each.admitted_ms),
            }
            for each in difference.ours
        ],
        "theirs": [
            {
                "ours": each.ours or None, "theirs": each.theirs or None, "state": each.state or None,
                "at": _at(each),
            }
            for each in difference.theirs
        ],
        "what": {"zh": what[0], "en": what[1]},
        "next": {"zh": then[0], "en": then[1]},
    }  # fmt: skip


def write_csv(done: Reconciled, path: Path) -> None:
    """UTF-8 with a mark, so that spreadsheets read it; no cell can be taken for a formula. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        for difference in done.differences:
            what, then = (" / ".join(texts) for texts in _said(done, difference))
            for sent, record in zip_longest(difference.ours, difference.theirs):
                cells = (difference.kind, *_sent_cells(sent), *_record_cells(record), what, then)
                writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])


def _sent_cells(sent: Sent | None) -> tuple[str, ...]:
    if sent is None:
        return ("",) * 6
    return sent.exchange, sent.case, sent.ours, sent.theirs, sent.state, china_time(sent.admitted_ms)


def _record_cells(record: Record | None) -> tuple[str, ...]:
    if record is None:
        return ("",) * 4
    return record.ours, record.theirs, record.state, _at(record) or ""


def _at(record: Record) -> str | None:
    return china_time(record.at_ms) if record.at_ms else None
