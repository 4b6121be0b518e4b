"""A text in every spelling that is hidden in it: entities, escapes and percent signs read, level by level.

Each character of a reading knows which stretch of the text it was read from, so that what is found in a reading
can be taken out of the text. What cannot be read stays as it is.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_LEVELS = 6  # JSON in XML in JSON has four
_TOKEN = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?:\\u|%u)[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\"'\\/bfnrt]"
    r"|%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2}|[A-Za-z0-9_.~-])*"
)
_BYTE = re.compile(r"%([0-9a-fA-F]{2})|.")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_Read = tuple[str, int, int]  # a character, and from where to where of the token it was read


@dataclass(frozen=True, slots=True)
class Spelling:
    """starts, ends: for each character, the stretch of the first text that it was read from."""

    text: str
    starts: list[int]
    ends: list[int]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Of the first text, for text[start:end] of this reading; not empty."""
        return self.starts[start], self.ends[end - 1]


def spellings(text: str) -> Iterator[Spelling]:
    """The text itself, then every reading of the one before, while there is anything to read.

    Percent signs are read as UTF-8 and as GBK: the bytes of 小 are good in both.
    """
    yield from _chain(text, "utf-8", "gb18030")
    if "%" in text:
        yield from _chain(text, "gb18030", "utf-8")


def _chain(text: str, *charsets: str) -> Iterator[Spelling]:
    now = Spelling(text, [*range(len(text))], [*range(1, len(text) + 1)])
    for _ in range(_LEVELS):
        yield now
        below = _below(now, charsets)
        if below.text == now.text:
            return
        now = below
    yield now


def _below(above: Spelling, charsets: tuple[str, ...]) -> Spelling:
    parts, starts, ends = list[str](), list[int](), list[int]()
    done = 0
    for found in _TOKEN.finditer(above.text):
        read = _read(found[0], charsets)
        if read is None:
            continue
        parts.append(above.text[done : found.start()])
        starts += above.starts[done : found.start()]
        ends += above.ends[done : found.start()]
        for character, first, last in read:
            parts.append(character)
            starts.append(above.starts[found.start() + first])
            ends.append(above.ends[found.start() + last - 1])
        done = found.end()
    parts.append(above.text[done:])
    return Spelling("".join(parts), starts + above.starts[done:], ends + above.ends[done:])


def _read(token: str, charsets: tuple[str, ...]) -> list[_Read] | None:
    """None if it means nothing but itself."""
    if token.startswith("%") and not token.startswith("%u"):
        return next(filter(None, (_percent(token, charset) for charset in charsets)), None)
    meant = unescape(token) if token.startswith("&") else _escaped(token)
    return None if meant == token else [(each, 0, len(token)) for each in meant]


def _escaped(token: str) -> str:
    if len(token) == 2:
        return _CONTROLS.get(token[1], token[1])
    units = [int(unit, 16) for unit in re.split(r"\\u|%u|\\x", token)[1:]]
    return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "surrogatepass")


def _percent(token: str, charset: str) -> list[_Read] | None:
    """Byte by byte: of a character in GBK the second byte may stand there as a letter."""
    decoder, read, first = getincrementaldecoder(charset)(), list[_Read](), 0
    try:
        for found in _BYTE.finditer(token):
            byte = bytes.fromhex(found[1]) if found[1] else found[0].encode("ascii")
            if made := decoder.decode(byte):
                read += [(each, first, found.end()) for each in made]
                first = found.end()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return read
