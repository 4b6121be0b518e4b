"""What stands in an envelope, header and body, as it came: for who reads what a platform is sent."""

import base64
from collections import Counter
from typing import Any

from lxml import etree

from adapters.codecs import xml
from adapters.codecs.charset import charset_of_answer, decoded
from adapters.contract import related
from adapters.contract.encoded import plain
from adapters.contract.kinds import ENCODINGS, TYPE
from adapters.contract.written import ENVELOPES
from adapters.errors import Garbled
from adapters.message import Request, Response

_SOAP = frozenset({*ENVELOPES.values(), *ENCODINGS})
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def opened(request: Request) -> tuple[etree._Element, dict[str, str]]:
    """The body of the envelope with what it refers to in its place, and what is attached, as base64.

    Raises Garbled.
    """
    root, parts = _envelope(request)
    body = _child(root, "Body")
    if body is None:
        raise Garbled("no_envelope")
    names = {identity.partition("=")[0]: content for identity, content in parts.items() if "=" in identity}
    attached = {name: base64.b64encode(content).decode() for name, content in names.items()}
    body = related.included(body, parts)
    is_split = any(each.get("href") or each.get("ref") for each in body.iter())
    return _unmarked(plain(body) if is_split else body), attached


def headed(request: Request) -> dict[str, list[tuple[etree._Element, Any]]]:
    """{namespace}name -> (element, what it holds) of everything in the SOAP header. Raises Garbled."""
    root, _ = _envelope(request)
    found: dict[str, list[tuple[etree._Element, Any]]] = {}
    header = _child(root, "Header")
    for each in _unmarked(header) if header is not None else ():
        if isinstance(each.tag, str):
            content = xml.tree(each)
            _name_types(content, each)
            found.setdefault(each.tag, []).append((each, content))
    return found


def tree_of(element: etree._Element) -> dict[str, Any]:
    """What is inside, with the names of concrete types as mappings write them, and their namespaces."""
    tree = inside(xml.tree(element))
    _name_types(tree, element)
    return tree


def _name_types(tree: Any, element: etree._Element) -> None:
    if not isinstance(tree, dict):
        return  # a text: its type decides nothing that its place does not
    if (name := element.get(_TYPE)) is not None:
        prefix, _, own = name.strip().rpartition(":")
        tree[TYPE] = f"{{{element.nsmap.get(prefix or None) or ''}}}{own}"
    seen: Counter[str] = Counter()
    for each in element:
        key = xml.local(each)
        below = tree[key]
        _name_types(below[seen[key]] if isinstance(below, list) else below, each)
        seen[key] += 1


def inside(tree: Any) -> dict[str, Any]:
    return tree if isinstance(tree, dict) else {"#text": tree} if tree else {}


def kind_of(request: Request) -> str:
    return next((each for name, each in request.headers.items() if name.lower() == "content-type"), "")


def _envelope(request: Request) -> tuple[etree._Element, related.Parts]:
    """The root, and what travels beside it. Raises Garbled."""
    parts: related.Parts = {}
    answer = Response(200, {"Content-Type": kind_of(request)}, request.body)
    if kind_of(request).lower().startswith("multipart/"):
        answer, parts = related.opened(answer)
    charset = charset_of_answer(answer.headers["Content-Type"], answer.body)
    return xml.parsed(decoded(answer.body, charset)), parts


def _child(root: etree._Element, name: str) -> etree._Element | None:
    return next((each for each in root if xml.local(each) == name), None)


def _unmarked(body: etree._Element) -> etree._Element:
    """Without what SOAP says of the message itself: encodings, sizes of arrays."""
    for each in body.iter():
        for name in [name for name in each.attrib if etree.QName(name).namespace in _SOAP]:
            del each.attrib[name]
    return body
