"""The operations of a SOAP platform whose envelopes we write ourselves: prepared, encoded, decoded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from yarl import URL

from adapters.arguments import Written, writers
from adapters.base import needs_own_connection
from adapters.codecs import xml
from adapters.codecs.charset import unwritable
from adapters.contract.encoded import plain
from adapters.contract.own import Own, by_template
from adapters.contract.template import Template
from adapters.declared import Operation, Platform
from adapters.errors import Unbuildable, Unencodable
from adapters.holes import hollowed
from adapters.inner import inside
from adapters.message import Access, Document, Request, Tree
from adapters.wsdl import Contract


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One operation: what does not change from message to message. lists: where answers repeat."""

    own: Own
    arguments: dict[str, Written]
    lists: tuple[tuple[str, ...], ...]
    fresh: bool
    operation: Operation

    def encoded(self, url: URL, document: Document) -> Request:
        """Raises Unencodable with all problems."""
        document, holes = hollowed(document)
        charset = self.operation.charset
        if self.arguments:
            if charset != "utf-8" and (problems := unwritable(document, charset)):
                raise Unencodable(problems)
            document = {name: write(document) for name, write in self.arguments.items()}
        body, headers = self.own.written(document, charset)
        return Request("POST", url, headers, body, self.fresh, holes)

    def decoded(self, body: etree._Element) -> Tree:
        """What stands in the body of an answer that is no fault. Raises Garbled."""
        body = plain(body)
        content = xml.tree(body[0]) if len(body) else {}
        if self.operation.answer:
            return inside(content, self.operation.answer, self.operation.lists)
        tree = content if isinstance(content, dict) else {"#text": content}
        for path in self.lists:
            xml.make_list(tree, list(path))
        return tree


def own_calls(
    platform: Platform, access: Access, contract: Contract | None, files: Mapping[str, str]
) -> Iterator[tuple[str, OwnCall]]:
    """By name. Raises Unbuildable where contract, envelope and declaration do not fit together."""
    for name, operation in platform.operations.items():
        at = ("operations", name)
        try:
            own = _own(operation, contract, files)
        except Unbuildable as error:
            raise Unbuildable((*at, *error.path), error.what, error.write) from error
        if own is None:
            continue
        _check_arguments(own, operation, at)
        yield (
            name,
            OwnCall(
                own,
                writers(operation.arguments, access, (*at, "arguments")),
                (*own.lists, *(tuple(path.split(".")) for path in operation.lists)),
                needs_own_connection(operation, read=operation.is_read(name), method="POST"),
                operation,
            ),
        )


def _own(operation: Operation, contract: Contract | None, files: Mapping[str, str]) -> Own | None:
    """None where zeep writes the operation."""
    if operation.envelope is not None:
        template = Template(operation.envelope, files)
        if contract is None:
            return by_template(template, None, None)
        return by_template(template, contract.bound(operation.call), contract.wsdl)
    if contract is None:
        raise Unbuildable(("call",), "SOAP without a contract", "write contract: or envelope:")
    found = contract.operation(operation.call)
    return found if isinstance(found, Own) else None


def _check_arguments(own: Own, operation: Operation, at: tuple[str, ...]) -> None:
    """Declared text arguments against the contract: each must exist, and each that it needs be there."""
    for fault in own.lacking(dict.fromkeys(operation.arguments, "")) if operation.arguments else ():
        if fault.code == "needed_there":
            raise Unbuildable(
                (*at, "arguments"), f"the contract needs {fault.path}", f"write {fault.path}: …"
            )
        what = "the contract has no such argument"
        raise Unbuildable((*at, "arguments", fault.path), what, "write one that the contract has")
