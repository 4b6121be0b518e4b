"""Text arguments of a call and the document inside a returned text."""

import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from adapters.codecs import json, xml
from adapters.codecs.charset import unwritable, writable
from adapters.declared import Answer, Argument
from adapters.errors import Garbled, Unbuildable, Unencodable
from adapters.message import Access, Document, Tree
from adapters.patterns import finder

Written = Callable[[Document], str]


def writers(arguments: Mapping[str, Argument], access: Access, at: tuple[str, ...]) -> dict[str, Written]:
    """For each declared argument a function from the document to its text.

    Raises Unbuildable when the installation lacks a secret that an argument names.
    """
    return {name: _writer(each, access, (*at, name)) for name, each in arguments.items()}


def _writer(argument: Argument, access: Access, at: tuple[str, ...]) -> Written:
    charset = argument.charset
    if argument.secret:
        secret = access.secrets.get(argument.secret)
        if secret is None:
            raise Unbuildable(at, f"no secret {argument.secret}", "name it in conf/platforms/…yaml, secrets:")
        return lambda document: secret
    if argument.document == "json":
        return lambda document: _json_text(document, charset)
    root = argument.root or "ROOT"
    return lambda document: xml.write(document, root, charset)


def _json_text(document: Document, charset: str) -> str:
    text = json.write(document).decode()
    if not writable(text, charset):
        raise Unencodable(unwritable(document, charset))
    return text


def inside(tree: Tree, answer: Answer, lists: Iterable[str]) -> Tree:
    """The document that the answer carries as a text, with its `lists`.

    Raises Garbled where there is no such text.
    """
    text = finder(answer.at)(tree) if answer.at else _only_text(tree)
    if not isinstance(text, str) or not text.strip():
        raise Garbled("no_document")
    if answer.unescape:
        text = html.unescape(text)
    if answer.document == "json":
        return json.read(text.encode())
    return xml.read(text, lists)


def _only_text(tree: Any) -> str | None:
    """The single text of a tree, None when there are several or none."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, dict) and len(tree) == 1:
        return _only_text(next(iter(tree.values())))
    return None
