"""In which charset a list is written. Found from all of its bytes, and said; never guessed past an error."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gateway.items.problems import UnreadableFile

CHUNK = 1 << 20
SAMPLE = 1 << 16
CLOSE = 0.1  # shares that lie nearer together than this leave it open which charset it is
_MARKS = (  # UTF-32 first: its mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {  # as people write them
    "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "ansi": "gb18030", "big5": "cp950",
}  # fmt: skip


class Charset(NamedTuple):
    """A codec's name; `doubtful` when another one reads the same bytes nearly as well."""

    name: str
    doubtful: str = ""


def known_charset(written: str) -> str:
    """The codec that people mean by a name; GBK and GB2312 are read as GB18030. Raises LookupError."""
    name = written.strip().lower().replace("_", "-")
    name = NAMES.get(name.replace("-", ""), name)
    codecs.lookup(name).incrementaldecoder(errors="strict")
    return name


def charset_of(path: Path) -> Charset:
    """The charset in which all of the file can be read. Raises UnreadableFile when there is none."""
    with path.open("rb") as file:
        return _found(file, path.name)


def decoded(content: bytes, name: str) -> str:
    """The text of a list of numbers, with few words to tell charsets apart by: UTF-8, else GB18030.

    Raises UnreadableFile.
    """
    for charset in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(charset)
    raise UnreadableFile(file=name)


def _found(file: BinaryIO, name: str) -> Charset:
    head = file.read(SAMPLE)
    for mark, charset in _MARKS:
        if head.startswith(mark) and _reads(file, charset):
            return Charset(charset)
    if wide := _without_mark(head):
        return Charset(wide) if _reads(file, wide) else _nothing(name)
    if _reads(file, "utf-8"):
        return Charset("utf-8")
    return _chinese(file, name)


def _nothing(name: str) -> Charset:
    raise UnreadableFile(file=name)


def _without_mark(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of its ASCII characters, line ends and commas, is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if not head or max(even, odd) * 20 < len(head):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _reads(file: BinaryIO, charset: str) -> bool:
    """Whether the whole file is sound text in the charset."""
    decoder = codecs.getincrementaldecoder(charset)(errors="strict")
    file.seek(0)
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _chinese(file: BinaryIO, name: str) -> Charset:
    """GB18030 or Big5: bytes that both can read are told apart by how many of their characters are frequent."""
    shares = {
        charset: _frequent(file, charset, encoding, leads)
        for charset, encoding, leads in (
            ("gb18030", "gb2312", _frequent_in_gb),
            ("cp950", "big5", _frequent_in_big5),
        )
        if _reads(file, charset)
    }
    if not shares:
        return _nothing(name)
    best, *others = sorted(shares, key=lambda charset: -shares[charset])
    near = [other for other in others if shares[best] - shares[other] < CLOSE]
    return Charset(best, near[0] if near else "")


def _frequent(file: BinaryIO, charset: str, encoding: str, is_frequent: Callable[[int], bool]) -> float:
    """Of the Chinese characters at the beginning, the share that its own standard counts as frequent."""
    file.seek(0)
    text = codecs.getincrementaldecoder(charset)(errors="strict").decode(file.read(SAMPLE))
    beyond = [character for character in text if character > "\x7f"]
    written = (character.encode(encoding, errors="ignore") for character in beyond)
    return sum(bool(each) and is_frequent(each[0]) for each in written) / max(len(beyond), 1)


def _frequent_in_gb(lead: int) -> bool:
    """Level 1 of GB 2312, its signs and full-width forms."""
    return 0xB0 <= lead <= 0xD7 or lead in (0xA1, 0xA3)


def _frequent_in_big5(lead: int) -> bool:
    """Level 1 of Big5 and its signs."""
    return 0xA1 <= lead <= 0xC6
