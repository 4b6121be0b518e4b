"""What a document holds beside its body: SOAP headers, under `#header`, a name that no element can have."""

from collections.abc import Mapping
from typing import Any

from adapters.message import Document
from adapters.problems import Problem

HEADER = "#header"


def apart(document: Document) -> tuple[Any, Document]:
    """(the header's part or None, the rest)."""
    if HEADER not in document:
        return None, document
    rest = dict(document)
    return rest.pop(HEADER), rest


def undeclared(given: Any) -> list[Problem]:
    """Headers where there is no place for any."""
    names = given if isinstance(given, Mapping) else ()
    return [Problem(under(str(name)), "unknown_there") for name in names] or [
        Problem(HEADER, "unknown_there")
    ]


def under(path: str) -> str:
    """The path from the document's root of what has this path in the header."""
    return f"{HEADER}.{path}" if path else HEADER
