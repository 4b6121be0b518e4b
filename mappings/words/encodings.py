"""Texts inside texts: base64 and data URIs. The files of materials never pass here (see `material`)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

from mappings.problems import Refused
from mappings.words.charset import decoder, encoder
from mappings.words.registry import BadArgument, Example, word

_WIDEST = 1000
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_URI = re.compile(r"data:[^,;]*(?:;[^,;]*)*;base64,", re.IGNORECASE)


@word(
    Example("张三", expect="5byg5LiJ"),
    Example("张三", ("gbk",), expect="1cXI/Q=="),
    Example("䶮", ("gbk",), refuse="not_writable"),
    inverse="from_base64_text",
)
def base64_text(charset: str = "utf-8") -> Callable[[str], str]:
    """The text's bytes in `charset`, as base64 on one line."""
    encode = encoder(charset)
    return lambda value: base64.b64encode(encode(value)).decode()


@word(
    Example("5byg\r\n5LiJ", expect="张三"),
    Example("1cXI/Q==", ("gbk",), expect="张三"),
    Example("1cXI/Q==", refuse="not_text_of_charset"),
    Example("张三", refuse="not_base64"),
    inverse="base64_text",
)
def from_base64_text(charset: str = "utf-8") -> Callable[[str], str]:
    """The text whose bytes in `charset` this base64 holds, on one line or wrapped."""
    decode = decoder(charset)
    return lambda value: decode(_unpacked(value))


@word(
    Example("5byg\r\n5LiJ", expect="5byg5LiJ"),
    Example("5byg5Li", refuse="not_base64"),
    inverse="base64_lines",
)
def base64_line(value: str) -> str:
    """Base64 on one line, however it was wrapped, proven to be base64."""
    return base64.b64encode(_unpacked(value)).decode()


@word(
    Example("5byg\r\n5LiJ", expect=6),
    Example("5byg5Li", refuse="not_base64"),
)
def base64_size(value: str) -> int:
    """How many bytes this base64 holds: of a file that is handed to us."""
    return len(_unpacked(value))


@word(
    Example("YWJj", expect="sha-256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    Example("YWJ", refuse="not_base64"),
)
def base64_digest(value: str) -> str:
    """The digest of the bytes that this base64 holds, as our documents name a file's."""
    return f"sha-256:{hashlib.sha256(_unpacked(value)).hexdigest()}"


@word(
    Example("5byg5LiJ", (4,), expect="5byg\n5LiJ"),
    Example("5byg5LiJ", expect="5byg5LiJ"),
    Example("5byg5Li", refuse="not_base64"),
    inverse="base64_line",
)
def base64_lines(width: int = 76) -> Callable[[str], str]:
    """Base64 in lines of at most `width` characters, as old Java encoders write it."""
    if not 1 <= width <= _WIDEST:
        raise BadArgument(f"a line has 1 to {_WIDEST} characters", "write base64_lines(76)")

    def wrapped(value: str) -> str:
        line = base64_line(value)
        return "\n".join(line[start : start + width] for start in range(0, len(line), width))

    return wrapped


@word(
    Example("5byg\n5LiJ", ("text/plain",), expect="data:text/plain;base64,5byg5LiJ"),
    Example("张三", ("text/plain",), refuse="not_base64"),
    inverse="from_base64_uri",
)
def base64_uri(media_type: str) -> Callable[[str], str]:
    """Base64 becomes a data URI (RFC 2397) of this media type."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise BadArgument(f"'{media_type}' is no media type", 'write base64_uri("image/png")')
    return lambda value: f"data:{media_type};base64,{base64_line(value)}"


@word(
    Example("data:image/png;base64,5byg5LiJ", expect="5byg5LiJ"),
    Example("data:,abc", refuse="not_base64_uri"),
    Example("data:image/png;base64,5byg5Li", refuse="not_base64"),
    inverse="base64_uri",
)
def from_base64_uri(value: str) -> str:
    """The base64 inside a data URI, on one line."""
    match = _URI.match(value)
    if match is None:
        raise Refused("not_base64_uri")
    return base64_line(value[match.end() :])


def _unpacked(value: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not_base64") from error
