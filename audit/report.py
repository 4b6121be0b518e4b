"""What the commands print: lines in two languages for people, JSON for machines, a progress bar."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from audit.bundle import Told
from audit.findings import Finding
from audit.survey import Summary
from audit.verify import Verdict

_BAR_WIDTH = 30
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def verdict_lines(path: str, verdict: Verdict) -> list[str]:
    if verdict.findings or verdict.record is None or verdict.checkpoint is None:
        return [str(finding) for finding in verdict.findings]
    record, checkpoint = verdict.record, verdict.checkpoint
    return [
        f"{path}: 成立 / sound: {record.kind} {record.at}, "
        f"第 {verdict.position} 条 / entry {verdict.position} of {checkpoint.origin}, "
        f"共签 {checkpoint.size} 条 / signed over {checkpoint.size}",
        f"{path}: 内容 / content: {json.dumps(record.facts, ensure_ascii=False, sort_keys=True)}",
        *(
            f"{path}: 共签 / cosigned: {name} {_moment(at_s)}"
            for name, at_s in sorted(verdict.cosigned.items())
        ),
        *(
            f"{path}: 披露 / disclosed: {each.of} {each.path or '(root)'} = {each.value}"
            for each in verdict.fields
        ),
    ]


def _moment(at_s: int) -> str:
    """Seconds since 1970 for people; a witness may have signed any number."""
    try:
        return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return str(at_s)


def verdict_json(path: str, verdict: Verdict) -> dict[str, object]:
    record, checkpoint = verdict.record, verdict.checkpoint
    shown: dict[str, object] = {
        "file": path,
        "sound": not verdict.findings,
        "findings": [finding_json(finding) for finding in verdict.findings],
        "not_compared": list(verdict.apart),
    }
    if verdict.cosigned:
        shown["cosigned"] = dict(verdict.cosigned)
    if verdict.fields:
        shown["disclosed"] = [asdict(each) for each in verdict.fields]
    if record and checkpoint:
        shown["position"] = verdict.position
        shown["entry"] = {"kind": record.kind, "at": record.at, **record.facts}
        signed = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
        shown["checkpoint"] = signed
    return shown


def bundle_lines(path: str, told: Told) -> list[str]:
    if told.findings or told.seal is None:
        return [f"{path}: {finding}" for finding in told.findings]
    fields = sum(len(each.fields) for each in told.verdicts.values())
    signed = told.seal.checkpoint
    return [
        *(line for name, each in told.verdicts.items() for line in verdict_lines(f"{path}/{name}", each)),
        f"{path}: 成立 / sound: 办件 / case {told.case}, {len(told.verdicts)} 条 / entries, "
        f"{fields} 披露 / disclosed, "
        f"日志 / log {signed.origin if signed else '?'}, 共签 / signed over {signed.size if signed else '?'}",
    ]


def bundle_json(path: str, told: Told) -> dict[str, object]:
    return {
        "file": path,
        "sound": not told.findings,
        "case": told.case,
        "findings": [finding_json(finding) for finding in told.findings],
        "proofs": [verdict_json(name, each) for name, each in told.verdicts.items()],
    }


def summary_line(path: str, faults: int, summary: Summary) -> str:
    root = summary.root.hex() if summary.root else "?"
    result = f"{faults} 处问题 / {faults} findings" if faults else "成立 / sound"
    unsigned = summary.size - summary.signed_size
    return (
        f"{path}: {result}: {summary.entries} 条 / entries, {summary.batches} 批 / batches, "
        f"{summary.tiles} 瓦片 / tiles, {summary.checkpoints} 检查点 / checkpoints, "
        f"{summary.exchanges} 交换 / exchanges ({summary.ended} 已终结 / ended), root {root}, "
        f"{unsigned} 条尚未签名 / not yet signed"
        + (f", 纪元 / epoch {summary.epoch}" if summary.epoch > 1 else "")
    )


def survey_json(
    path: str, summary: Summary, *, findings: Sequence[Finding], notices: Sequence[Finding]
) -> dict[str, object]:
    return {
        "file": path,
        "sound": not findings,
        "findings": [finding_json(finding) for finding in findings],
        "notices": [finding_json(notice) for notice in notices],
        **asdict(summary),
        "root": summary.root.hex() if summary.root else None,
    }


def finding_json(finding: Finding) -> dict[str, object]:
    chinese, english = finding.texts
    return {
        "path": finding.path,
        "code": finding.code,
        "facts": dict(finding.facts),
        "zh": chinese,
        "en": english,
    }


def bar(done: int, total: int) -> str:
    """A bar of fixed width with percent and counts; full when there is nothing to do."""
    part = min(1.0, done / total) if total else 1.0
    filled = round(part * _BAR_WIDTH)
    return f"[{'#' * filled}{'-' * (_BAR_WIDTH - filled)}] {part:4.0%} {done}/{total}"


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def show(lines: Sequence[str]) -> None:
    """Print lines; what could move a terminal's cursor or turn its text round is shown as its code."""
    for line in lines:
        sys.stdout.write(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")


def show_json(value: object) -> None:
    show([json.dumps(value, ensure_ascii=False)])


class ProgressBar:
    """Redraws one line of stderr when a percent more is done; silent where nobody watches a terminal."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._percent = -1

    def draw(self, done: int, total: int) -> None:
        percent = done * 100 // total if total else 100
        if self._watched and percent != self._percent:
            self._percent = percent
            sys.stderr.write(f"\r{bar(done, total)}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._watched and self._percent >= 0:
            self._percent = -1
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
