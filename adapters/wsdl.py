"""Contracts in WSDL, read by zeep from the platform's own folder; nothing comes from a network.

Every operation that the contract promises is usable or is named with the reason why not: zeep itself drops
what it cannot read with at most a warning.
"""

import posixpath
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import zeep.exceptions
from lxml import etree
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap12Binding, SoapBinding

from adapters import facets
from adapters.errors import Unbuildable
from adapters.notation import soap_call
from adapters.offline import ROOT, Offline

# What zeep 4.3 raises over contracts that it cannot read, beside its own errors.
_UNREADABLE = (
    zeep.exceptions.Error,
    etree.LxmlError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    NotImplementedError,
    RecursionError,
    AssertionError,
)


@dataclass(frozen=True, slots=True)
class Use:
    """One operation of a contract; `reason` says why it cannot be used, None when it can."""

    service: str
    port: str
    operation: str
    reason: str | None = None

    @property
    def call(self) -> str:
        return f"{self.service}/{self.port}/{self.operation}"


class Contract:
    """A loaded WSDL: which operations there are, and the usable ones."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        """Raises Unbuildable when the contract cannot be read at all."""
        settings = Settings(forbid_dtd=True, forbid_entities=True)
        self._operations: dict[str, Any] = {}
        offline: Any = Offline(files)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the survey names what zeep drops
                document = Document(posixpath.join(ROOT, path), offline, settings=settings)
            self.uses = tuple(self._survey(document, offline))
            self.schema = facets.schema(offline, posixpath.join(ROOT, path))
        except _UNREADABLE as error:
            what = f"{path} cannot be read: {type(error).__name__}: {error}"
            raise Unbuildable(("contract",), what, "mend the contract, or use speaks: rest") from error

    def operation(self, call: str) -> Any:
        """zeep's operation for `NAME` or `SERVICE/PORT/NAME`. Raises Unbuildable otherwise."""
        service, port, name = soap_call(call)
        found = [
            use
            for use in self.uses
            if use.operation == name and service in (None, use.service) and port in (None, use.port)
        ]
        usable = [use for use in found if use.reason is None]
        if not usable:
            raise _no_operation(name, found, self.uses)
        if len({use.service for use in usable}) > 1:
            calls = ", ".join(use.call for use in usable)
            raise Unbuildable(("call",), f"several services have {name}", f"write one of {calls}")
        # The same operation on a SOAP 1.1 and a SOAP 1.2 port is one choice, and 1.1 comes first.
        candidates = [self._operations[use.call] for use in usable]
        return min(candidates, key=lambda each: isinstance(each.binding, Soap12Binding))

    def _survey(self, document: Any, offline: Offline) -> Iterator[Use]:
        encoded = offline.encoded()
        for service, port, binding, name in offline.declared():
            operation, reason = _look_up(document, service, port, name)
            if (binding, name) in encoded:
                reason = "SOAP-encoded messages (use=encoded) are not supported"
            use = Use(service, port, name, reason)
            if reason is None:
                self._operations[use.call] = operation
            yield use


def _look_up(document: Any, service: str, port: str, name: str) -> tuple[Any, str | None]:
    """zeep's operation, or why there is none that could be used."""
    found = document.services.get(service)
    bound = found.ports.get(port) if found is not None else None
    if bound is None or not isinstance(bound.binding, SoapBinding):
        return None, "not bound to SOAP over HTTP"
    operation = bound.binding._operations.get(name)
    if operation is None or operation.input is None:
        return None, "zeep cannot read it"
    if operation.input.body is None and operation.abstract.input_message.parts:
        return None, "its message cannot be resolved"
    try:
        operation.input.signature(as_output=False)
    except _UNREADABLE as error:
        return None, f"its types cannot be resolved ({type(error).__name__})"
    return operation, None


def _no_operation(name: str, found: list[Use], uses: tuple[Use, ...]) -> Unbuildable:
    if found:
        return Unbuildable(
            ("call",), f"operation {name} cannot be used: {found[0].reason}", "write another one"
        )
    known = sorted({use.operation for use in uses if use.reason is None})
    near = get_close_matches(name, known, n=1)
    write = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known) or 'none is usable'}"
    return Unbuildable(("call",), f"the contract has no operation {name}", write)
