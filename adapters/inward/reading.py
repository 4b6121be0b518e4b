"""A call as bytes, read as it is declared: which operation, its arguments, the message as a tree, its records."""

import html
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from lxml import etree

from adapters.codecs import json, xml
from adapters.codecs.charset import charset_of, charset_of_answer, charset_of_xml, decoded, whole
from adapters.contract import related
from adapters.contract.encoded import plain
from adapters.contract.written import ENVELOPES
from adapters.errors import Garbled
from adapters.inner import with_lists
from adapters.inward.declared import Call
from adapters.message import Request, Response, Tree
from adapters.notation import http_call
from adapters.patterns import finder

_FIELD = re.compile(r"\{([^{}]+)\}")
_VERSIONS = {namespace: soap for soap, namespace in ENVELOPES.items()}


@dataclass(frozen=True, slots=True)
class Opened:
    """A call before its message is read.

    arguments: its named texts.    tree: the whole of it.    fields: what stands in its path.
    """

    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Came:
    """The message of a call.

    records: what gets a code of its own.    singly: the message as if it had that record only, for each of them.
    """

    document: Tree = field(repr=False)
    records: Sequence[Tree] = field(repr=False)
    singly: Sequence[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enveloped:
    """What a SOAP envelope holds: its version (11 or 12), and the element of its body."""

    soap: int
    element: etree._Element = field(repr=False)


def path_of(call: Call) -> re.Pattern[str]:
    """What the path below /inbound/PLATFORM must be; its fields are groups."""
    _, path = http_call(call.call) or ("", call.call)
    parts = _FIELD.split(path)
    return re.compile(
        "".join("([^/]+)" if number % 2 else re.escape(each) for number, each in enumerate(parts))
    )


def by_rest(call: Call, request: Request, path: str) -> Opened:
    """path: below the platform's address, as it was sent. Raises Garbled."""
    kind = _header(request, "Content-Type")
    _, template = http_call(call.call) or ("", "")
    found = path_of(call).fullmatch(path)
    fields = dict(zip(_FIELD.findall(template), map(unquote, found.groups() if found else ()), strict=False))
    if call.takes == "xml":
        tree: Any = _xml_bytes(call, request.body, charset_of_answer(kind, request.body))
    elif call.takes == "form":
        tree = _form(call, request.body)
    else:
        tree = json.read(request.body, charset_of(kind) or call.charset)
    return _opened(call, tree, fields)


def enveloped(request: Request) -> Enveloped:
    """The envelope of a request in SOAP 1.1 or 1.2, with what it includes in its place (MTOM). Raises Garbled."""
    response = Response(200, {"Content-Type": _header(request, "Content-Type")}, request.body)
    parts: related.Parts = {}
    if response.headers["Content-Type"].lower().startswith("multipart/"):
        response, parts = related.opened(response)
    charset = charset_of_answer(response.headers["Content-Type"], response.body)
    root = xml.parsed(whole(decoded(response.body, charset)))
    space = etree.QName(root).namespace or ""
    body = root.find(f"{{{space}}}Body")
    if space not in _VERSIONS or xml.local(root) != "Envelope" or body is None or not len(body):
        raise Garbled("no_envelope")
    body = related.included(body, parts) if parts else body
    split = any(each.get("href") or each.get("ref") for each in body.iter())
    return Enveloped(_VERSIONS[space], (plain(body) if split else body)[0])


def by_soap(call: Call, envelope: Enveloped) -> Opened:
    tree = xml.tree(envelope.element)
    return _opened(call, tree if isinstance(tree, dict) else {"#text": tree} if tree else {}, {})


def _opened(call: Call, tree: Any, fields: Mapping[str, str]) -> Opened:
    if not isinstance(tree, dict):
        raise Garbled("no_object")
    texts = {name: tree[name] for name in call.arguments if isinstance(tree.get(name), str)}
    return Opened(texts, tree, fields)


def came(call: Call, opened: Opened) -> Came:
    """The message: in one of the arguments, or what is left of the call without them. Raises Garbled."""
    holder = next((name for name, each in call.arguments.items() if each.document), None)
    if holder is None:
        left = {name: each for name, each in opened.tree.items() if name not in call.arguments}
        document: Any = {**left, **opened.fields}
    else:
        text = opened.arguments.get(holder, "")
        document = _inside(call, text, is_xml=call.arguments[holder].document == "xml")
    if not isinstance(document, dict):
        raise Garbled("no_object")
    with_lists(document, call.lists)
    if call.records is None:
        return Came(document, (document,), (document,))
    steps = call.records.split(".")
    found = finder(call.records)(document)
    records = found if isinstance(found, list) else [] if found in (None, "") else [found]
    return Came(document, records, [_with(document, steps, each) for each in records])


def _with(document: dict[str, Any], steps: Sequence[str], record: Tree) -> dict[str, Any]:
    """The message with this record in place of the list of them; `finder` has found it there."""
    if len(steps) == 1:
        return {**document, steps[0]: record}
    return {**document, steps[0]: _with(document[steps[0]], steps[1:], record)}


def _inside(call: Call, text: str, *, is_xml: bool) -> Tree:
    """The document in a string."""
    if not text.strip():
        raise Garbled("no_document")
    if call.unescape:
        text = html.unescape(text)
    if call.base64:
        raw = _bytes(text)
        return _xml_bytes(call, raw, charset_of_xml(raw)) if is_xml else json.read(raw, call.charset)
    return xml.read(text) if is_xml else json.read(text.encode())


def _bytes(text: str) -> bytes:
    """Base64 may be wrapped at 76 characters: Java's encoder does so."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Garbled("not_base64") from None


def _xml_bytes(call: Call, raw: bytes, said: str | None) -> Tree:
    return xml.read(decoded(raw, said or call.charset))


def _form(call: Call, raw: bytes) -> dict[str, str]:
    """Of a form, in its charset; a name that comes twice is none that could be believed."""
    encoding = "gb18030" if call.charset in ("gb2312", "gbk") else call.charset
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, encoding=encoding, errors="strict")
    except ValueError:
        raise Garbled("no_form") from None
    if len(dict(pairs)) != len(pairs):
        raise Garbled("said_twice")
    return {name: whole(value) for name, value in pairs}


def _header(request: Request, name: str) -> str:
    return next((value for key, value in request.headers.items() if key.lower() == name.lower()), "")
