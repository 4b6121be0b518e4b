"""Recording what a platform really answers, as samples without the persons in them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

from adapters.codecs.charset import charset_of
from adapters.message import Go, Request, Response
from adapters.transport import HttpTransport
from gateway.shown import MASK, SHORTEST, scrubbed
from mappings.canonical.schema import personal_fields


@dataclass(slots=True)
class Answers:
    """What came back over a transport, in its order."""

    seen: list[Response] = field(default_factory=list)


class Recorder(HttpTransport):
    """A transport that keeps every answer that it brings."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._answers = answers

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        response = await super().exchange(
            request, go=go, timeout_s=timeout_s, connect_s=connect_s, reply_bytes=reply_bytes
        )
        self._answers.seen.append(response)
        return response


def recorded(operation: str, verdict: str, response: Response, given: dict[str, Any]) -> str:
    """A sample file of this answer. given: the document that was sent; nothing personal of it stays."""
    kind = next((value for key, value in response.headers.items() if key.lower() == "content-type"), "")
    body = response.body.decode(charset_of(kind) or "utf-8", "replace")
    written = {
        "operation": operation,
        "verdict": verdict,
        "response": {
            "status": response.status,
            "headers": {"Content-Type": kind},
            "body": redacted(body, given),
        },
    }
    return json.dumps(written, ensure_ascii=False, indent=1) + "\n"


def redacted(text: str, given: dict[str, Any]) -> str:
    """Without the personal values of the document, however they are written, and without anything like them."""
    for value in sorted(set(_personal(given)), key=len, reverse=True):
        for form in {value, json.dumps(value)[1:-1], escape(value), escape(escape(value)), quote(value)}:
            text = text.replace(form, MASK)
    return scrubbed(text)


def _personal(document: dict[str, Any]) -> Iterator[str]:
    wanted = set(personal_fields(document))
    yield from (text for path, text in _texts(document, "") if path in wanted and len(text) >= SHORTEST)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _texts(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below, path)
    elif isinstance(value, str):
        yield path, value
