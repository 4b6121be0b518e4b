"""What the time machine found, as people and machines read it: lines, or one JSON document."""

from collections.abc import Iterator
from typing import Any

import orjson

from audit.entries import china_time
from gateway.releases.meant import Meant
from gateway.replay.differ import KINDS
from gateway.replay.machine import Compared
from gateway.replay.made import Made
from gateway.replay.tally import Example, Key, Row
from gateway.shown import printable

LACKING = {
    "erased": ("内容已销毁", "erased"),
    "not_kept": ("未留存", "not kept"),
    "locked": ("缺密钥", "its key is not loaded"),
    "unreadable": ("无法解读", "cannot be read"),
    "no_mapping": ("两边都没有映射", "no mapping on either side"),
    "no_old_mapping": ("旧发布没有映射", "no mapping in the old one"),
    "no_new_mapping": ("新发布没有映射", "no mapping in the new one"),
}  # fmt: skip


def lines(compared: Compared, *, values: bool) -> Iterator[str]:
    """A line for everything that differs, and below it the first documents in which it does."""
    for (platform, stem, path, kind, code), row in compared.tally.ordered:
        chinese, english = KINDS[kind]  # type: ignore[index]
        told = f"{kind} {platform} {stem} {path}{f' {code}' if code else ''}"
        yield printable(f"{told}: {row.documents} 件{chinese} / {row.documents}: {english}")
        yield from (printable(f"  {_example(each, values=values)}") for each in row.examples)


def _example(example: Example, *, values: bool) -> str:
    sides = (example.difference.old, example.difference.new)
    if sides == (None, None):
        return example.where
    return f"{example.where}: " + " => ".join(_side(each, values=values) for each in sides)


def _side(made: Made | None, *, values: bool) -> str:
    if made is None:
        return "-"
    shown = made.shown(values=values)
    text = shown if isinstance(shown, str) else orjson.dumps(shown, default=str).decode()
    return f"{text} <- {made.step.file}:{made.step.line}" if made.step else text


def summary(compared: Compared) -> Iterator[str]:
    """How much was replayed, how much of it differs, and what could not be replayed, for people."""
    tally = compared.tally
    yield (
        f"回放 {tally.replayed} 件，不同 {tally.differ} 件 / {tally.replayed} replayed, {tally.differ} differ: "
        f"{_release(compared.old)} => {_release(compared.new)}"
    )
    for why, count in sorted(tally.lacking.items()):
        chinese, english = LACKING[why]
        yield f"不可回放 {count} 件：{chinese} / {count} not replayable: {english}"
    for platform in sorted(tally.unwritten):
        yield f"{platform}: 建不成适配器，只比较了映射 / no adapter can be built: only its mappings were compared"


def _release(side: Meant) -> str:
    by = side.activated
    return side.digest[:19] + (f" ({by.actor} {china_time(by.at_ms)[:16]})" if by else "")


def document(compared: Compared, *, values: bool) -> dict[str, Any]:
    tally = compared.tally
    return {
        "over": compared.order.over,
        "old": _side_document(compared.old),
        "new": _side_document(compared.new),
        "replayed": tally.replayed,
        "differ": tally.differ,
        "not_replayable": {why: tally.lacking[why] for why in LACKING},
        "only_mappings": sorted(tally.unwritten),
        "differences": [_row(key, row, values=values) for key, row in tally.ordered],
    }


def _side_document(side: Meant) -> dict[str, Any]:
    by = side.activated
    activated = {"by": by.actor, "at": china_time(by.at_ms)} if by else None
    return {"release": side.digest, "activated": activated}


def _row(key: Key, row: Row, *, values: bool) -> dict[str, Any]:
    platform, stem, path, kind, code = key
    return {
        "kind": kind, "platform": platform, "operation": stem, "path": path, "code": code or None,
        "documents": row.documents,
        "examples": [
            {"where": each.where, "old": _made(each.difference.old, values=values),
             "new": _made(each.difference.new, values=values)}
            for each in row.examples
        ],
    }  # fmt: skip


def _made(made: Made | None, *, values: bool) -> dict[str, Any] | None:
    if made is None:
        return None
    step = made.step
    return {
        "value": made.shown(values=values),
        "source": step.source if step else None,
        "words": list(step.words) if step else [],
        "at": f"{step.file}:{step.line}" if step else None,
        "table_row": made.row(values=values),
    }
