"""REST: JSON bodies, paths with fields, forms whose fields may hold whole documents."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from yarl import URL

from adapters.arguments import Written, inside, writers
from adapters.base import Adapter, Surroundings, needs_own_connection
from adapters.codecs import json, xml
from adapters.codecs.charset import charset_of, charset_of_xml, decoded, unwritable, writable
from adapters.declared import Operation, Platform
from adapters.errors import Unbuildable, Unencodable
from adapters.holes import hollowed
from adapters.message import Document, Message, Request, Response, Tree
from adapters.notation import http_call
from adapters.patterns import as_text
from adapters.problems import Problem

_FIELD = re.compile(r"\{([^{}]+)\}")
_BODILESS = frozenset({"GET", "DELETE"})
_ASKS = {"Accept": "application/json, */*;q=0.1"}
_JSON = {**_ASKS, "Content-Type": "application/json;charset=UTF-8"}
_FORM = {**_ASKS, "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation, prepared: what does not change from message to message."""

    method: str
    path: str
    url: URL | None  # ready when the path has no fields
    fresh: bool
    arguments: dict[str, Written]
    operation: Operation

    @property
    def plain(self) -> bool:
        """Nothing of the document stands in a query or a form; in a path it may."""
        return self.method not in _BODILESS and not self.arguments


class RestAdapter(Adapter):
    """The document is the JSON body (POST, PUT, PATCH) or the query (GET, DELETE)."""

    def __init__(self, platform: Platform, surroundings: Surroundings) -> None:
        super().__init__(platform, surroundings)
        self._base = surroundings.access.address.rstrip("/")
        self._calls = {name: self._prepared(name, each) for name, each in platform.operations.items()}

    def _prepared(self, name: str, operation: Operation) -> _Call:
        call = http_call(operation.call)
        if call is None:
            raise Unbuildable(("operations", name, "call"), "not a REST call", "write METHOD /path")
        method, path = call
        return _Call(
            method,
            path,
            None if _FIELD.search(path) else URL(self._base + path),
            needs_own_connection(operation, read=operation.is_read(name), method=method),
            writers(operation.arguments, self._around.access, ("operations", name, "arguments")),
            operation,
        )

    def encode(self, message: Message) -> Request:
        call = self._calls[message.operation]
        document, holes = hollowed(message.document)
        if call.url is not None and call.plain:
            body = json.write(document)
            if call.operation.charset != "utf-8" and not writable(body.decode(), call.operation.charset):
                _check(document, call.operation.charset)
            return Request(call.method, call.url, _JSON, body, call.fresh, holes)
        _check(document, call.operation.charset)
        url = call.url
        if url is None:
            url, document = self._addressed(call.path, document)
        if call.method in _BODILESS:
            body, headers, url = b"", _ASKS, url.update_query(_flat(document))
        elif call.arguments:
            body, headers = _form(call.arguments, document), _FORM
        else:
            body, headers = json.write(document), _JSON
        return Request(call.method, url, headers, body, call.fresh, holes)

    def _addressed(self, path: str, document: Document) -> tuple[URL, Document]:
        """The URL with its fields filled, and the document without them. Raises Unencodable for absent."""
        rest = dict(document)
        problems: list[Problem] = []

        def fill(found: re.Match[str]) -> str:
            value = rest.pop(found[1], None)
            if not isinstance(value, str) or value in ("", ".", ".."):
                problems.append(Problem(found[1], "needed_there"))
                return ""
            return quote(value, safe="")

        filled = _FIELD.sub(fill, path)
        if problems:
            raise Unencodable(problems)
        return URL(self._base + filled, encoded=True), rest

    def decode(self, response: Response, operation: str) -> Tree:
        declared = self._calls[operation].operation
        charset = charset_of(response.headers.get("Content-Type", ""))
        if declared.answer and declared.answer.document == "xml" and not declared.answer.at:
            return xml.read(decoded(response.body, charset or charset_of_xml(response.body)), declared.lists)
        tree = json.read(response.body, charset)
        return inside(tree, declared.answer, declared.lists) if declared.answer else tree


def _check(document: Document, charset: str) -> None:
    """Raises Unencodable for what the charset lacks; in a path or query yarl would drop a lone surrogate."""
    if problems := unwritable(document, charset):
        raise Unencodable(problems)


def _flat(document: Document) -> dict[str, str]:
    """A document as a query: texts and numbers only, everything absent left out."""
    problems = [Problem(key, "not_text") for key, value in document.items() if not _is_scalar(value)]
    if problems:
        raise Unencodable(problems)
    return {key: str(as_text(value)) for key, value in document.items() if value is not None}


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


def _form(arguments: dict[str, Written], document: Document) -> bytes:
    return urlencode({name: write(document) for name, write in arguments.items()}).encode()
