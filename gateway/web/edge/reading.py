"""Reading a request's JSON without believing it: size, pace, charset, syntax, repeated keys, depth."""

import asyncio
import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from aiohttp import ClientError, HttpVersion11, web

from gateway.errors import Refusal
from gateway.settings.installation import Bounds
from gateway.web.answers import STAY
from mappings.china_time import CHINA

DEEPEST = 24
IN_A_THREAD_FROM = 256 * 1024
# every string of the text in turn; the group is there if it is a key
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?', re.DOTALL)
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_SECONDS = re.compile(r"[0-9]{1,9}")
_PLACE = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
_ID = re.compile(r"[0-9A-Z]{26}")
_STAFF = re.compile(r"(?!.*\d{10})[A-Za-z0-9._-]{1,32}")  # ten digits in a row could be a person's number
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?([Zz]|[+ -][0-9]{2}:[0-9]{2})?)?"
)
_KNOWN_KEY = re.compile(r"[a-z_]{1,40}")  # a key of ours; any other could be anything


async def not_yet(request: web.Request) -> None:
    """What an `Expect: 100-continue` is told before it is known whether the body is wanted: nothing."""


def announced_bytes(request: web.Request, most_bytes: int) -> int:
    """The size of the body as its header says it, 0 if none does. Raises Refusal too_large."""
    size_bytes = request.content_length or 0
    if size_bytes > most_bytes:
        raise Refusal("too_large", most=most_bytes)
    return size_bytes


async def read_object(request: web.Request, bounds: Bounds) -> tuple[dict[str, Any], bool]:
    """The request's body as one JSON object, and whether it is large; when this returns, it is the request's turn.

    The turn is waited for once the body is there: a slow line holds up nobody's work. Raises Gone, and Refusal:
    wrong_media_type, wrong_charset, too_large, too_slow, overloaded, body_unreadable, or as `parse_object` does.
    """
    if request.content_type != "application/json":
        raise Refusal("wrong_media_type")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refusal("wrong_charset")
    raw = await _received(request, bounds)
    await request[STAY].turn()
    if len(raw) > IN_A_THREAD_FROM:
        return await asyncio.to_thread(parse_object, raw), True
    return parse_object(raw), False


async def read_bytes(request: web.Request, bounds: Bounds) -> bytes:
    """The request's body whatever it is; when this returns, it is the request's turn.

    Raises Gone, and Refusal: too_large, too_slow, overloaded, body_unreadable.
    """
    raw = await _received(request, bounds)
    await request[STAY].turn()
    return bytes(raw)


async def invite(request: web.Request) -> None:
    """Tell who asks first (`Expect: 100-continue`) that the body is wanted."""
    if "Expect" in request.headers and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


async def _received(request: web.Request, bounds: Bounds) -> bytearray:
    """The whole body. What no header announced (chunked, compressed) is counted as it arrives."""
    await invite(request)
    stay, raw = request[STAY], bytearray()
    try:
        async with asyncio.timeout(bounds.read_s):
            while chunk := await request.content.readany():
                raw += chunk
                if len(raw) > bounds.body_bytes:
                    raise Refusal("too_large", most=bounds.body_bytes)
                if len(raw) > stay.size_bytes:
                    stay.grow(len(raw) - stay.size_bytes)
    except TimeoutError as error:
        raise Refusal("too_slow", most=f"{bounds.read_s:g}") from error
    except (web.RequestPayloadError, ClientError) as error:  # cut off, or compressed in a broken way
        raise Refusal("body_unreadable") from error
    return raw


