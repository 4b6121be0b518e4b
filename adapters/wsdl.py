"""Contracts in WSDL, read by zeep from the platform's own folder; nothing comes from a network.

Every operation of the contract is usable or is named with the reason why not: zeep itself drops what it
cannot read with at most a warning.
"""

import posixpath
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files as package_files
from typing import Any

import zeep.exceptions
from lxml import etree
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap12Binding, SoapBinding

from adapters.codecs import xml
from adapters.errors import Garbled, Unbuildable
from adapters.notation import soap_call

_ROOT = "file:///"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP_NAMESPACES = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")
_STANDARD = {
    "http://www.w3.org/2001/xml.xsd": "xml.xsd",
    "http://www.w3.org/2001/03/xml.xsd": "xml.xsd",
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
    "http://schemas.xmlsoap.org/soap/encoding/": "soap-encoding.xsd",
    "http://schemas.xmlsoap.org/soap/encoding": "soap-encoding.xsd",
    "http://www.w3.org/2005/05/xmlmime": "xmlmime.xsd",
}
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


class Offline:
    """What zeep takes for a transport: the files of the folder and the standard schemas, nothing else.

    encoded: (binding, operation) whose messages are SOAP-encoded, which zeep would write wrongly.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.encoded: set[tuple[str, str]] = set()

    def load(self, url: str) -> bytes:
        path = posixpath.normpath(url.removeprefix(_ROOT)) if url.startswith(_ROOT) else url
        if path in self._files:
            root = _harmless(path, self._files[path])
            self.encoded |= set(_encoded(root))
            return etree.tostring(root)
        if url in _STANDARD:
            return package_files("adapters").joinpath("schemas", _STANDARD[url]).read_bytes()
        what = f"the contract needs {path}, which is not in the folder"
        raise Unbuildable(("contract",), what, "save that file beside the contract")


def _harmless(path: str, text: str) -> etree._Element:
    """The document without comments; refused when it has a DTD or is not XML."""
    try:
        return xml.parsed(text)
    except Garbled as error:
        what = "carries a DTD or entities" if error.what == "dtd" else "is not well-formed XML"
        raise Unbuildable(
            ("contract",), f"{path} {what}", "remove the DTD, or save the contract again"
        ) from None


def _encoded(root: etree._Element) -> Iterator[tuple[str, str]]:
    for binding in root.iter(f"{_WSDL}binding"):
        for operation in binding.iter(f"{_WSDL}operation"):
            bodies = [each for space in _SOAP_NAMESPACES for each in operation.iter(f"{space}body")]
            if any(body.get("use") == "encoded" for body in bodies):
                yield binding.get("name", ""), operation.get("name", "")


class Contract:
    """A loaded WSDL: which operations there are, and the usable ones."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        """Raises Unbuildable when the contract cannot be read at all."""
        settings = Settings(forbid_dtd=True, forbid_entities=True)
        self._operations: dict[str, Any] = {}
        try:
            offline: Any = Offline(files)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the survey names what zeep drops
                document = Document(posixpath.join(_ROOT, path), offline, settings=settings)
            self.uses = tuple(self._survey(document, offline.encoded))
        except Unbuildable:
            raise
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

    def _survey(self, document: Any, encoded: set[tuple[str, str]]) -> Iterator[Use]:
        for service in document.services.values():
            for port in service.ports.values():
                for name in _names(port.binding):
                    operation = port.binding._operations.get(name)
                    reason = _reason(port.binding, operation)
                    if (port.binding.name.localname, name) in encoded:
                        reason = "SOAP-encoded messages (use=encoded) are not supported"
                    use = Use(service.name, port.name, name, reason)
                    if reason is None:
                        self._operations[use.call] = operation
                    yield use


def _names(binding: Any) -> list[str]:
    """Names that the port type declares, so that none is lost where zeep skipped it."""
    declared = list(binding.port_type.operations) if getattr(binding, "port_type", None) else []
    return list(dict.fromkeys([*declared, *binding._operations]))


def _reason(binding: Any, operation: Any) -> str | None:
    if not isinstance(binding, SoapBinding):
        return "not bound to SOAP over HTTP"
    if operation is None or operation.input is None:
        return "zeep cannot read it"
    if operation.input.body is None and operation.abstract.input_message.parts:
        return "its message cannot be resolved"
    try:
        operation.input.signature(as_output=False)
    except _UNREADABLE as error:
        return f"its types cannot be resolved ({type(error).__name__})"
    return None


def _no_operation(name: str, found: list[Use], uses: tuple[Use, ...]) -> Unbuildable:
    if found:
        return Unbuildable(
            ("call",), f"operation {name} cannot be used: {found[0].reason}", "write another one"
        )
    known = sorted({use.operation for use in uses if use.reason is None})
    near = get_close_matches(name, known, n=1)
    write = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known) or 'none is usable'}"
    return Unbuildable(("call",), f"the contract has no operation {name}", write)
