"""REST: JSON or XML bodies, paths with fields, queries, forms whose fields may hold whole documents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from yarl import URL

from adapters.arguments import Written, takes_document, writers
from adapters.base import Adapter, Surroundings, needs_own_connection
from adapters.codecs import json, multipart, xml
from adapters.codecs.charset import charset_of, charset_of_answer, decoded, encoded, unwritable, writable
from adapters.declared import Answer, Operation, Platform
from adapters.errors import Unbuildable, Unencodable
from adapters.holes import hollowed
from adapters.http_headers import Filled, fields_in, http_headers, without, written
from adapters.inner import inside, with_lists, with_names
from adapters.message import Document, Hole, Message, Request, Response, Tree
from adapters.notation import http_call
from adapters.patterns import as_text
from adapters.problems import Problem
from adapters.sections import HEADER, undeclared

_FIELD = re.compile(r"\{([^{}]+)\}")
BODILESS = frozenset({"GET", "DELETE"})
_ASKS = {"Accept": "application/json, */*;q=0.1"}
_JSON = {**_ASKS, "Content-Type": "application/json;charset=UTF-8"}
_FORM = {**_ASKS, "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
_ASKS_XML = {"Accept": "application/xml, text/xml, */*;q=0.1"}


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation, prepared: what does not change from message to message."""

    method: str
    path: str
    url: URL | None  # ready when the path has no fields
    fresh: bool
    arguments: dict[str, Written]
    whole: bool  # the arguments take from the document all that is to be sent of it
    sends: str
    operation: Operation
    headers: dict[str, Filled]
    apart: frozenset[str]  # fields that stand in a header

    @property
    def plain(self) -> bool:
        """The document is the JSON body, less what stands in the path."""
        return self.sends == "json" and not (self.arguments or self.operation.query or self.headers)


class RestAdapter(Adapter):
    """The document is the body (JSON, XML, a form) or the query, or stands in one of the declared arguments."""

    streams = True

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
            takes_document(operation.arguments),
            sends(operation, method),
            operation,
            http_headers(operation.header, self._around.access, ("operations", name, "header")),
            fields_in(operation.header),
        )

    def encode(self, message: Message) -> Request:
        if HEADER in message.document:
            raise Unencodable(undeclared(message.document[HEADER]))
        call = self._calls[message.operation]
        document, holes = hollowed(message.document)
        if call.url is not None and call.plain:
            return _plain(call, call.url, document, holes)
        url, document = self._placed(call, document)
        document, own = without(document, call.apart), written(call.headers, message)
        if call.sends == "multipart":
            body, kind, holes = multipart.write(_fields(call, document), holes)
            headers: Mapping[str, str] = {**_ASKS, "Content-Type": kind}
        else:
            url, headers, body = _written(call, url, document)
        _keep_out((str(url), *own.values()), holes)
        if call.sends == "form":
            holes = tuple(replace(hole, quoted=True) for hole in holes)
        return Request(call.method, url, {**headers, **own} if own else headers, body, call.fresh, holes)

    def _placed(self, call: _Call, document: Document) -> tuple[URL, Document]:
        """The URL with what stands in its path and query, and the document without it. Raises Unencodable."""
        url, query, charset = call.url, call.operation.query, call.operation.charset
        if call.sends != "xml" or url is None or query:  # the XML codec finds these together with its own
            _check(document, charset)
        if url is None:
            url, document = self._addressed(call.path, document)
        return _asked(url, document, query) if query else (url, document)

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
        answer, kind = declared.answer, response.headers.get("Content-Type", "")
        if answer and (answer.around == "xml" or _is_whole_xml(answer)):
            text = decoded(response.body, charset_of_answer(kind, response.body))
            tree: Tree = xml.read(text)
        else:
            tree = json.read(response.body, charset_of(kind))
        if answer is None:
            return with_lists(tree, declared.lists)
        if _is_whole_xml(answer):
            return with_lists(with_names(tree, answer), declared.lists)
        return inside(tree, answer, declared.lists)


def sends(operation: Operation, method: str) -> str:
    """What the document or the arguments stand in."""
    if operation.sends:
        return operation.sends
    if method in BODILESS:
        return "query"
    return "form" if operation.arguments else "json"


def _is_whole_xml(answer: Answer) -> bool:
    """The body is the document itself; no string carries it."""
    return answer.document == "xml" and answer.at is None and answer.around is None


def _plain(call: _Call, url: URL, document: Document, holes: tuple[Hole, ...]) -> Request:
    """The document as the JSON body, and nothing else: most messages are so."""
    body, charset = json.write(document), call.operation.charset
    if charset != "utf-8" and not writable(body.decode(), charset):
        _check(document, charset)
    return Request(call.method, url, _JSON, body, call.fresh, holes)


def _written(call: _Call, url: URL, document: Document) -> tuple[URL, Mapping[str, str], bytes]:
    """URL, headers and body of a call whose path is filled."""
    charset = call.operation.charset
    if call.sends == "xml":
        text = xml.write(document, call.operation.root or "ROOT", charset)
        return url, _xml_headers(charset), encoded(text, charset)
    if call.sends == "json":
        return url, _JSON, json.write(_fields(call, document))
    fields = _fields(call, document if call.whole else _flat(document))
    if call.sends == "query":
        return url.extend_query(fields), _ASKS, b""
    return url, _FORM, urlencode(fields).encode()


def _fields(call: _Call, document: Document) -> dict[str, Any]:
    """What the arguments make of the document, beside its own fields unless they take it all."""
    made = {name: write(document) for name, write in call.arguments.items()}
    return made if call.whole else {**document, **made}


def _asked(url: URL, document: Document, names: tuple[str, ...]) -> tuple[URL, Document]:
    """The URL with these fields in its query, and the document without them."""
    beside = _flat({name: document[name] for name in names if name in document})
    return url.extend_query(beside), {name: each for name, each in document.items() if name not in names}


def _xml_headers(charset: str) -> Mapping[str, str]:
    return {**_ASKS_XML, "Content-Type": f"application/xml;charset={charset.upper()}"}


def _keep_out(texts: tuple[str, ...], holes: tuple[Hole, ...]) -> None:
    """A file has no place in a URL or a header. Raises Unencodable."""
    if any(hole.token.decode() in text for hole in holes for text in texts):
        raise Unencodable([Problem("", "not_text")])


def _check(document: Document, charset: str) -> None:
    """Raises Unencodable for what the charset lacks; in a path or query yarl would drop a lone surrogate."""
    if problems := unwritable(document, charset):
        raise Unencodable(problems)


def _flat(document: Document) -> dict[str, str]:
    """A document as a query or form: texts and numbers only, everything absent left out."""
    problems = [Problem(key, "not_text") for key, value in document.items() if not _is_scalar(value)]
    if problems:
        raise Unencodable(problems)
    return {key: str(as_text(value)) for key, value in document.items() if value is not None}


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int)