def parse_object(raw: bytes | bytearray) -> dict[str, Any]:
    """One JSON object in UTF-8, every key once in its object, at most DEEPEST levels, numbers as written.

    Raises Refusal: wrong_charset, not_json, not_an_object, duplicate_key, too_deep, number_inexact.
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _syntax(raw, error) from None
    if not isinstance(document, dict):
        raise Refusal("not_an_object")
    keys, fractions = _count(document)
    if _may_repeat(raw, keys) and keys != _count_written(raw):
        raise Refusal("duplicate_key", path=_repeated_key(raw))
    if fractions:
        json.loads(raw, parse_float=_exact, parse_int=_whole)
    return document


def parameter(request: web.Request, name: str, *, required: bool = False, most: int = 100) -> str:
    """A query parameter as text, "" for one that is not there. Raises Refusal bad_parameter."""
    text = request.query.get(name, "")
    if (required and not text) or len(text) > most or not text.isprintable():
        raise Refusal("bad_parameter", name=name)
    return text


def place(request: web.Request, name: str) -> str:
    """A division as a query parameter, "" for one that is not there. Raises Refusal bad_parameter."""
    text = parameter(request, name)
    if text and not _PLACE.fullmatch(text):
        raise Refusal("bad_parameter", name=name)
    return text


def page_size(request: web.Request, default: int, most: int) -> int:
    """The parameter `limit`: 1 to `most`. Raises Refusal bad_parameter."""
    text = parameter(request, "limit") or str(default)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= most):
        raise Refusal("bad_parameter", name="limit")
    return int(text)


def moment(request: web.Request, name: str) -> int:
    """A query parameter as epoch milliseconds: RFC 3339, or a China day; 0 for one that is not there.

    A `+` that was not escaped arrives as a space. Raises Refusal bad_parameter.
    """
    text = parameter(request, name, most=40)
    if not text:
        return 0
    try:
        read = datetime.fromisoformat(text.replace(" ", "+")) if _MOMENT.fullmatch(text) else None
    except ValueError:
        read = None
    if read is None:
        raise Refusal("bad_parameter", name=name)
    return int((read if read.tzinfo else read.replace(tzinfo=CHINA)).timestamp() * 1000)


def identifier(request: web.Request) -> str:
    """The id in the address. Raises Refusal not_found for what cannot be one."""
    text = request.match_info["id"]
    if not _ID.fullmatch(text):
        raise Refusal("not_found")
    return text


def idempotency_key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise Refusal("idempotency_key_missing")
    if not _KEY.fullmatch(key):
        raise Refusal("idempotency_key_bad")
    return key


def staff(document: dict[str, Any]) -> tuple[str, bool]:
    """Who received the papers (收件人员), and whether that is a staff number: a name must not stand in the log.

    document: a case, or what comes to it later.
    """
    receiving = document.get("receiving", document.get("by"))
    said = receiving.get("staff") if isinstance(receiving, dict) else None
    return (said, _STAFF.fullmatch(said) is not None) if isinstance(said, str) else ("", True)


def wait_s(request: web.Request, default_s: float, longest_s: float) -> float:
    """How long the caller wants to wait for the end: `Prefer: wait=N` (RFC 7240)."""
    for preference in request.headers.get("Prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.strip().lower() == "wait" and _SECONDS.fullmatch(value.strip()):
            return min(float(value), longest_s)
    return default_s


def _syntax(raw: bytes | bytearray, error: orjson.JSONDecodeError) -> Refusal:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as broken:
        if broken.reason != "unexpected end of data":  # cut off in the middle of a character
            return Refusal("wrong_charset")
    if "depth" in str(error):
        return Refusal("too_deep", most=DEEPEST)
    return Refusal("not_json", line=error.lineno, column=error.colno)


def _count(document: dict[str, Any]) -> tuple[int, int]:
    """How many keys there are on all levels, and how many numbers that may have lost a digit."""
    keys = fractions = 0
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                keys += len(node)
                node = node.values()
            for each in node:
                kind = type(each)
                if kind is dict or kind is list:
                    below.append(each)
                elif kind is float:
                    fractions += 1
        if not below:
            return keys, fractions
        level = below
    raise Refusal("too_deep", most=DEEPEST)


def _may_repeat(raw: bytes | bytearray, keys: int) -> bool:
    """Whether a key could stand twice, at a glance: with no space before any colon, each key written ends in `":`.

    The same three signs may stand inside a text (`\\":`); that only means that the keys have to be counted.
    """
    return raw.count(b'":') != keys or any(spaced in raw for spaced in (b" :", b"\t:", b"\n:", b"\r:"))


def _count_written(raw: bytes | bytearray) -> int:
    """How many keys are written, however often each of them."""
    strings = _STRINGS.findall(raw)
    return len(strings) - strings.count(b"")


def _exact(text: str) -> float:
    """A number that can be carried as it is written: nothing is rounded silently. Raises Refusal."""
    number = float(text)
    if Decimal(text) != Decimal(repr(number)):
        raise Refusal("number_inexact")
    return number


def _whole(text: str) -> float | int:
    return int(text) if len(text) < 19 or -(2**63) <= int(text[:40]) < 2**64 else _exact(text)


def _repeated_key(raw: bytes | bytearray) -> str:
    """The name of a key that stands twice; asked only once it is known that there is one."""
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        repeated.extend(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return dict(pairs)

    json.loads(raw, object_pairs_hook=note)
    name = repeated[0] if repeated else ""
    return name if _KNOWN_KEY.fullmatch(name) else "?"
