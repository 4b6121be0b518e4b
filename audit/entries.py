"""Entries (存证条目): what is written into the log, and the one way to write it as bytes.

An entry never holds a person's value: identifiers, codes, times, names of fields and salted commitments only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import orjson

VERSION = 1
RESERVED = frozenset({"v", "kind", "at"})
CHINA = timezone(timedelta(hours=8))

Fact = str | int | list[str] | None

_PLAIN = frozenset({str, int, bool})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: its kind (`exchange.admitted` …), when (epoch ms), what is worth proving."""

    kind: str
    at_ms: int
    facts: Mapping[str, Fact]


class Unwritable(ValueError):
    """A fact that no entry can carry: a reserved name, or a value that is no text, integer, list of text."""


def encode(entry: Entry) -> bytes:
    """The entry as canonical JSON: keys sorted by code point, no spaces, UTF-8; facts of None left out.

    `v` is the version of this form, `kind` the kind, `at` the time as RFC 3339 with milliseconds in +08:00.
    Raises Unwritable, which names the fact and never its value.
    """
    written: dict[str, object] = {name: value for name, value in entry.facts.items() if value is not None}
    for name, value in written.items():
        if name in RESERVED or (type(value) not in _PLAIN and not _is_texts(value)):
            raise Unwritable(f"the fact {name!r} of {entry.kind} cannot be written")
    written["v"], written["kind"], written["at"] = VERSION, entry.kind, china_time(entry.at_ms)
    try:
        return orjson.dumps(written, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer over 64 bits, half a surrogate pair; its text could quote the value
        raise Unwritable(f"a fact of {entry.kind} cannot be written") from None


def china_time(at_ms: int) -> str:
    """Epoch milliseconds as `2026-11-21T10:00:00.123+08:00`."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).isoformat(timespec="milliseconds")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(type(each) is str for each in value)
