"""Texts of other people without the persons in them (脱敏), however these are spelled there.

Decoded first, then compared: a value is found in entities, escapes, percent signs, base64, with other separators
and in full width. What nobody told us is found by its shape only; names of others in free text are not found.
"""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from datetime import date
from unicodedata import normalize

from gateway.shown import MASK, SHORTEST
from gateway.workbench.shapes import births, day_form, shaped
from gateway.workbench.spelled import Spelling, spellings

_BETWEEN = re.compile(r"[\s\-‐‑–—_.·•・+()/\u200b]")
_CLAUSE = re.compile(r"[，。；、！？,;!?\n]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
_URLSAFE = str.maketrans("-_", "+/")
_IN_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|(-?[0-9][0-9.eE+-]*)')
_SHORTEST_NUMBER = 4  # shorter ones are codes of everybody
_SHORTEST_CLAUSE = 4
_ALONE = 6  # ASCII shorter than this is looked for as a word of its own
_DEEP = 3  # base64 in base64
_Stretch = tuple[int, int, str]  # from, to, what stands there instead


class Redactor:
    """Takes these values out of texts, and whatever has the shape of a person's number."""

    def __init__(self, values: Iterable[str]) -> None:
        said = {each for each in values if each.strip()}
        clauses = {part for each in said for part in _CLAUSE.split(each) if len(part) >= _SHORTEST_CLAUSE}
        self._keys = sorted(filter(_tells, map(_key, said | clauses)), key=len, reverse=True)
        self._days = {day for each in said for day in (*births(_half(each)), *_days(each))}

    def __call__(self, text: str) -> str:
        return self._without(text, _DEEP)

    def _without(self, text: str, depth: int) -> str:
        readings = [*spellings(text)]
        halves = [_half(each.text) for each in readings]
        days = [day_form(each) for each in self._days.union(*map(births, halves))]
        found = list[_Stretch]()
        for reading, half in zip(readings, halves, strict=True):
            spans = [*shaped(half), *self._known(half)]
            spans += [each.span() for day in days for each in day.finditer(half)]
            found += [(*reading.stretch(*span), MASK) for span in spans]
            found += self._packed(text, reading, depth) if depth else ()
        return _replaced(text, found)

    def _known(self, half: str) -> Iterator[tuple[int, int]]:
        """Where a value stands, whatever separates its characters."""
        places = [at for at, each in enumerate(half) if not _BETWEEN.match(each)]
        bare = "".join(half[at] for at in places).lower()
        if len(bare) != len(places):  # a letter that is two in lower case
            bare = "".join(_low(half[at]) for at in places)
        for key in self._keys:
            at = bare.find(key)
            while at >= 0:
                start, end = places[at], places[at + len(key) - 1] + 1
                if len(key) >= _ALONE or not key.isascii() or _stands_alone(half, start, end):
                    yield start, end
                at = bare.find(key, at + 1)

    def _packed(self, text: str, reading: Spelling, depth: int) -> Iterator[_Stretch]:
        """Base64 with a person in it: written anew without them where it stands in plain sight, else taken out."""
        for found in _BASE64.finditer(reading.text):
            for content, charset in _unpacked(found[0]):
                left = self._without(content, depth - 1)
                if left == content:
                    continue
                start, end = reading.stretch(*found.span())
                packed = b64encode(left.encode(charset)).decode("ascii")
                yield start, end, packed if text[start:end] == found[0] else MASK
                break


def _unpacked(run: str) -> Iterator[tuple[str, str]]:
    """(the text in it, its charset) in each charset that it may be of; nothing if it is no text in base64."""
    bare = run.rstrip("=").translate(_URLSAFE)
    try:
        raw = b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except NotBase64:
        return
    for charset in ("utf-8", "gb18030"):
        try:
            yield raw.decode(charset), charset
        except UnicodeDecodeError:
            continue


def _replaced(text: str, found: Iterable[_Stretch]) -> str:
    """Stretches that overlap are one, and what was packed is then taken out whole."""
    numbers = _numbers(text)
    parts, done = list[str](), 0
    for start, end, instead in _joined(found):
        number = next((each for each in numbers if each[0] < end and start < each[1]), None)
        if number:  # a number of JSON becomes a text, else it were no JSON any more
            start, end, instead = number[0], max(end, number[1]), f'"{MASK}"'
        if start >= done:
            parts += (text[done:start], instead)
            done = end
    return "".join((*parts, text[done:]))


def _joined(found: Iterable[_Stretch]) -> list[_Stretch]:
    joined = list[_Stretch]()
    for start, end, instead in sorted(set(found)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), MASK)
        else:
            joined.append((start, end, instead))
    return joined


def _numbers(text: str) -> list[tuple[int, int]]:
    """Where a JSON text has numbers that are no texts; nowhere in other texts."""
    if not text.lstrip().startswith(("{", "[")):
        return []
    try:
        json.loads(text)
    except ValueError:
        return []
    return [found.span(1) for found in _IN_JSON.finditer(text) if found[1]]


def _half(text: str) -> str:
    """Half-width, each character still one."""
    if text.isascii():
        return text
    return "".join(made if len(made := normalize("NFKC", each)) == 1 else each for each in text)


def _low(character: str) -> str:
    return low if len(low := character.lower()) == 1 else character


def _key(value: str) -> str:
    return "".join(map(_low, _BETWEEN.sub("", _half(value))))


def _tells(key: str) -> bool:
    return len(key) >= (_SHORTEST_NUMBER if key.isdigit() else SHORTEST)


def _stands_alone(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not any(each.isascii() and each.isalnum() for each in around)


def _days(value: str) -> Iterator[date]:
    """The day that a value is; of what is none, nothing."""
    try:
        yield date.fromisoformat(value[:10])
    except ValueError:
        return
