"""Named parts of a call: secrets, constants, fields, and documents written into strings."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.codecs import json, xml
from adapters.codecs.charset import unwritable, writable
from adapters.declared import Argument
from adapters.errors import Unbuildable, Unencodable
from adapters.message import Access, Document
from adapters.patterns import as_text, finder
from adapters.problems import Problem

Written = Callable[[Document], str]


def writers(arguments: Mapping[str, Argument], access: Access, at: tuple[str, ...]) -> dict[str, Written]:
    """For each declared argument a function from the document to its text (to a tree for `document: tree`).

    Raises Unbuildable when the installation lacks a secret or setting that an argument names.
    """
    return {name: _writer(each, access, (*at, name)) for name, each in arguments.items()}


def takes_document(arguments: Mapping[str, Argument]) -> bool:
    """Whether an argument carries the document or a field of it; else its fields stand beside the arguments."""
    return any(each.document or each.field for each in arguments.values())


def _writer(argument: Argument, access: Access, at: tuple[str, ...]) -> Written:
    for kind, name in (("secrets", argument.secret), ("settings", argument.setting)):
        if name:
            return _constant(_held(access, kind, name, at))
    if argument.value is not None:
        return _constant(argument.value)
    if argument.field:
        return _field(argument.field)
    if argument.document == "tree":
        return _as_it_is
    charset, root = argument.charset, argument.root or "ROOT"
    if argument.document == "json":
        return lambda document: _json_text(document, charset)
    return lambda document: xml.write(document, root, charset)


def _held(access: Access, kind: str, name: str, at: tuple[str, ...]) -> str:
    text: str | None = getattr(access, kind).get(name)
    if text is None:
        raise Unbuildable(at, f"no {kind[:-1]} {name}", f"name it in conf/platforms/…yaml, {kind}:")
    return text


def _constant(text: str) -> Written:
    return lambda document: text


def _field(path: str) -> Written:
    find = finder(path)

    def text_of(document: Document) -> str:
        text = as_text(find(document))
        if text is None:
            raise Unencodable([Problem(path, "needed_there")])
        return text

    return text_of


def _as_it_is(document: Document) -> Any:
    return document


def _json_text(document: Document, charset: str) -> str:
    text = json.write(document).decode()
    if not writable(text, charset):
        raise Unencodable(unwritable(document, charset))
    return text
