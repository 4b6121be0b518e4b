"""Outlines: of an entry no more than a walk along the log needs, without taking all of it apart.

Entries of one kind mostly have the same keys. What was read in full teaches a shape: a pattern that matches
nothing but canonical entries with exactly these keys. Whatever no shape matches is read in full, so the answer is
always the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.records import SAME_TIME, VERSION, Record, RecordUnreadable, read_record, second_ms

_MOST_SHAPES = 8  # of one kind and number of keys
_MOST_KINDS = 1_000
_PLAIN = r'[^"\\\x00-\x1f]*+'  # without an escape: as it stands in the bytes
_NAME = re.compile(_PLAIN)
_TEXT = f'"{_PLAIN}"'
_ANY = rf"(?:{_TEXT}|0|-?[1-9][0-9]{{0,17}}+|true|false|\[(?:{_TEXT}(?:,{_TEXT})*+)?\])"
_OF = {
    "v": str(VERSION),
    "kind": f'"(?P<kind>{_PLAIN})"',
    "at": rf'"(?P<second>[^"\\]{{19}})\.(?P<fraction>[0-9]{{3}}){re.escape(SAME_TIME)}"',
    "exchange": f'"(?P<exchange>{_PLAIN})"',
    "case": f'"(?P<case>{_PLAIN})"',
}


class Outline(NamedTuple):
    """Kind and time (epoch ms) of an entry, the exchange and the case that it names, if it does."""

    kind: str
    exchange: str | None
    case: str | None
    at_ms: int


@dataclass(slots=True)
class Outlines:
    """Reads entry after entry, and learns their shapes on the way."""

    _shapes: dict[tuple[object, int], list["re.Pattern[str]"]] = field(default_factory=dict)

    def read(self, body: bytes, kind: object) -> Outline:
        """kind: what stands beside the entry; it only says where to begin. Raises RecordUnreadable."""
        like = kind, body.count(b'":')
        shapes = self._shapes.get(like, ())
        if shapes:
            try:
                text = body.decode("utf-8")
            except UnicodeDecodeError:
                raise RecordUnreadable("no UTF-8") from None
            for shape in shapes:
                if found := shape.fullmatch(text):
                    named = found.groupdict()
                    return Outline(
                        named["kind"], named.get("exchange"), named.get("case"),
                        second_ms(named["second"]) + int(named["fraction"]),
                    )  # fmt: skip
        record = read_record(body)
        self._learn(like, record)
        return Outline(record.kind, record.text("exchange"), record.text("case"), record.at_ms)

    def _learn(self, like: tuple[object, int], record: Record) -> None:
        shapes = self._shapes.setdefault(like, []) if len(self._shapes) < _MOST_KINDS else []
        keys, named = (
            [*record.facts, "v", "kind", "at"],
            (record.facts.get(each, "") for each in ("exchange", "case")),
        )
        if (
            len(shapes) < _MOST_SHAPES
            and all(isinstance(each, str) for each in named)
            and all(
                _NAME.fullmatch(key) for key in keys
            )  # with a quotation mark in it, one key could pass for two
        ):
            shapes.append(_shape(keys))


def _shape(keys: Sequence[str]) -> "re.Pattern[str]":
    """Matches the canonical entries that have exactly these keys, no escapes and no integer beyond 18 digits."""
    pairs = (f'"{re.escape(key)}":{_OF.get(key, _ANY)}' for key in sorted(keys))
    return re.compile(rf"\{{{','.join(pairs)}\}}")
