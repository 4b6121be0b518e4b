"""Reading a request's JSON without believing it: size, charset, syntax, repeated keys, depth."""

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import web

from gateway.errors import Refusal

DEEPEST = 24
IN_A_THREAD_FROM = 256 * 1024
# every string of the text in turn; the group is there if it is a key
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?', re.DOTALL)
_KEY = re.compile(r"[\x21-\x7e]{8,128}")


async def read_object(request: web.Request, most_bytes: int) -> dict[str, Any]:
    """The request's body as one JSON object.

    Raises Refusal: wrong_media_type, too_large, wrong_charset, not_json, duplicate_key, too_deep, not_an_object.
    """
    if request.content_type != "application/json":
        raise Refusal("wrong_media_type")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Refusal("wrong_charset")
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise Refusal("too_large", most=most_bytes) from error
    if len(raw) > IN_A_THREAD_FROM:
        return await asyncio.to_thread(parse_object, raw)
    return parse_object(raw)


def parse_object(raw: bytes) -> dict[str, Any]:
    """One JSON object in UTF-8, every key once in its object, at most DEEPEST levels."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _syntax(raw, error) from None
    if not isinstance(document, dict):
        raise Refusal("not_an_object")
    keys = _count_keys(document, 1)
    if keys != sum(1 for found in _STRINGS.findall(raw) if found):
        raise Refusal("duplicate_key", path=_repeated_key(raw))
    return document


def idempotency_key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise Refusal("idempotency_key_missing")
    if not _KEY.fullmatch(key):
        raise Refusal("idempotency_key_bad")
    return key


def wait_s(request: web.Request, default_s: float, longest_s: float) -> float:
    """How long the caller wants to wait for the end: `Prefer: wait=N` (RFC 7240)."""
    for preference in request.headers.get("Prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "wait" and value.strip().isdigit():
            return min(float(value), longest_s)
    return default_s


def _syntax(raw: bytes, error: orjson.JSONDecodeError) -> Refusal:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return Refusal("wrong_charset")
    if "recursion" in str(error).lower():
        return Refusal("too_deep", most=DEEPEST)
    return Refusal("not_json", line=error.lineno, column=error.colno)


def _count_keys(node: Any, level: int) -> int:
    if level > DEEPEST:
        raise Refusal("too_deep", most=DEEPEST)
    if isinstance(node, dict):
        return len(node) + sum(_count_keys(each, level + 1) for each in _branches(node.values()))
    return sum(_count_keys(each, level + 1) for each in _branches(node))


def _branches(nodes: Iterable[Any]) -> Iterable[Any]:
    return (node for node in nodes if isinstance(node, (dict, list)))


def _repeated_key(raw: bytes) -> str:
    """The name of a key that stands twice; asked only once it is known that there is one."""
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        repeated.extend(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return dict(pairs)

    json.loads(raw, object_pairs_hook=note)
    name = repeated[0] if repeated else ""
    return name if name.isidentifier() and len(name) <= 40 else "?"
