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

_MOST_SHAPES = 16  # of one kind
_MOST_KINDS = 1_000
_ESCAPED = bytes(range(0x20)) + b"\\"  # an entry with none of these has no escape: every text stands as it is
_PLAIN = '[^"]*+'
_NAME = re.compile(_PLAIN)
_TEXT = f'"{_PLAIN}"'
_ANY = rf"(?:{_TEXT}|0|-?[1-9][0-9]{{0,17}}+|true|false|\[(?:{_TEXT}(?:,{_TEXT})*+)?\])"
_OF = {
    "v": str(VERSION),
    "kind": f'"(?P<kind>{_PLAIN})"',
    "at": rf'"(?P<second>[^"]{{19}})\.(?P<fraction>[0-9]{{3}}){re.escape(SAME_TIME)}"',
    "exchange": f'"(?P<exchange>{_PLAIN})"',
    "case": f'"(?P<case>{_PLAIN})"',
}
_NAMED = ("kind", "exchange", "case", "second", "fraction")


class Outline(NamedTuple):
    """Kind and time (epoch ms) of an entry, the exchange and the case that it names, if it does."""

    kind: str
    exchange: str | None
    case: str | None
    at_ms: int


@dataclass(slots=True)
class Outlines:
    """Reads entry after entry, and learns their shapes on the way."""

    _shapes: dict[object, list["re.Pattern[str]"]] = field(default_factory=dict)

    def read(self, body: bytes, kind: object) -> Outline:
        """kind: what stands beside the entry; it only says where to begin. Raises RecordUnreadable."""
        plain = len(body.translate(None, _ESCAPED)) == len(body)
        shapes = self._shapes.get(kind, ()) if plain else ()
        if shapes:
            try:
                text = body.decode("utf-8")
            except UnicodeDecodeError:
                raise RecordUnreadable("no UTF-8") from None
            for shape in shapes:
                if found := shape.fullmatch(text):
                    named, exchange, case, second, fraction = found.group(*_NAMED)
                    return Outline(named, exchange, case, second_ms(second) + int(fraction))
        record = read_record(body)
        if plain:
            self._learn(kind, record)
        return Outline(record.kind, record.text("exchange"), record.text("case"), record.at_ms)

    def _learn(self, kind: object, record: Record) -> None:
        shapes = self._shapes.setdefault(kind, []) if len(self._shapes) < _MOST_KINDS else []
        keys = [*record.facts, "v", "kind", "at"]
        named = (record.facts.get(each, "") for each in ("exchange", "case"))
        if (
            len(shapes) < _MOST_SHAPES
            and all(isinstance(each, str) for each in named)
            and all(map(_NAME.fullmatch, keys))  # with a quotation mark in it, one key could pass for two
        ):
            shapes.append(_shape(keys))


def _shape(keys: Sequence[str]) -> "re.Pattern[str]":
    """Matches the canonical entries that have exactly these keys, no escapes and no integer beyond 18 digits.

    What an entry does not name is a group of it all the same, one that takes no part.
    """
    pairs = (f'"{re.escape(key)}":{_OF.get(key, _ANY)}' for key in sorted(keys))
    unnamed = (f"(?P<{each}>(?!))?" for each in ("exchange", "case") if each not in keys)
    return re.compile(rf"\{{{','.join(pairs)}\}}{''.join(unnamed)}")
