"""Lines of JSON: the first list of objects of a document, streamed; or an object a line."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import ijson
import orjson

from gateway.items.lists.line import TOLD_EVERY, Done, Line, Listed, line_of
from gateway.items.lists.problems import BrokenFile, WrongCharset

LONGEST_LINE = 1 << 24
NO_OBJECT = "?"  # the heading of what stands where an object should


def json_kind(path: Path, charset: str) -> str:
    """JSON lines: the first line is an object by itself."""
    with path.open(encoding=charset) as text, suppress(orjson.JSONDecodeError, UnicodeError):
        first = text.readline(LONGEST_LINE).lstrip("\ufeff")
        if isinstance(orjson.loads(first), dict) and text.readline(LONGEST_LINE).lstrip().startswith("{"):
            return "lines"
    return "json"


def json_lines(listed: Listed, done: Done) -> Iterator[Line]:
    """The first list of objects, at whatever depth; streamed."""
    place, named = 0, _Named()
    try:
        with listed.path.open("rb") as raw:
            prefix = _first_list(_utf8(raw, listed.charset))
            raw.seek(0)
            for place, row in enumerate(ijson.items(_utf8(raw, listed.charset), prefix), 1):
                if place % TOLD_EVERY == 0:
                    done(raw.tell())
                yield named.line(place, row)
    except UnicodeError as error:
        raise WrongCharset(file=listed.path.name, row=place + 1, charset=listed.charset) from error
    except ijson.JSONError as error:
        raise BrokenFile(file=listed.path.name, row=place + 1) from error


def _utf8(raw: io.BufferedReader, charset: str) -> Any:
    """ijson reads UTF-8: other charsets are turned into it on the way."""
    if charset == "utf-8":
        return raw
    return _Recoded(io.TextIOWrapper(raw, encoding=charset))


class _Recoded:
    """Text of any charset, read as UTF-8. It does not close what it reads from."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        while len(self._left) < size and (more := self._text.read(max(size, 4096))):
            self._left += more.encode()
        given, self._left = self._left[:size], self._left[size:]
        return given

    def __del__(self) -> None:
        with suppress(ValueError):
            self._text.detach()


def _first_list(raw: Any) -> str:
    """The place of the first list that holds objects: `item`, `data.list.item`. Raises ijson.JSONError."""
    before = ""
    for prefix, event, _ in ijson.parse(raw):
        if event == "start_map" and before == "start_array":
            return str(prefix)
        before = event
    raise ijson.JSONError("there is no list of objects")


def lines_of_json(listed: Listed, done: Done) -> Iterator[Line]:
    place, named, behind = 0, _Named(), 0
    try:
        with listed.path.open(encoding=listed.charset) as text:
            for place, line in enumerate(text, 1):
                behind += len(line)
                if place % TOLD_EVERY == 0:
                    done(behind)
                written = line.strip("\ufeff \t\r\n")
                yield named.line(place, orjson.loads(written) if written else {})
    except orjson.JSONDecodeError as error:
        raise BrokenFile(file=listed.path.name, row=max(place, 1)) from error
    except UnicodeError as error:
        raise WrongCharset(file=listed.path.name, row=max(place, 1), charset=listed.charset) from error


class _Named:
    """Objects as lines; those with the same names share their headings."""

    def __init__(self) -> None:
        self._headings: dict[tuple[str, ...], tuple[str, ...]] = {}

    def line(self, place: int, row: Any) -> Line:
        if not isinstance(row, dict):
            return Line(place, (NO_OBJECT,), [str(row)[:40]])
        names = tuple(row)
        return line_of(place, self._headings.setdefault(names, names), list(row.values()))
