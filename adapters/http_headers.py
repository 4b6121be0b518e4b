"""HTTP headers that platform.yaml declares for a call: secrets, settings, constants, fields, our numbers.

They stand under `header` for REST; under `http_header` for SOAP, which has headers of its own.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from adapters.arguments import writers
from adapters.declared import Argument
from adapters.errors import Unencodable
from adapters.message import Access, Document, Message
from adapters.problems import Problem

Filled = Callable[[Message], str]
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110 5.6.2
_FIT = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")  # what every server reads alike
_OURS_ALONE = frozenset(
    {"content-type", "content-length", "transfer-encoding", "host", "connection", "expect"}
)
_WRITTEN_BY_SOAP = _OURS_ALONE | {"soapaction", "accept"}

Declared = Mapping[str, Argument]


def http_headers(declared: Declared, access: Access, at: tuple[str, ...]) -> dict[str, Filled]:
    """For each declared header a function from the message to its text. Raises Unbuildable."""
    return {name: _filled(name, each, access, at) for name, each in declared.items()}


def fields_in(declared: Declared) -> frozenset[str]:
    """Fields of the document that stand in a header, and nowhere else."""
    return frozenset(each.field for each in declared.values() if each.field)


def written(headers: Mapping[str, Filled], message: Message) -> dict[str, str]:
    """Raises Unencodable for what no header can carry, with all problems."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, fill in headers.items():
        try:
            texts[name] = fill(message)
        except Unencodable as error:
            problems += error.problems
    if problems:
        raise Unencodable(problems)
    return texts


def faults(
    declared: Declared, at: tuple[str, ...], *, soap: bool = False
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where, what is wrong, what to write."""
    ours = _WRITTEN_BY_SOAP if soap else _OURS_ALONE
    for name, argument in declared.items():
        where = (*at, name)
        if not _NAME.fullmatch(name) or name.lower() in ours:
            yield where, f"'{name}' cannot be set here", "write a header of the platform's own"
        if argument.document:
            yield where, "a header holds no document", "write field:, number:, setting: …"
        if argument.field and "." in argument.field:
            write = "feed a field of that name at the top of the document"
            yield where, f"'{argument.field}' stands inside of an object", write


def _filled(name: str, argument: Argument, access: Access, at: tuple[str, ...]) -> Filled:
    if argument.number:
        return _number(argument.number)
    write = writers({name: argument}, access, at)[name]
    return lambda message: _fit(write(message.document), argument.field or "")


def _number(which: str) -> Filled:
    return lambda message: _fit(message.exchange if which == "exchange" else message.ours, "")


def _fit(text: str, path: str) -> str:
    if not _FIT.fullmatch(text):
        raise Unencodable([Problem(path, "not_in_a_header")])
    return text


def without(document: Document, names: frozenset[str]) -> Document:
    return {name: each for name, each in document.items() if name not in names} if names else document
