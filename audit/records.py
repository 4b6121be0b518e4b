"""Entries as a verifier reads them: from bytes, with the standard library alone."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

VERSION = 1
SAME_TIME = "+08:00"  # every time is that of China
_FRACTION = re.compile("[0-9]{3}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class RecordUnreadable(ValueError):
    """The bytes are not the canonical JSON of an entry."""


class Record(NamedTuple):
    """Kind, time (epoch ms, and as written) and facts of an entry."""

    kind: str
    at: str
    at_ms: int
    facts: Mapping[str, object]

    def text(self, name: str) -> str | None:
        value = self.facts.get(name)
        return value if isinstance(value, str) else None


def read_record(body: bytes, *, check: bool = True) -> Record:
    """Read an entry, which must be the canonical form of its own content. Raises RecordUnreadable.

    check: False for bytes of which that was found before.
    """
    try:
        content = _DECODER.raw_decode(body.decode("utf-8"))[0]  # what follows it is no part of the form below
    except (ValueError, RecursionError) as error:
        raise RecordUnreadable("no JSON in UTF-8") from error
    if not isinstance(content, dict) or (check and _canonical(content) != body):
        raise RecordUnreadable("not the canonical form of an object")
    kind, at, version = content.pop("kind", None), content.pop("at", None), content.pop("v", None)
    if type(version) is not int or version != VERSION or not isinstance(kind, str) or not isinstance(at, str):
        raise RecordUnreadable("no kind, time or known version")
    if check and not all(map(_is_fact, content.values())):
        raise RecordUnreadable("a fact that is no text, integer, truth or list of texts")
    return Record(kind, at, _milliseconds(at), content)


def _is_fact(value: object) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _canonical(content: object) -> bytes:
    """Two equal keys, another order, a space or another escape: the bytes come out differently."""
    return _ENCODER.encode(content).encode("utf-8", "surrogatepass")


def _milliseconds(at: str) -> int:
    second, fraction = at[:19], at[20:23]
    if at != f"{second}.{fraction}{SAME_TIME}" or not _FRACTION.fullmatch(fraction):
        raise RecordUnreadable("the time is not written in milliseconds and +08:00")
    return second_ms(second) + int(fraction)


@lru_cache(maxsize=4_096)
def second_ms(second: str) -> int:
    """Epoch milliseconds of a whole second in China; under load many entries share one. Raises RecordUnreadable."""
    try:
        time = datetime.fromisoformat(second + SAME_TIME)
    except ValueError as error:
        raise RecordUnreadable("the time is no time") from error
    if time.isoformat() != second + SAME_TIME:
        raise RecordUnreadable("the time is not written as RFC 3339 has it")
    return round(time.timestamp()) * 1000
