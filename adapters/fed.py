"""The SOAP headers of a platform's operations: what a mapping wrote, and what platform.yaml feeds laid over it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from adapters.arguments import Written, writers
from adapters.contract.kinds import Place
from adapters.declared import Operation, Platform
from adapters.errors import Unbuildable, Unencodable
from adapters.headers import Header
from adapters.message import Access, Document
from adapters.sections import undeclared
from adapters.wsdl import Contract

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fed:
    """header: None where the contract declares none.    fed: by platform.yaml, with the steps that lead there."""

    header: Header | None
    charset: str
    fed: tuple[tuple[Steps, Written], ...] = ()

    def written(self, given: Any, document: Document) -> bytes:
        """The header's element, empty for none. Raises Unencodable with all problems.

        given: what the mapping wrote, None for nothing.
        """
        if self.header is None:
            if given is not None:
                raise Unencodable(undeclared(given))
            return b""
        if self.fed and (given is None or isinstance(given, dict)):
            given = _laid(given or {}, [(steps, write(document)) for steps, write in self.fed])
        return self.header.written(given, self.charset) if given else b""


def headers_of(platform: Platform, access: Access, contract: Contract | None) -> Iterator[tuple[str, Fed]]:
    """By operation. Raises Unbuildable where platform.yaml feeds what the contract does not declare."""
    for name, operation in platform.operations.items():
        header = contract.header(operation.call) if contract is not None and not operation.envelope else None
        at = ("operations", name, "header")
        _check(header, operation, at)
        fed = writers(operation.header, access, at)
        yield (
            name,
            Fed(header, operation.charset, tuple((tuple(path.split(".")), fed[path]) for path in fed)),
        )


def _check(header: Header | None, operation: Operation, at: Steps) -> None:
    for path in operation.header:
        known = header.wire.headers if header is not None else ()
        for step in path.split("."):
            place = next((each for each in known if each.key == step), None)
            if place is None:
                raise Unbuildable(
                    (*at, path), f"the contract has no header field '{path}'", _near(step, known)
                )
            known = place.kind().members


def _near(step: str, known: tuple[Place, ...]) -> str:
    names = [each.key for each in known]
    near = get_close_matches(step, names, n=1)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(names) or 'none: leave it out'}"


def _laid(given: Mapping[str, Any], fed: list[tuple[Steps, str]]) -> dict[str, Any]:
    whole = dict(given)
    for steps, text in fed:
        below = whole
        for step in steps[:-1]:
            there = below.get(step)
            below[step] = dict(there) if isinstance(there, dict) else {}
            below = below[step]
        below[steps[-1]] = text
    return whole
