"""SOAP: zeep writes the body from the contract, lxml reads the answer; the pure halves of the adapter."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from lxml import etree
from yarl import URL

from adapters import facets, shapes
from adapters.arguments import Written, writers
from adapters.auth.scheme import Signature
from adapters.base import Adapter, Surroundings, needs_own_connection
from adapters.codecs import xml
from adapters.codecs.charset import unfit_for_xml, unwritable
from adapters.contract.called import own_calls
from adapters.contract.fitting import problems as problems_of_kinds
from adapters.contract.kinds import Kind
from adapters.declared import Operation, Platform
from adapters.envelope import UNWRITABLE, Envelope, pattern
from adapters.errors import Unbuildable, Unencodable
from adapters.fed import headers_of
from adapters.headers import with_header
from adapters.holes import hollowed
from adapters.http_headers import Filled, fields_in, http_headers, without, written
from adapters.inner import inside
from adapters.lists import Lists, lists_of
from adapters.message import Document, Message, Request, Response, Tree
from adapters.problems import Problem
from adapters.sections import apart
from adapters.soap_answer import ENVELOPES, body_of, fault_of
from adapters.writer.compiled import Writer, compiled
from adapters.writer.odd import Unclaimed
from adapters.wsdl import Choosing, Contract, loaded

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_BODY = b"<soap-env:Body"
_HEADER, _HEADER_END = b"<soap-env:Header>", b"</soap-env:Header>"


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation, prepared: what does not change from message to message."""

    soap: Any  # zeep's operation
    kind: Any  # zeep's type of the body element, None when there is nothing to fill
    schema: facets.Schema | None  # checks what was written; None for text arguments and rpc wrappers
    headers: Mapping[str, str]
    arguments: dict[str, Written]
    lists: tuple[tuple[str, ...], ...]
    fresh: bool
    operation: Operation
    envelope: Envelope | None = None  # the pattern, where all that changes is texts
    typed: Lists | None = None  # what may repeat in the answer by its types
    writer: Writer | None = None  # for typed bodies; None where only zeep can write them
    choosing: Choosing | None = None  # where a document may choose types or elements: zeep cannot always
    limited: Kind | None = None  # holds the document where no schema holds what was written


@dataclass(frozen=True, slots=True)
class _Http:
    """Headers of HTTP beside Content-Type and SOAPAction, and the fields that stand there and nowhere else."""

    headers: Mapping[str, Filled]
    apart: frozenset[str]


class SoapAdapter(Adapter):
    """The document is the body by the contract's types, or is written into one text argument."""

    streams = True

    def __init__(self, platform: Platform, surroundings: Surroundings, files: Mapping[str, str]) -> None:
        super().__init__(platform, surroundings)
        self._url = URL(surroundings.access.address)
        self.contract = loaded(platform.contract, files) if platform.contract is not None else None
        self._own = dict(own_calls(platform, surroundings.access, self.contract, files))
        self._calls = {
            name: self._prepared(name, each, self.contract)
            for name, each in platform.operations.items()
            if name not in self._own and self.contract is not None
        }
        self._headers = dict(headers_of(platform, surroundings.access, self.contract))
        self._http = {
            name: _Http(
                http_headers(each.http_header, surroundings.access, ("operations", name, "http_header")),
                fields_in(each.http_header),
            )
            for name, each in platform.operations.items()
        }

    def _prepared(self, name: str, operation: Operation, contract: Contract) -> _Call:
        at = ("operations", name)
        try:
            soap = contract.operation(operation.call)
        except Unbuildable as error:
            raise Unbuildable((*at, *error.path), error.what, error.write) from error
        kind = soap.input.body.type if soap.input.body is not None else None
        _check_arguments(kind, operation, at)
        call = _Call(
            soap,
            kind,
            contract.schema if soap.style == "document" and not operation.arguments else None,
            _http_headers(soap),
            writers(operation.arguments, self._around.access, (*at, "arguments")),
            tuple(tuple(path.split(".")) for path in operation.lists),
            needs_own_connection(operation, read=operation.is_read(name), method="POST"),
            operation,
            typed=_lists(soap),
        )
        if not operation.arguments:
            limited = contract.limited(operation.call) if call.schema is None else None
            choosing = contract.choosing(operation.call)
            return replace(call, writer=_writer(call), choosing=choosing, limited=limited)
        names = list(operation.arguments)
        return replace(
            call, envelope=pattern(lambda **texts: soap.create(**texts).content, names, _DECLARATION)
        )

    def encode(self, message: Message) -> Request:
        """Body and headers; the problems of all are told together."""
        given, document = apart(message.document)
        http = self._http[message.operation]
        header, own, problems = b"", dict[str, str](), list[Problem]()
        try:
            own = written(http.headers, message)
        except Unencodable as error:
            problems += error.problems
        document = without(document, http.apart)
        try:
            header = self._headers[message.operation].written(given, document)
        except Unencodable as error:
            problems += error.problems
        try:
            request = self._with_body(message.operation, document)
        except Unencodable as error:
            raise Unencodable([*error.problems, *problems]) from None
        if problems:
            raise Unencodable(problems)
        if own:
            request = replace(request, headers={**request.headers, **own})
        return replace(request, body=with_header(request.body, header)) if header else request

    def _with_body(self, operation: str, document: Document) -> Request:
        if (own := self._own.get(operation)) is not None:
            return own.encoded(self._url, document)
        call = self._calls[operation]
        document, holes = hollowed(document)
        if call.arguments:
            _check(document, call.operation)
            values: dict[str, Any] = _written(call.arguments, document)
            body = _serialized(call, values)
        else:
            body = _typed_body(call, document)
            _hold(call, document)
        return Request("POST", self._url, call.headers, body, call.fresh, holes)

    def decode(self, response: Response, operation: str) -> Tree:
        if (own := self._own.get(operation)) is not None:
            body = body_of(response)
            failed = [each for each in body if xml.local(each) == "Fault"]
            return {"fault": fault_of(failed[0])} if failed else own.decoded(body)
        call = self._calls[operation]
        body = body_of(response)
        for each in body:
            if xml.local(each) == "Fault":
                return {"fault": fault_of(each)}
        content = xml.tree(body[0]) if len(body) else {}
        if call.operation.answer:
            return inside(content, call.operation.answer, call.operation.lists)
        tree = content if isinstance(content, dict) else {"#text": content}
        if call.typed is not None:
            call.typed.keep(tree)
        for path in call.lists:
            xml.make_list(tree, list(path))
        return tree

    def dressed(self, request: Request, signature: Signature) -> Request:
        """What a scheme has for the SOAP header stands there, at the end of one that the contract wants."""
        if signature.soap_header:
            head, body, rest = request.body.partition(_BODY)
            header = head.removesuffix(_HEADER_END) if head.endswith(_HEADER_END) else head + _HEADER
            written = header + signature.soap_header.encode() + _HEADER_END + body + rest
            request = replace(request, body=written)
        return super().dressed(request, signature)


