"""The values of a message and of its answer as a page shows them: each with the line that made it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from audit.entries import china_time
from gateway.errors import Texts
from gateway.replay.blame import Blame, Part
from gateway.replay.made import Made
from gateway.shown import is_plain, shown
from gateway.store.approvals import Approval
from gateway.store.releases import Activation
from mappings.canonical.shape import CASE

_TYPES: tuple[tuple[type, Texts], ...] = (
    (bool, ("是否", "flag")),
    (int, ("整数", "integer")),
    (float, ("数", "number")),
    (str, ("文本", "text")),
    (dict, ("对象", "object")),
    (list, ("列表", "list")),
)
_NOTHING: Texts = ("空", "nothing")


class Value(NamedTuple):
    """One value. row: of a code table; differs: made again, it is another."""

    target: str
    value: Any
    type: Texts
    length: int
    source: str
    words: tuple[str, ...]
    at: str
    row: str
    differs: bool


class Traced(NamedTuple):
    """One mapping, and what it made. refused: paths and codes of what it could not carry."""

    name: str
    mapping: str
    digest: str
    values: tuple[Value, ...]
    refused: tuple[tuple[str, str], ...]


class Opened(NamedTuple):
    """An exchange's values: those that were sent, those that were answered; on whose release."""

    erased: bool
    parts: tuple[Traced, ...]
    release: str
    activated: Activation | None
    approved: tuple[Approval, ...]
    activated_at: str | None


def opened(blame: Blame, *, values: bool) -> Opened:
    """values: as they stand."""
    parts = (("sent", blame.sent), ("answered", blame.answered))
    traced = tuple(_traced(name, part, values=values) for name, part in parts if part)
    at = china_time(blame.activated.at_ms) if blame.activated else None
    return Opened(blame.erased, traced, blame.exchange.release, blame.activated, blame.approved, at)


def _traced(name: str, part: Part, *, values: bool) -> Traced:
    rows = tuple(_value(each, values=values, differs=each.target in part.changed) for each in part.values)
    return Traced(name, part.mapping, part.digest, rows, part.refused)


def _value(each: Made, *, values: bool, differs: bool) -> Value:
    step = each.step
    return Value(
        each.target, each.shown(values=values), type_of(each.value), length_of(each.value),
        step.source if step else "", step.words if step else (), f"{step.file}:{step.line}" if step else "",
        each.row(values=values) or "", differs,
    )  # fmt: skip


def type_of(value: Any) -> Texts:
    return next((texts for kind, texts in _TYPES if isinstance(value, kind)), _NOTHING)


def length_of(value: Any) -> int:
    """Characters of a text, elements of a list or an object; 0 for nothing."""
    if value is None:
        return 0
    return len(value) if isinstance(value, str | list | dict) else len(str(value))


class Field(NamedTuple):
    """One value of a document, by its path."""

    path: str
    value: Any
    type: Texts
    length: int


def fields(part: Any, path: str = "", *, values: bool) -> Iterator[Field]:
    """Every value of a canonical case, masked unless `values`."""
    if isinstance(part, Mapping):
        for name, each in part.items():
            yield from fields(each, f"{path}.{name}" if path else name, values=values)
    elif isinstance(part, list):
        for place, each in enumerate(part):
            yield from fields(each, f"{path}[{place}]", values=values)
    else:
        seen = part if values else shown(part, is_plain=is_plain(CASE, path))
        yield Field(path, seen, type_of(part), length_of(part))


def span(milliseconds: int) -> Texts:
    """A stretch of time in its two greatest units."""
    seconds = milliseconds // 1000
    for unit_s, next_s, chinese, english in (
        (86_400, 3_600, ("天", "小时"), ("d", "h")),
        (3_600, 60, ("小时", "分"), ("h", "min")),
        (60, 1, ("分", "秒"), ("min", "s")),
    ):
        if seconds >= unit_s:
            many, few = seconds // unit_s, seconds % unit_s // next_s
            return f"{many}{chinese[0]}{few}{chinese[1]}", f"{many} {english[0]} {few} {english[1]}"
    return (f"{seconds}秒", f"{seconds} s") if seconds else (f"{milliseconds}毫秒", f"{milliseconds} ms")
