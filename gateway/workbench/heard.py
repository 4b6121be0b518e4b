"""What a platform is sent, read as it would read it: from a request back to the document and the arguments."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from lxml import etree

from adapters.arguments import takes_document
from adapters.codecs import json, multipart, xml
from adapters.codecs.charset import charset_of, charset_of_answer, charset_of_xml, decoded
from adapters.contract.template import MARK
from adapters.declared import Argument, Operation
from adapters.errors import Garbled
from adapters.message import Request, is_form
from adapters.notation import http_call
from adapters.rest import sends
from gateway.workbench.enveloped import inside, kind_of, opened, tree_of

_FIELD = re.compile(r"\{([^{}]+)\}")
_SAME = {"gb2312": "gbk"}  # what calls itself GB2312 is read as GBK, here as there


class Unheard(Exception):
    """A request that cannot be read as the operation is declared; the text says why, without a value."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came. arguments: named texts of the call. where: path, query, form or body, of each field.

    typed: numbers, flags and lists are such in it.    element: what stands in the body of an envelope.
    """

    document: Any
    arguments: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    typed: bool = False
    element: etree._Element | None = None


def by_rest(operation: Operation, request: Request, besides: frozenset[str]) -> Heard:
    """besides: parameters that sign the request and are no part of it. Raises Unheard."""
    call = http_call(operation.call)
    if call is None:
        raise Unheard("is no call of REST")
    method, template = call
    document = dict(_in_path(template, request))
    where = dict.fromkeys(document, "path")
    kind = sends(operation, method)
    fields, place = _fields(operation, kind, request, template)
    if kind in ("form", "multipart", "query"):
        fields = {name: each for name, each in fields.items() if name not in besides}
    beside = {name: request.url.query[name] for name in operation.query if name in request.url.query}
    document |= beside
    where |= dict.fromkeys(beside, "query")
    arguments = {name: fields.pop(name) for name in operation.arguments if name in fields}
    for name in operation.arguments:
        if name not in arguments:
            raise Unheard(f"lacks the argument {name}")
    if takes_document(operation.arguments):
        within, typed = _of_arguments(operation.arguments, arguments)
        fields = {**fields, **(within or {})}
    else:
        typed = kind == "json"
    return Heard(
        {**document, **fields},
        {name: each for name, each in arguments.items() if isinstance(each, str)},
        {**dict.fromkeys(fields, place), **where},
        typed,
    )


def _in_path(template: str, request: Request) -> Mapping[str, str]:
    pattern = "".join(
        f"(?P<_{number // 2}>[^/]+)" if number % 2 else re.escape(each)
        for number, each in enumerate(_FIELD.split(template.partition("?")[0]))
    )
    found = re.search(f"{pattern}$", request.url.raw_path)
    names = _FIELD.findall(template.partition("?")[0])
    if found is None:
        raise Unheard("is sent to another path")
    return {name: unquote(found[f"_{number}"]) for number, name in enumerate(names)}


def _fields(operation: Operation, kind: str, request: Request, template: str) -> tuple[dict[str, Any], str]:
    """The fields of the message, and where they stand."""
    if kind == "query":
        fixed = {name for name, _ in parse_qsl(template.partition("?")[2], keep_blank_values=True)}
        return {name: each for name, each in request.url.query.items() if name not in fixed}, "query"
    if kind == "multipart":
        return _parts(request), "form"
    if kind == "form":
        if not is_form(request):
            raise Unheard("is no form")
        try:
            return dict(
                parse_qsl(request.body.decode("ascii"), keep_blank_values=True, errors="strict")
            ), "form"
        except ValueError:
            raise Unheard("is no form in UTF-8") from None
    is_xml = kind == "xml"
    tree = _xml_body(operation, request) if is_xml else _json(request.body, charset_of(kind_of(request)))
    if not isinstance(tree, dict):
        raise Unheard("is no object")
    return tree, "body"


def _parts(request: Request) -> dict[str, Any]:
    """As a mapping writes them; files as base64."""
    try:
        parts = multipart.read(request.body, kind_of(request))
    except Garbled:
        raise Unheard("is no form of parts") from None
    found: dict[str, Any] = {}
    for each in parts:
        xml.add(found, each.name, _part(each))
    return found


def _part(part: multipart.Part) -> Any:
    if part.file_name is not None:
        content = base64.b64encode(part.content).decode()
        return {multipart.FILE_NAME: part.file_name, multipart.FILE_TYPE: part.media, "#text": content}
    charset = charset_of(part.media)
    return (
        _json(part.content, charset) if "json" in part.media else _decoded(part.content, charset or "utf-8")
    )


def _xml_body(operation: Operation, request: Request) -> Any:
    said = charset_of_xml(request.body) or charset_of(kind_of(request)) or "utf-8"
    if _plain_name(said) != _plain_name(operation.charset):
        raise Unheard(f"is written in {said}, and {operation.charset} is read there")
    text = _decoded(request.body, charset_of_answer(kind_of(request), request.body))
    return _xml(text, operation.root or "ROOT")


def _plain_name(charset: str) -> str:
    name = charset.lower()
    return _SAME.get(name, name)


def _of_arguments(declared: Mapping[str, Argument], given: Mapping[str, Any]) -> tuple[Any, bool]:
    """(the document in an argument, whether it is typed); None where only fields of it stand there."""
    for name, each in declared.items():
        if each.document == "tree":
            return given[name], True
        if each.document == "json":
            return _json(given[name].encode(), None), True
        if each.document == "xml":
            said = charset_of_xml(given[name].encode())
            if _plain_name(said or "utf-8") != _plain_name(each.charset):
                raise Unheard(f"declares {said} in {name}, and {each.charset} is read there")
            return _xml(given[name], each.root or "ROOT"), False
    return None, False


def by_soap(operation: Operation, request: Request, files: Mapping[str, str], wrapper: str | None) -> Heard:
    """wrapper: {namespace}name of the element of the body; "" where there is none, None if it is not known.

    Raises Unheard.
    """
    try:
        body, attached = opened(request)
    except Garbled as error:
        raise Unheard(f"is no envelope that can be read ({error.what})") from None
    if not len(body) and not wrapper:
        return Heard(attached)
    if not len(body):
        raise Unheard("has nothing in its body")
    if operation.envelope is not None:
        return Heard(tree_of(_marked(body, files[operation.envelope])))
    element = body[0]
    if wrapper and xml.local(element) != _local(wrapper):
        raise Unheard(f"has {xml.local(element)} in its body, and {_local(wrapper)} is read there")
    tree = tree_of(element if wrapper != "" else body)
    tree |= attached
    arguments = {name: str(tree[name] or "") for name in operation.arguments if name in tree}
    if not operation.arguments:
        return Heard(tree, element=element)
    within, typed = _of_arguments(operation.arguments, arguments)
    return Heard(within, arguments, typed=typed)


def _marked(body: etree._Element, envelope: str) -> etree._Element:
    """The element that stands where the envelope of the platform has its mark."""
    root = xml.parsed(envelope)
    mark = next(each for each in root.iter() if each.get(MARK) is not None)
    steps = [mark, *mark.iterancestors()][:-2]  # without the body and the envelope
    found = body
    for step in reversed(steps):
        below = next((each for each in found if each.tag == step.tag), None)
        if below is None:
            raise Unheard(f"has no {xml.local(step)} where it is read")
        found = below
    return found


def _xml(text: str, root: str) -> dict[str, Any]:
    try:
        element = xml.parsed(text)
    except Garbled as error:
        raise Unheard(f"is no XML that can be read ({error.what})") from None
    if xml.local(element) != root:
        raise Unheard(f"has {xml.local(element)} as its root, and {root} is read there")
    return inside(xml.tree(element))


def _json(raw: bytes, charset: str | None) -> Any:
    try:
        return json.read(raw, charset)
    except Garbled as error:
        raise Unheard(f"is no JSON that can be read ({error.what})") from None


def _decoded(raw: bytes, charset: str | None) -> str:
    try:
        return decoded(raw, charset)
    except Garbled as error:
        raise Unheard(f"cannot be read in its charset ({error.what})") from None


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
