"""What there is to say about a route: who may use it, what it takes, what it can answer.

The router, /openapi.json and /docs are made from the same values, so none of them can say something else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from gateway.errors import Texts

Answer = Callable[[web.Request], Awaitable[web.Response]]
JSON, TEXT, HTML = "application/json", "text/plain", "text/html"
BINARY, NOTHING = "*/*", ""
# what every route that asks for a key can answer
GUARDED = ("unauthenticated", "forbidden_operation", "overloaded", "storage_unavailable", "internal")
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, a header, or a part of the path. schema: JSON Schema; example: one that is right."""

    name: str
    where: Literal["query", "header", "path"]
    about: Texts
    schema: Mapping[str, Any]
    example: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Success:
    """An answer that is no problem document. schema: a name of gateway.web.openapi.schemas, "" for plain text.

    media: "" for an answer without a body.
    """

    status: int
    about: Texts
    schema: str = ""
    media: str = JSON
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. right: the operation that a caller must have; None only for what tells nothing of anybody.

    body: the schema of what it takes, "" if it takes nothing. codes: every problem that it can answer.
    at_any_time: answered without waiting for a turn, however much there is to do.
    streams: the media type of a body that is taken in piece by piece; it holds no turn while it arrives.
    always: headers of every answer, the problems among them.
    channel: a platform calls here, and shows who it is in its own way; right is None then.
    auditor: for auditors (conf/auditors) and nobody else, whatever rights a caller has; right is None then.
    """

    method: Literal["GET", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS"]
    path: str
    answer: Answer
    right: str | None
    summary: Texts
    about: Texts
    successes: tuple[Success, ...]
    codes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: str = ""
    at_any_time: bool = False
    streams: str = ""
    always: Mapping[str, str] = field(default_factory=dict)
    channel: bool = False
    auditor: bool = False