def _check_arguments(kind: Any, operation: Operation, at: tuple[str, ...]) -> None:
    """Declared text arguments against the contract: each must exist, and each that it needs be there."""
    if not operation.arguments:
        return
    names = [name for name, _ in shapes.fields(kind)] if kind is not None else []
    for name in operation.arguments:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            write = f"did you mean {near[0]}?" if near else f"write one of {', '.join(names) or 'none'}"
            raise Unbuildable((*at, "arguments", name), "the contract has no such argument", write)
    for fault in shapes.problems(kind, dict.fromkeys(operation.arguments, "")):
        raise Unbuildable((*at, "arguments"), f"the contract needs {fault.path}", f"write {fault.path}: …")


def _http_headers(soap: Any) -> Mapping[str, str]:
    """Content-Type and SOAPAction (SOAP 1.1) or action parameter (1.2), as the contract says."""
    accepts = {"Accept": "text/xml, application/soap+xml, */*;q=0.1"}
    if soap.nsmap["soap-env"] == ENVELOPES[1]:
        action = f';action="{soap.soapaction}"' if soap.soapaction else ""
        return {**accepts, "Content-Type": f"application/soap+xml;charset=UTF-8{action}"}
    return {**accepts, "Content-Type": "text/xml;charset=UTF-8", "SOAPAction": f'"{soap.soapaction or ""}"'}


def _lists(soap: Any) -> Lists | None:
    body = soap.output.body if soap.output else None
    return lists_of(body.type) if body is not None else None


def _check(document: Document, operation: Operation) -> None:
    """The operation's charset, where no argument's own charset has it checked already."""
    charset = operation.charset
    if charset == "utf-8" or any(each.charset == charset for each in operation.arguments.values()):
        return
    if problems := unwritable(document, charset):
        raise Unencodable(problems)


def _written(arguments: Mapping[str, Written], document: Document) -> dict[str, str]:
    return {name: write(document) for name, write in arguments.items()}


def _writer(call: _Call) -> Writer | None:
    try:
        return compiled(call.soap, _DECLARATION, call.schema)
    except Unclaimed:
        return None


def _typed_body(call: _Call, document: Document) -> bytes:
    """By the compiled writer; what it does not take is looked at by zeep and the checks, which find every fault.

    Where a document chooses types or elements, the contract's own types stand in for zeep.
    """
    if (
        call.writer is not None
        and (body := call.writer.written(document, call.operation.charset)) is not None
    ):
        return body
    if call.choosing is not None and (chosen := call.choosing.written(document, call.operation.charset)):
        return chosen
    return _serialized(call, _typed(call, document))


def _hold(call: _Call, document: Document) -> None:
    """Lengths, ranges and forms of a message that no schema declares as a whole (rpc). Raises Unencodable."""
    if call.limited is not None and (found := [*problems_of_kinds(call.limited, document, "")]):
        raise Unencodable(found)


def _typed(call: _Call, document: Document) -> dict[str, Any]:
    """The document as arguments of zeep's, after every fault of shape and charset has been looked for."""
    if call.kind is not None:
        problems = shapes.problems(call.kind, document)
    else:
        problems = [Problem(str(key), "unknown_there") for key in document]
    problems += unfit_for_xml(document)
    if call.operation.charset != "utf-8":
        problems += unwritable(document, call.operation.charset)
    if problems:
        raise Unencodable(problems)
    return shapes.arguments(call.kind, document) if call.kind is not None else {}


def _serialized(call: _Call, values: Mapping[str, Any]) -> bytes:
    if call.envelope is not None and (written := call.envelope.written(values)) is not None:
        return written
    try:
        envelope = call.soap.create(**values).content
    except UNWRITABLE as error:
        path = ".".join(map(str, getattr(error, "path", None) or ()))
        facts = {"type": call.operation.call}
        raise Unencodable([Problem(path, "not_allowed_there", facts)]) from None
    body = envelope[-1]
    if call.schema is not None and len(body) and (problems := facets.problems(body[0], call.schema)):
        raise Unencodable(problems)
    return _DECLARATION + etree.tostring(envelope, encoding="utf-8", xml_declaration=False)
