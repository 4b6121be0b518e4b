"""JSON documents: written by orjson, read strictly."""

from typing import Any

import orjson

from adapters.codecs.charset import decoded, unwritable
from adapters.errors import Garbled, Unencodable
from adapters.problems import Problem

_UTF8 = frozenset({None, "utf-8", "utf8"})


def write(document: Any) -> bytes:
    """UTF-8 JSON. Raises Unencodable for what JSON cannot carry: lone surrogates, odd types."""
    try:
        return orjson.dumps(document)
    except TypeError:
        raise Unencodable(_faults(document) or [Problem("", "not_text")]) from None


def read(raw: bytes, charset: str | None = None) -> Any:
    """The tree; raises Garbled for bytes that are no JSON, or whose characters somebody lost on the way."""
    if charset is not None and charset.lower() not in _UTF8:
        raw = decoded(raw, charset).encode()
    if b"\xef\xbf\xbd" in raw or (b"\\u" in raw and b"\\ufffd" in raw.lower()):
        raise Garbled("characters_lost")
    try:
        return orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise Garbled("not_json") from None


def _faults(document: Any, path: str = "") -> list[Problem]:
    """Which value it was that could not be written."""
    if isinstance(document, dict):
        parts = [(f"{path}.{key}" if path else str(key), each) for key, each in document.items()]
    elif isinstance(document, list | tuple):
        parts = [(f"{path}.{index}", each) for index, each in enumerate(document)]
    else:
        return _fault(document, path)
    return [fault for where, each in parts for fault in _faults(each, where)]


def _fault(value: Any, path: str) -> list[Problem]:
    if isinstance(value, str):
        return unwritable({path: value}, "utf-8")
    try:
        orjson.dumps(value)
    except TypeError:
        return [Problem(path, "not_text")]
    return []
