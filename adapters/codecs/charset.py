"""Can a text be written in the platform's charset, and what did theirs mean; nothing is ever replaced."""

import re
from collections.abc import Iterator
from typing import Any

from adapters.errors import Garbled
from adapters.problems import Problem

# What a control character may be in XML 1.0 §2.2: tab, line feed, carriage return only.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_CHINESE = frozenset(
    {"gb2312", "gb-2312", "euc-cn", "gbk", "cp936", "ms936", "windows-936", "gb18030", "x-gbk"}
)
_ADDED = frozenset({"iso-8859-1", "latin1", "iso8859-1"})
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


# Platforms (Java, Windows) read A1A4 and A1AA of GB 2312 as the dot of names and the dash; Python's codec takes
# the same bytes for U+30FB and U+2015, which would arrive as other characters than were meant.
_DOT, _DASH = ("\u00b7", "\u30fb"), ("\u2014", "\u2015")


def writable(text: str, charset: str) -> bool:
    """Whether every character of the text has bytes in the charset that will be read as that character."""
    if charset == "gb2312":
        if _DOT[1] in text or _DASH[1] in text:
            return False
        text = text.replace(*_DOT).replace(*_DASH)
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def unwritable(document: Any, charset: str) -> list[Problem]:
    """Every character of every text that the charset lacks, by path and position (from 1)."""
    found = []
    for path, text in texts(document):
        if writable(text, charset):
            continue
        for position, character in enumerate(text, 1):
            if not writable(character, charset):
                found.append(Problem(path, "cannot_write", _facts(position, character, charset)))
    return found


def unfit_for_xml(document: Any) -> list[Problem]:
    """Control characters and lone surrogates, which no XML document can carry."""
    return [
        Problem(path, "not_xml_text", {"position": found.start() + 1})
        for path, text in texts(document)
        for found in _NOT_XML.finditer(text)
    ]


def xml_bytes(text: str) -> bytes | None:
    """The text in UTF-8; None where XML 1.0 §2.2 has no place for one of its characters.

    Deleting bytes finds controls, and looking for one character at a time the rest, far faster than a pattern.
    """
    if "\ufffe" in text or "\uffff" in text:
        return None
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return raw if len(raw.translate(None, _CONTROLS)) == len(raw) else None


def texts(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with its dotted path; positions of lists count from 0."""
    if isinstance(document, str):
        yield path, document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(document, list | tuple):
        for index, value in enumerate(document):
            yield from texts(value, f"{path}.{index}")


def _facts(position: int, character: str, charset: str) -> dict[str, str | int]:
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return {"position": position, "character": shown, "charset": charset}


def decoded(raw: bytes, charset: str | None) -> str:
    """The text of an answer. What calls itself GB2312 or GBK is read as GB18030, which contains both.

    Raises Garbled for bytes that are not in the charset, and for U+FFFD: somebody before us lost characters
    (servers that decode UTF-8 in blocks do).
    """
    name = (charset or "utf-8").lower()
    try:
        text = raw.decode("gb18030" if name in _CHINESE else name)
    except (UnicodeDecodeError, LookupError):
        raise Garbled("charset") from None
    return whole(text.removeprefix("\ufeff"))


def whole(text: str) -> str:
    """The text itself; raises Garbled where a replacement character shows that something was lost."""
    if "\ufffd" in text:
        raise Garbled("characters_lost")
    return text


def encoded(text: str, charset: str) -> bytes:
    """The bytes of a text of which all is `writable`; GBK has what GB 2312 has, and its dot and dash as meant."""
    return text.encode("gbk" if charset == "gb2312" else charset)


def charset_of(content_type: str) -> str | None:
    """The charset parameter of a Content-Type, None when there is none."""
    _, found, rest = content_type.partition("charset=")
    return rest.split(";")[0].strip().strip("\"'") or None if found else None


def charset_of_answer(content_type: str, raw: bytes) -> str | None:
    """What the header says, else the XML declaration.

    ISO-8859-1 is what Java servers add by themselves to whatever is text: there the declaration knows better.
    """
    said = charset_of(content_type)
    if said is None or said.lower() in _ADDED:
        return charset_of_xml(raw) or said
    return said


def charset_of_xml(raw: bytes) -> str | None:
    """What the XML declaration at the head of the bytes says."""
    found = _DECLARED.match(raw)
    return found[1].decode("ascii") if found else None
